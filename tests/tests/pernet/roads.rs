//! Hooks of tests, on threads and in processes.

use std::error::Error;
use std::net::UdpSocket;
use std::process;

use netns_test::pernet::{Pernet, register_subsys};
use netns_test::{NetNs, netns_test};
use netns_test_tests::proof;
use netns_test_tests::rerun::{Finished, Rerun};

/// Says where it is called.
struct Says;

impl Pernet for Says {
    type Value = UdpSocket;

    fn init(&self, _: &NetNs) -> Result<UdpSocket, Box<dyn Error + Send + Sync>> {
        say("init");
        Ok(UdpSocket::bind("127.0.0.53:53")?)
    }

    fn exit(&self, _: &NetNs, _: &UdpSocket) {
        say("exit");
    }
}

fn say(what: &str) {
    println!("<{what} {} {}>", process::id(), proof::here());
}

/// Tests of these names run their hooks.
fn speaking(ns: &NetNs) {
    // The first test of a process finds nothing registered.
    static SAYS: std::sync::Once = std::sync::Once::new();
    say("body");
    SAYS.call_once(|| register_subsys(Says).unwrap().keep());
    let value = ns.run(|| UdpSocket::bind("127.0.0.53:53")).unwrap();
    assert_eq!(value.unwrap_err().kind(), std::io::ErrorKind::AddrInUse);
}

#[netns_test]
#[ignore = "run by a test"]
fn speaks(ns: &NetNs) {
    speaking(ns);
}

#[netns_test]
#[ignore = "run by a test"]
fn speaks_as_well(ns: &NetNs) {
    speaking(ns);
}

fn run(tests: &[&str], isolation: &str) -> Finished {
    Rerun::of_all(tests)
        .arg("--nocapture")
        .env("NETNS_TEST_ISOLATION", isolation)
        .run()
}

/// What was said, as words: callback, process and namespace.
fn said(finished: &Finished) -> Vec<[String; 3]> {
    let lines = finished.stdout.split('<').skip(1);
    let words = lines.map(|line| {
        line.split('>')
            .next()
            .unwrap()
            .split(' ')
            .map(str::to_owned)
    });
    words
        .map(|words| words.collect::<Vec<_>>().try_into().unwrap())
        .collect()
}

/// Each body has its hooks in its own process and namespace, in processes and, where that can be, on threads.
#[test]
fn hooks_run_where_the_body_does() {
    let mut roads = vec!["process", "auto"];
    if nix::unistd::geteuid().is_root() {
        roads.push("thread");
    }
    for isolation in roads {
        let finished = run(&["roads::speaks", "roads::speaks_as_well"], isolation);
        assert!(finished.status.success(), "{finished:?}");
        let said = said(&finished);
        let callbacks: Vec<_> = said.iter().map(|words| words[0].as_str()).collect();
        // On a thread, the hooks that the first test registered are there for the second.
        let second = match callbacks[3] {
            "init" => ["init", "body", "exit"],
            _ => ["body", "init", "exit"],
        };
        assert_eq!(callbacks, [["body", "init", "exit"], second].concat());
        let is_thread = said[0][1] == said[3][1];
        assert!(isolation != "thread" || is_thread, "{said:?}");
        assert!(isolation != "process" || !is_thread, "{said:?}");
        assert_eq!(second[0] == "init", is_thread);
        for test in said.chunks(3) {
            assert!(
                test.iter().all(|words| words[1..] == test[0][1..]),
                "{said:?}"
            );
        }
        assert_ne!(said[0][2], said[3][2], "one for each");
    }
}

/// Fails when the namespace of a test ends.
struct Fails;

impl Pernet for Fails {
    type Value = ();

    fn init(&self, _: &NetNs) -> Result<(), Box<dyn Error + Send + Sync>> {
        Ok(())
    }

    fn exit(&self, _: &NetNs, (): &()) {
        panic!("it does not end");
    }
}

#[netns_test]
#[ignore = "run by a test"]
fn ends_badly() {
    register_subsys(Fails).unwrap().keep();
}

/// Fails when the namespace of a test begins.
struct Refuses;

impl Pernet for Refuses {
    type Value = ();

    fn init(&self, ns: &NetNs) -> Result<(), Box<dyn Error + Send + Sync>> {
        if ns.netid().unwrap().to_string() == "1" {
            return Ok(());
        }
        // An error with a cause of its own.
        Ok(ns.set_sysctl("net.unheard_of", 1)?)
    }
}

#[netns_test(isolation = "thread")]
#[ignore = "run by a test"]
fn refuses_others() {
    register_subsys(Refuses).unwrap().keep();
}

#[netns_test(isolation = "thread")]
#[ignore = "run by a test"]
#[should_panic(expected = "the body")]
fn runs_its_body() {
    panic!("the body");
}

/// A test whose hook failed after the body is red, and says why.
#[test]
fn a_hook_that_fails_after_the_body_fails_the_test() {
    for isolation in ["auto", "process"] {
        let finished = run(&["roads::ends_badly"], isolation);
        assert_eq!(finished.status.code(), Some(101), "{finished:?}");
        let text = finished.stdout + &finished.stderr;
        let why =
            "after the body of `roads::ends_badly`: failed to run `exit` of `pernet::roads::Fails`";
        assert!(text.contains(why), "{text}");
        assert!(
            text.contains("because: it panicked: it does not end"),
            "{text}"
        );
    }
}

/// A test whose hook failed before the body is red, even if a panic is what it expects.
#[test]
fn a_hook_that_fails_before_the_body_fails_the_test() {
    if !nix::unistd::geteuid().is_root() {
        // On threads alone is there a test whose hooks another one has registered.
        return;
    }
    let tests = ["roads::refuses_others", "roads::runs_its_body"];
    let finished = run(&tests, "thread");
    assert_eq!(finished.status.code(), Some(101), "{finished:?}");
    let text = finished.stdout + &finished.stderr;
    assert!(text.contains("test roads::refuses_others ... ok"), "{text}");
    let why =
        "`roads::runs_its_body` did not run: failed to run `init` of `pernet::roads::Refuses`";
    assert!(text.contains(why), "{text}");
    let because = "because: set sysctl `net.unheard_of` to `1`: No such file";
    assert!(text.contains(because), "{text}");
    assert!(!text.contains("panicked at"), "{text}");
}
