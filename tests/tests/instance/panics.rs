//! A callback that panics fails, and the others run.

use std::error::Error as _;

use netns_test::instance::{self, Instance};
use netns_test::{Error, ErrorKind, NetId, NetNs, netns_test};
use netns_test_tests::rerun::Rerun;

use crate::fixtures::{
    Create, Destroy, Log, Noting, Shutdown, Step, calls, error, namespace, number,
};

/// Panics in this step in all namespaces but the one that is spared.
fn panicking(who: &str, log: &Log, in_step: Step, spared: NetId) -> Noting {
    Noting::with(who, log, move |step, netid| {
        assert!(step != in_step || netid == spared, "boom in {step:?}");
    })
}

fn cause(error: &Error) -> String {
    error.source().expect("a panic").to_string()
}

#[netns_test(isolation = "process")]
fn in_create_of_a_new_namespace(ns: &NetNs) {
    let log = Log::default();
    let a = instance::register("a", Noting::new("a", &log)).unwrap();
    let bad = panicking("bad", &log, Create, number(ns));
    let bad = instance::register("bad", bad).unwrap();
    let c = instance::register("c", Noting::new("c", &log)).unwrap();

    let failed = error(NetNs::new());
    assert_eq!(failed.kind(), ErrorKind::Callback);
    assert_eq!(cause(&failed), "it panicked: boom in Create");
    let text = failed.to_string();
    assert!(
        text.starts_with("create instance `bad` in network namespace "),
        "{text}"
    );
    // The number of the namespace that nobody has.
    let netid = log.last();
    let expected = [
        ("a", Create),
        ("bad", Create),
        ("c", Create),
        ("a", Shutdown),
        ("c", Shutdown),
        ("a", Destroy),
        ("c", Destroy),
    ];
    assert_eq!(log.of(netid), calls(&expected), "no state, no shutdown");
    assert_eq!(error(netid.open()).kind(), ErrorKind::NotFound);
    assert_eq!(bad.statistics().created, 1, "the test's");
    drop((a, bad, c));
}

#[netns_test(isolation = "process")]
fn at_registration(ns: &NetNs) {
    let log = Log::default();
    let (_one, first) = namespace();
    let (_two, second) = namespace();
    let bad = Noting::with("it", &log, move |step, netid| {
        assert!((step, netid) != (Create, second), "boom");
    });
    let failed = error(instance::register("at_registration", bad));
    assert_eq!(failed.kind(), ErrorKind::Callback);
    assert_eq!(cause(&failed), "it panicked: boom");
    let expected = [
        (Create, second),
        (Create, first),
        (Create, number(ns)),
        (Shutdown, first),
        (Shutdown, number(ns)),
        (Destroy, first),
        (Destroy, number(ns)),
    ];
    assert_eq!(log.steps(&[number(ns), first, second]), expected);
    // It is not registered: the name is free, and nobody calls it.
    let (_three, third) = namespace();
    assert_eq!(log.steps(&[third]), []);
    let again = instance::register("at_registration", Noting::new("it", &Log::default()));
    again.unwrap().unregister().unwrap();
}

#[netns_test(isolation = "process")]
fn in_shutdown(ns: &NetNs) {
    let log = Log::default();
    let bad = panicking("bad", &log, Shutdown, number(ns));
    let bad = instance::register("bad", bad).unwrap();
    let good = instance::register("good", Noting::new("good", &log)).unwrap();
    let (other, netid) = namespace();
    let failed = error(other.close());
    assert_eq!(failed.kind(), ErrorKind::Callback);
    assert_eq!(cause(&failed), "it panicked: boom in Shutdown");
    let expected = [
        ("bad", Create),
        ("good", Create),
        ("bad", Shutdown),
        ("good", Shutdown),
        ("bad", Destroy),
        ("good", Destroy),
    ];
    assert_eq!(log.of(netid), calls(&expected), "destroy as well");
    bad.unregister().unwrap();
    good.unregister().unwrap();
}

#[netns_test(isolation = "process")]
fn in_destroy_in_several_namespaces(ns: &NetNs) {
    let log = Log::default();
    let bad = panicking("bad", &log, Destroy, number(ns));
    let bad = instance::register("bad", bad).unwrap();
    let spaces = [namespace(), namespace(), namespace()];
    let failed = error(bad.unregister());
    assert_eq!(failed.kind(), ErrorKind::Callback);
    assert!(
        failed.to_string().contains("2 other callbacks failed"),
        "{failed}"
    );
    for (ns, netid) in spaces {
        let expected = [("bad", Create), ("bad", Shutdown), ("bad", Destroy)];
        assert_eq!(log.of(netid), calls(&expected));
        ns.close().unwrap();
    }
}

/// What panics with no text, or with a value that panics once more.
#[netns_test(isolation = "process")]
fn with_any_value() {
    struct PanicsAgain;

    impl Drop for PanicsAgain {
        fn drop(&mut self) {
            panic!("dropped");
        }
    }

    struct Bad;

    impl Instance for Bad {
        type State = PanicsAgain;

        fn create(&self, _: NetId) -> PanicsAgain {
            PanicsAgain
        }

        fn shutdown(&self, _: NetId, _: &PanicsAgain) {
            std::panic::panic_any(PanicsAgain);
        }

        fn destroy(&self, _: NetId, state: PanicsAgain) {
            drop(state);
        }
    }

    let failed = error(instance::register("bad", Bad).unwrap().unregister());
    assert_eq!(cause(&failed), "it panicked: with a value that is no text");
    assert!(
        failed
            .to_string()
            .contains("another callback failed as well"),
        "{failed}"
    );
}

/// Whoever drops what it could close or unregister does not hear of it.
#[netns_test(isolation = "process")]
fn are_silent_on_drop(ns: &NetNs) {
    let log = Log::default();
    let bad = panicking("bad", &log, Shutdown, number(ns));
    let bad = instance::register("bad", bad).unwrap();
    let (other, netid) = namespace();
    let (_third, left) = namespace();
    drop(other);
    drop(bad);
    for netid in [netid, left] {
        let steps = [Create, Shutdown, Destroy].map(|step| (step, netid));
        assert_eq!(log.steps(&[netid]), steps);
    }
}

#[netns_test]
#[ignore = "run by a test, which sees it fail"]
fn ends_badly(ns: &NetNs) {
    let netid = number(ns);
    let bad = Noting::with("bad", &Log::default(), move |step, other| {
        assert!((step, other) != (Destroy, netid), "boom at the end");
    });
    instance::register("ends_badly", bad).unwrap().keep();
}

#[test]
fn in_the_end_of_a_test_fail_it() {
    for isolation in ["auto", "process"] {
        let finished = Rerun::of("panics::ends_badly")
            .env("NETNS_TEST_ISOLATION", isolation)
            .run();
        let text = finished.stdout + &finished.stderr;
        assert_eq!(finished.status.code(), Some(101), "{isolation}: {text}");
        for part in [
            "after the body of `panics::ends_badly`: failed to destroy instance `ends_badly`",
            "because: it panicked: boom at the end",
            "1 failed",
        ] {
            assert!(text.contains(part), "{isolation}: {part}\n{text}");
        }
    }
}
