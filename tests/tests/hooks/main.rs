//! Random sequences of registering, unregistering, creating and destroying,
//! from several threads, and what must be true of what was called.
//!
//! `plan` says what the threads do and is one for all systems of hooks, `log` is
//! what happened, and each system has a file that says what it calls and what must hold.

#![cfg(target_os = "linux")]

mod log;
mod pernet;
mod plan;

use netns_test::netns_test;
use proptest::test_runner::{Config, TestRunner};

#[netns_test(isolation = "process")]
fn pernet_operations_hold_what_they_promise() {
    let mut runner = TestRunner::new(Config {
        cases: 48,
        failure_persistence: None,
        ..Config::default()
    });
    let held = runner.run(&plan::any(), |plan| {
        let log = pernet::run(&plan);
        pernet::check(&log);
        Ok(())
    });
    held.unwrap_or_else(|why| panic!("{why}"));
}

/// A check that accepts everything would accept these.
#[test]
fn the_checks_see() {
    for (what, log) in pernet::violations() {
        let checked = std::panic::catch_unwind(|| pernet::check(&log));
        assert!(checked.is_err(), "{what} is not seen");
    }
}
