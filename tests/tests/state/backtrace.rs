//! A backtrace shows the test, and not what called it.

use netns_test_tests::cargo::{self, User};

use crate::FIXTURE;

#[test]
fn a_backtrace_ends_at_the_test() {
    let fixture = cargo::build_fixture(FIXTURE);
    for user in User::all() {
        for (test, function) in [
            ("bare", "state_fixture::bare"),
            ("asynchronous", "state_fixture::asynchronous"),
            ("fails_inside", "red/state.rs:"),
            ("fails_in_async", "red/state.rs:"),
        ] {
            let mut command = cargo::started_by(user, &fixture);
            command.envs(user.isolation()).env("RUST_BACKTRACE", "1");
            let output = command.args(["--exact", test]).output().unwrap();
            let text = String::from_utf8_lossy(&output.stdout);
            let (_, backtrace) = text
                .split_once("stack backtrace:\n")
                .unwrap_or_else(|| panic!("{user:?}, {test}: no backtrace in\n{text}"));
            let (backtrace, _) = backtrace.split_once("note: ").unwrap();
            assert!(backtrace.contains(function), "{user:?}\n{backtrace}");
            for caller in [
                "netns_test::isolation",
                "netns_test::netns",
                "tokio::runtime",
            ] {
                assert!(!backtrace.contains(caller), "{user:?}\n{backtrace}");
            }
        }
    }
}
