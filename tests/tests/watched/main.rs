//! What is said of a test that takes too long, leaves something behind, or tries to
//! leave its namespace: under every runner, as every user.

mod egress;
mod leaks;
mod timeouts;

use netns_test_tests::cargo::{Report, Runner, User, run_fixture};

/// Runs a fixture in all the ways there are.
fn in_all_ways(fixture: &str, check: impl Fn(&Report, Runner, User)) {
    for user in User::all() {
        for runner in Runner::installed() {
            println!("{runner:?}, {user:?}");
            let report = run_fixture(fixture, runner, user, &[]);
            check(&report, runner, user);
        }
    }
}
