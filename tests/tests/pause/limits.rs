//! Nobody has to hurry.

use std::thread;
use std::time::Duration;

use netns_test_tests::cargo::User;

use crate::run::{Run, fixture, is};

/// Longer than the test may take, and than the test process waits for one that is stopped.
const LONG: Duration = Duration::from_millis(7500);

#[test]
fn a_pause_counts_for_no_limit() {
    let runs: Vec<_> = User::all()
        .into_iter()
        .map(|user| {
            let arguments = ["--exact", "fails_in_time"];
            (
                user,
                Run::start(&fixture(user, "pause-fixture", &arguments)),
            )
        })
        .collect();
    let paused: Vec<_> = runs.iter().map(|(_, run)| run.err.paused(0)).collect();
    thread::sleep(LONG);
    for ((user, run), paused) in runs.into_iter().zip(paused) {
        println!("{user:?}");
        let seen = paused.inside(user, "cat /proc/sys/net/ipv4/ip_default_ttl");
        assert_eq!(String::from_utf8_lossy(&seen.stdout), "90\n", "{seen:?}");
        paused.go_on(user);
        let (status, out) = run.finish();
        assert_eq!(status.code(), Some(101), "{out}");
        assert!(is(&out, "fails_in_time", "FAILED"), "{out}");
        assert!(out.contains("in time"), "{out}");
        assert!(!out.contains("took longer"), "{out}");
    }
}
