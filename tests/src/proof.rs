//! Proof that the body of a test ran in a network namespace of its own, and
//! that the harness knows each test once.

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::net::TcpListener;
use std::process::Command;
use std::thread;

/// Tells a child of [`output`] which namespace its tests must have left.
const HOME: &str = "PROOF_HOME";

const MARK: &str = "ran in a namespace of its own: ";

/// Says, in the output, that the test ran after which this thread is named.
///
/// # Panics
///
/// The thread is not in a namespace of its own.
pub fn ran() {
    ran_as(thread::current().name().expect("named after the test"));
}

/// [`ran`], on a thread with another name.
///
/// # Panics
///
/// The thread is not in a namespace of its own.
pub fn ran_as(name: &str) {
    assert_isolated();
    let _http = TcpListener::bind("127.0.0.1:80").expect("port 80 is free in every test");
    println!("{MARK}{name}");
}

/// Makes sure that the calling thread is not where the test binary was
/// started, as far as the binary was told where that is, and that there is
/// nothing but `lo`.
///
/// # Panics
///
/// Otherwise.
pub fn assert_isolated() {
    if let Ok(home) = env::var(HOME) {
        assert_ne!(here(), home);
    }
    let devices = fs::read_to_string("/proc/thread-self/net/dev").unwrap();
    let devices: Vec<_> = devices.lines().skip(2).map(str::trim).collect();
    assert_eq!(devices.len(), 1, "{devices:?}");
    assert!(devices[0].starts_with("lo:"), "{devices:?}");
}

/// The network namespace of the calling thread, as in `net:[4026532281]`.
pub fn here() -> String {
    namespace("thread-self")
}

fn namespace(process: &str) -> String {
    let link = fs::read_link(format!("/proc/{process}/ns/net")).unwrap();
    link.into_os_string().into_string().unwrap()
}

/// Makes sure that the harness of this binary knows exactly these tests, that
/// each calls [`ran`], and that it does so once. To be called by a `#[test]`,
/// which does not count; nor do other plain ones, in a module `about`.
///
/// # Panics
///
/// Otherwise.
pub fn assert_registered(tests: &[&str]) {
    let me = thread::current().name().expect("a test").to_owned();
    let list = output(&["--list", "--format=terse"]);
    let listed = list.lines().filter_map(|line| line.strip_suffix(": test"));
    let mut listed: Vec<_> = listed
        .filter(|name| *name != me && !name.starts_with("about::"))
        .collect();
    listed.sort_unstable();
    let mut expected = tests.to_vec();
    expected.sort_unstable();
    assert_eq!(listed, expected, "known to the harness");

    let mut arguments = vec!["--exact", "--nocapture", "--include-ignored"];
    arguments.push("--test-threads=1");
    arguments.extend(tests);
    let text = output(&arguments);
    let mut runs: BTreeMap<_, u32> = BTreeMap::new();
    for line in text.lines() {
        if let Some((_, name)) = line.split_once(MARK) {
            *runs.entry(name).or_default() += 1;
        }
    }
    let once: BTreeMap<_, _> = expected.iter().map(|name| (*name, 1)).collect();
    assert_eq!(runs, once, "runs of each body\n{text}");
}

/// What this test binary prints, run with other arguments.
///
/// # Panics
///
/// It can't be run.
pub fn output(arguments: &[&str]) -> String {
    let this = env::current_exe().unwrap();
    let home = namespace("self");
    let output = Command::new(this)
        .args(arguments)
        .env(HOME, home)
        .output()
        .unwrap();
    String::from_utf8(output.stdout).unwrap() + &String::from_utf8(output.stderr).unwrap()
}
