//! Nothing is left: no descriptor, thread or namespace.

use netns_test::{NetNs, instance, netns_test};
use netns_test_tests::rerun::Rerun;
use netns_test_tests::state::Count;

use crate::fixtures::{Create, Log, Noting, error};

/// Every way out: good ends, refusals, and panics in each step.
fn come_and_go() {
    let log = Log::default();
    let ns = NetNs::new().unwrap();
    let good = instance::register("good", Noting::new("good", &log)).unwrap();
    error(instance::register("good", Noting::new("again", &log)));
    let bad = Noting::with("bad", &log, |step, _| assert_eq!(step, Create));
    let bad = instance::register("bad", bad).unwrap();
    error(NetNs::new().unwrap().close());
    let worse = Noting::with("worse", &log, |step, _| assert_ne!(step, Create));
    error(instance::register("worse", worse));
    drop(bad);
    error(instance::unregister("worse"));
    ns.close().unwrap();
    good.unregister().unwrap();
}

#[netns_test]
#[ignore = "run by a test, in a process of its own"]
fn counts_itself() {
    come_and_go();
    let before = Count::settled_without_files();
    for _ in 0..8 {
        come_and_go();
    }
    assert_eq!(before, Count::settled_without_files());
}

#[test]
fn are_none() {
    for isolation in ["auto", "process"] {
        let finished = Rerun::of("leftovers::counts_itself")
            .env("NETNS_TEST_ISOLATION", isolation)
            // Nobody else's files are counted where there can't be any.
            .env("TMPDIR", "/dev/null")
            .run();
        let text = finished.stdout + &finished.stderr;
        assert!(finished.status.success(), "{isolation}: {text}");
    }
}
