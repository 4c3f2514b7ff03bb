//! Built in the editions before the one of this workspace.
#![deny(warnings)]

use netns_test::{netns_test, NetNs};

#[netns_test]
fn passes(ns: &NetNs) {
    assert_eq!(ns.links().unwrap().len(), 1);
}

#[netns_test]
fn returns_an_error() -> Result<(), String> {
    Err("what is wrong".into())
}

#[netns_test]
fn returns_a_failure() -> std::process::ExitCode {
    std::process::ExitCode::FAILURE
}

#[netns_test]
fn panics() {
    panic!("what happened");
}

#[netns_test]
#[should_panic(expected = "something")]
fn does_not_panic() {}

#[netns_test]
#[ignore = "ends the process"]
fn never_returns() -> ! {
    std::process::exit(0)
}
