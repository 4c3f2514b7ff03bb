//! Nothing is left: no descriptor, namespace, thread, process, mount or file,
//! however a test ends, and however the process of the tests ends.

use std::env;
use std::error::Error;
use std::fs::{self, File};
use std::panic;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

use netns_test::netns_test;
use netns_test_tests::confine::{self, Step};
use netns_test_tests::rerun::Rerun;
use netns_test_tests::state::{Count, descendants, wait_until, with_argument};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

/// Tests for this one to call, each once.
macro_rules! victims {
    ($(fn $module:ident() $(-> $result:ty)? $body:block)*) => {$(
        mod $module {
            use super::*;
            victims!(@ a b c d e f g h: fn () $(-> $result)? $body);
        }
    )*};
    (@ $($name:ident)*: $function:tt $parameters:tt $(-> $result:ty)? $body:block) => {
        victims!(@@ ($($name)*) ($(-> $result)? $body));
        pub(super) fn all() {
            $(let _ = panic::catch_unwind(|| {
                let _ = $name();
            });)*
        }
    };
    (@@ ($($name:ident)*) $rest:tt) => {
        $(victims!(@@@ $name $rest);)*
    };
    (@@@ $name:ident ($(-> $result:ty)? $body:block)) => {
        #[netns_test]
        #[ignore = "called by a test"]
        fn $name() $(-> $result)? $body
    };
}

victims! {
    fn warm_up() {}
    fn passes() {}
    fn panics() {
        panic!("as it should");
    }
    fn fails() -> Result<(), Box<dyn Error>> {
        Err("as it should")?
    }
    fn holds() {
        // Nobody closes these but the end of the test.
        std::mem::forget(std::net::TcpListener::bind("127.0.0.1:80"));
        std::thread::spawn(|| std::thread::sleep(std::time::Duration::from_millis(50)));
    }
}

#[test]
fn nothing_is_left_in_the_process() {
    let temporary = Temporary::new();
    let finished = Rerun::of("counts_itself").env("TMPDIR", &temporary.0).run();
    assert!(
        finished.status.success(),
        "{}",
        finished.stdout + &finished.stderr
    );
}

/// Alone in its process: another test would be counted.
#[test]
#[ignore = "run by a test, in a process of its own"]
fn counts_itself() {
    // From the second test on, a pool or spare processes stand ready: counted on both sides.
    warm_up::all();
    let before = Count::settled();
    assert!(
        before.threads <= 3,
        "main, this one and the pool's: {before:?}"
    );
    assert!(before.namespaces <= 3, "those of the pool: {before:?}");
    assert!(
        before.descendants <= 3,
        "the server and its spares: {before:?}"
    );
    passes::all();
    panics::all();
    fails::all();
    assert_eq!(before, Count::settled());
}

/// What the body itself leaves is gone where it had a process of its own.
#[test]
fn a_process_takes_all_with_it() {
    let temporary = Temporary::new();
    let finished = Rerun::of("counts_what_bodies_leave")
        .env("TMPDIR", &temporary.0)
        .env("NETNS_TEST_ISOLATION", "process")
        .run();
    assert!(
        finished.status.success(),
        "{}",
        finished.stdout + &finished.stderr
    );
}

#[test]
#[ignore = "run by a test, in a process of its own"]
fn counts_what_bodies_leave() {
    warm_up::all();
    let before = Count::settled();
    holds::all();
    assert_eq!(before, Count::settled());
}

/// A directory for temporary files that nobody else uses; goes with the value.
struct Temporary(PathBuf);

