//! A user namespace whose maps cannot be written is good enough: the test
//! runs, and says what is different.
#![cfg(target_os = "linux")]

use netns_test::{NetNs, netns_test};
use netns_test_tests::confine::{self, Step};
use netns_test_tests::rerun::Rerun;

#[netns_test]
#[ignore = "run by a test, where maps are refused"]
fn runs_all_the_same(ns: &NetNs) {
    assert_eq!(ns.links().unwrap().len(), 1);
    let _http = std::net::TcpListener::bind("127.0.0.1:80").unwrap();
    panic!("to see what is noted, as uid {}", nix::unistd::getuid());
}

#[netns_test]
#[ignore = "run by a test, where maps are refused"]
fn runs_after_it() {
    panic!("to see what is noted");
}

#[netns_test]
#[ignore = "run by a test, where maps are refused"]
fn dies() {
    std::process::abort();
}

/// A user without capabilities, and a `/proc` that cannot be written to.
fn read_only_proc() -> [Step; 4] {
    [
        confine::user_namespace(),
        Step::MountNamespace,
        Step::ReadOnly(c"/proc"),
        Step::DropAll,
    ]
}

const NOTE: &str = "netns-test: note: the test runs as the overflow user (65534), \
                    whoever started it: `/proc/self/setgroups`: Read-only file system";

#[test]
fn one_test_says_so() {
    let finished = Rerun::of("runs_all_the_same").steps(read_only_proc()).run();
    let text = finished.stdout;
    assert!(
        text.contains("to see what is noted, as uid 65534"),
        "{text}"
    );
    assert!(text.contains(NOTE), "{text}");
}

#[test]
fn each_test_of_a_server_says_so() {
    let tests = ["runs_all_the_same", "runs_after_it"];
    let finished = Rerun::of_all(&tests).steps(read_only_proc()).run();
    let text = finished.stdout;
    assert_eq!(text.matches("to see what is noted").count(), 2, "{text}");
    assert_eq!(text.matches(NOTE).count(), 2, "{text}");
}

/// Who reads the network of a test that has ended does without maps as well.
#[test]
fn the_network_of_one_that_dies_is_read() {
    for tests in [&["dies"][..], &["dies", "runs_after_it"]] {
        let finished = Rerun::of_all(tests).steps(read_only_proc()).run();
        let text = finished.stdout;
        let died =
            "netns-test: the network of `dies` after its process ended:\n  namespace:  net:[";
        assert!(text.contains(died), "{text}");
        assert!(text.contains("  addresses:  lo: 127.0.0.1/8"), "{text}");
    }
}
