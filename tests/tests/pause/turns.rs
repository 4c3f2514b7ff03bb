//! More than one test fails at a time.

use std::thread;
use std::time::Duration;

use netns_test_tests::cargo::User;

use crate::run::{Run, all, fixture, is};

/// One waits, the next one waits for its turn with its namespace alive, and what passes
/// is not kept from it.
#[test]
fn one_after_the_other() {
    for user in User::all() {
        println!("{user:?}");
        let tests = [
            "--exact",
            "panics",
            "panics_as_well",
            "passes",
            "--test-threads=3",
        ];
        let run = Run::start(&fixture(user, "pause-fixture", &tests));
        let first = run.err.paused(0);
        run.out
            .wait_for("passed test", |out| is(out, "passes", "ok").then_some(()));
        // If it did not wait, it would be there long before.
        thread::sleep(Duration::from_millis(500));
        assert_eq!(all(&run.err.text()).len(), 1, "{}", run.err.text());
        first.go_on(user);
        let second = run.err.paused(1);
        assert_ne!(first.test, second.test);
        let number = if second.test == "panics" {
            "81\n"
        } else {
            "82\n"
        };
        let seen = second.inside(user, "cat /proc/sys/net/ipv4/ip_default_ttl");
        assert_eq!(String::from_utf8_lossy(&seen.stdout), number, "{seen:?}");
        second.go_on(user);
        let (status, out) = run.finish();
        assert_eq!(status.code(), Some(101), "{out}");
        for test in ["panics", "panics_as_well"] {
            assert!(is(&out, test, "FAILED"), "{test}\n{out}");
        }
    }
}