impl Temporary {
    fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let next = NEXT.fetch_add(1, Ordering::Relaxed);
        let path = env::temp_dir().join(word(&format!("files-{next}")));
        fs::create_dir(&path).unwrap();
        Self(path)
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// With only a few namespaces at a time allowed, many tests one after the other
/// pass only if each namespace goes when its test does.
#[test]
fn namespaces_go_with_their_tests() {
    for isolation in ["auto", "process"] {
        let temporary = Temporary::new();
        let finished = Rerun::of("counts_itself")
            .env("TMPDIR", &temporary.0)
            .steps([
                confine::user_namespace(),
                Step::Write(c"/proc/sys/user/max_net_namespaces", c"8"),
            ])
            .env("NETNS_TEST_ISOLATION", isolation)
            .run();
        assert!(
            finished.status.success(),
            "{}",
            finished.stdout + &finished.stderr
        );
    }
}

/// An argument by which a process of this test is found.
fn word(what: &str) -> String {
    format!("netns-test-{what}-{}", std::process::id())
}

const WORD: &str = "LEFTOVERS_WORD";

/// A shell that sleeps, known by its last argument.
fn sleeper(word: &str) -> Command {
    let mut command = Command::new("sh");
    command.args(["-c", "sleep 1000; :", "sh", word]);
    command.stdin(Stdio::null());
    command
}

#[netns_test(isolation = "process")]
#[ignore = "run by a test"]
fn leaves_a_process() {
    let child = sleeper(&env::var(WORD).unwrap()).spawn();
    std::mem::forget(child.unwrap());
}

#[test]
fn processes_of_the_body_go_with_it() {
    let word = word("left");
    let finished = Rerun::of("leaves_a_process").env(WORD, &word).run();
    assert!(finished.status.success(), "{finished:?}");
    wait_until("the body's child is gone", || {
        with_argument(&word).is_empty()
    });
}

#[netns_test(isolation = "process")]
#[ignore = "run by a test"]
fn never_ends() {
    never_ends_body();
}

#[netns_test(isolation = "process")]
#[ignore = "run by a test"]
fn never_ends_either() {
    never_ends_body();
}

#[netns_test(isolation = "process")]
#[ignore = "run by a test"]
fn never_ends_as_well() {
    never_ends_body();
}

fn never_ends_body() {
    let mut child = sleeper(&env::var(WORD).unwrap()).spawn().unwrap();
    let _ = child.wait();
}

/// This binary, which runs these tests until it is ended.
fn start(tests: &[&str], word: &str) -> Child {
    let this = env::current_exe().unwrap();
    let null = || Stdio::from(File::open("/dev/null").unwrap());
    Command::new(this)
        .args(tests)
        .args(["--exact", "--include-ignored", "--test-threads=3"])
        .env(WORD, word)
        .env_remove("NEXTEST_EXECUTION_MODE")
        .stdin(null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

fn is_alive(pid: u32) -> bool {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    let state = stat
        .rsplit_once(')')
        .and_then(|(_, rest)| rest.split_whitespace().next());
    state.is_some_and(|state| state != "Z")
}

/// Ends `tests` amid their bodies by a signal, as a person or a runner does.
fn end_amid(tests: &[&str], signal: Signal) {
    let word = word(&format!("{}-{signal}", tests.len()));
    let mut process = start(tests, &word);
    wait_until("the bodies run", || {
        with_argument(&word).len() == tests.len()
    });
    let all = descendants(process.id());
    assert!(
        all.len() >= 2 * tests.len(),
        "each body and its child: {all:?}"
    );
    kill(Pid::from_raw(process.id().try_into().unwrap()), signal).unwrap();
    process.wait().unwrap();
    wait_until("all its processes are gone", || {
        !all.iter().copied().any(is_alive)
    });
    assert_eq!(with_argument(&word), [0; 0]);
}

/// One test is started in a process of its own, several come from a fork server.
#[test]
fn children_die_with_the_process() {
    for signal in [Signal::SIGKILL, Signal::SIGTERM, Signal::SIGINT] {
        end_amid(&["never_ends"], signal);
        end_amid(
            &["never_ends", "never_ends_as_well", "never_ends_either"],
            signal,
        );
    }
}

#[netns_test(isolation = "process")]
#[ignore = "run by a test"]
fn ends_its_parent() {
    // The parent is the fork server where there are several tests.
    kill(nix::unistd::getppid(), Signal::SIGKILL).unwrap();
    loop {
        std::thread::park();
    }
}

#[netns_test(isolation = "process")]
#[ignore = "run by a test"]
fn runs_after_it() {}

/// A test whose fork server is killed fails, does not hang, and the next test has another one.
#[test]
fn a_killed_server_is_a_failure() {
    let finished = Rerun::of_all(&["ends_its_parent", "runs_after_it"]).run();
    let text = finished.stdout;
    assert_eq!(finished.status.code(), Some(101), "{text}");
    assert!(text.contains("test ends_its_parent ... FAILED"), "{text}");
    assert!(text.contains("vanished without a result"), "{text}");
    assert!(text.contains("test runs_after_it ... ok"), "{text}");
}
