//! How operations get into the list, and into namespaces that live. The tests
//! run in processes of their own, whose first namespace has the number 1.

use std::error::Error as _;
use std::io;
use std::sync::{Arc, OnceLock};

use netns_test::pernet::{Pernet, Registration, register_device, register_subsys};
use netns_test::{ErrorKind, NetNs, netns_test};

use crate::recorder::{Callback, Log, Recorder, Value};

/// Linux pernet operations, 1: a namespace begins with all subsystems in the order of their
/// registration, then all devices in theirs, also if a subsystem came after a device.
#[netns_test(isolation = "process")]
fn subsystems_come_before_devices() {
    let log = Log::default();
    let _d = register_device(log.ops("first device")).unwrap();
    let _s = register_subsys(log.ops("first subsys")).unwrap();
    let _e = register_device(log.ops("second device")).unwrap();
    let _t = register_subsys(log.ops("second subsys")).unwrap();
    log.take();
    let _ns = NetNs::new().unwrap();
    assert_eq!(
        log.take(),
        [
            "first subsys init 2",
            "second subsys init 2",
            "first device init 2",
            "second device init 2"
        ]
    );
}

/// Linux pernet operations, 2: before it returns, a registration begins in every namespace
/// that lives, the oldest first; there, a late subsystem comes after the devices.
#[netns_test(isolation = "process")]
fn namespaces_that_live_are_begun_oldest_first() {
    let log = Log::default();
    let _second = NetNs::new().unwrap();
    let gone = NetNs::new().unwrap();
    let _fourth = NetNs::new().unwrap();
    gone.close().unwrap();
    let _d = register_device(log.ops("device")).unwrap();
    assert_eq!(
        log.take(),
        ["device init 1", "device init 2", "device init 4"]
    );
    let _s = register_subsys(log.ops("subsys")).unwrap();
    assert_eq!(
        log.take(),
        ["subsys init 1", "subsys init 2", "subsys init 4"]
    );
}

/// Linux pernet operations, 3: operations that only end something are legal, and they do end it
/// in namespaces that lived before.
#[netns_test(isolation = "process")]
fn operations_may_only_end() {
    struct Ends(Log);

    impl Pernet for Ends {
        type Value = ();

        fn init(&self, _: &NetNs) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
            Ok(())
        }

        fn exit(&self, ns: &NetNs, (): &()) {
            self.0.note(ns.netid().unwrap().to_string());
        }
    }

    let log = Log::default();
    let before = NetNs::new().unwrap();
    let ends = register_subsys(Ends(log.clone())).unwrap();
    let after = NetNs::new().unwrap();
    after.close().unwrap();
    assert_eq!(log.take(), ["3"]);
    before.close().unwrap();
    assert_eq!(log.take(), ["2"]);
    ends.unregister().unwrap();
    assert_eq!(log.take(), ["1"]);
}

/// Linux pernet operations, 4: if `init` fails in one of the namespaces that live, it is undone in
/// those before it, in the order of their creation and pass by pass; the error is
/// returned, and the operations are not registered.
#[netns_test(isolation = "process")]
fn a_failed_registration_leaves_nothing() {
    let log = Log::default();
    let _others = [
        NetNs::new().unwrap(),
        NetNs::new().unwrap(),
        NetNs::new().unwrap(),
    ];
    let ops = Arc::new(log.ops_that("a", |callback, ns| {
        if callback == Callback::Init && ns.netid().unwrap().to_string() == "3" {
            return Err(io::Error::from_raw_os_error(libc::EADDRINUSE).into());
        }
        Ok(())
    }));
    let error = register_subsys(Arc::clone(&ops)).unwrap_err();
    assert_eq!(
        log.take(),
        [
            "a init 1",
            "a init 2",
            "a init 3",
            "a pre_exit 1",
            "a pre_exit 2",
            "a exit 1",
            "a exit 2",
            "a exit_batch 1 2",
            "a free 1",
            "a free 2"
        ]
    );
    assert_eq!(error.kind(), ErrorKind::Callback);
    assert_eq!(error.raw_os_error(), Some(libc::EADDRINUSE));
    assert!(error.source().unwrap().is::<io::Error>());
    let text = error.to_string();
    assert!(
        text.starts_with("run `init` of `pernet::recorder::Recorder`"),
        "{text}"
    );

    let _new = NetNs::new().unwrap();
    assert_eq!(log.take(), [""; 0]);
    assert_eq!(Arc::strong_count(&ops), 1);
    // It is not taken for registered, either.
    let again = register_subsys(ops).unwrap_err();
    assert_eq!(again.kind(), ErrorKind::Callback);
}

/// Linux pernet operations, 6: each namespace has a value of its own for each registration, which
/// those that begin later find there, and none after an `init` that failed.
#[netns_test(isolation = "process")]
fn values_belong_to_a_registration_and_a_namespace(ns: &NetNs) {
    type Slot = Arc<OnceLock<Registration<Recorder>>>;
    let log = Log::default();
    let (first, third): (Slot, Slot) = Default::default();
    let one = register_subsys(log.ops("first")).unwrap();
    first.set(one).unwrap();
    let looks = {
        let (first, third) = (Arc::clone(&first), Arc::clone(&third));
        move |_: Callback, ns: &NetNs| {
            let value = ns.pernet(first.get().unwrap());
            assert_eq!(value.expect("it has begun").of.0, "first");
            // In a new namespace, and when it is undone there.
            if let Some(third) = third.get() {
                assert!(ns.pernet(third).is_none(), "its turn comes");
            }
            Ok(())
        }
    };
    let second = register_subsys(log.ops_that("second", looks)).unwrap();
    let fails = |callback: Callback, ns: &NetNs| match (callback, ns.netid().unwrap().to_string()) {
        (Callback::Init, netid) if netid != "1" => Err("it does not work".into()),
        _ => Ok(()),
    };
    let failing = register_subsys(log.ops_that("third", fails)).unwrap();
    third.set(failing).unwrap();
    let of = |value: Option<Arc<Value>>| value.map(|value| value.of.clone());
    assert_eq!(
        of(ns.pernet(first.get().unwrap())),
        Some(("first", "1".into()))
    );
    assert_eq!(of(ns.pernet(&second)), Some(("second", "1".into())));
    assert_eq!(
        of(ns.pernet(third.get().unwrap())),
        Some(("third", "1".into()))
    );
    NetNs::new().unwrap_err();
    let log = log.take();
    assert!(!log.contains(&"third free 2".to_owned()), "{log:?}");
    assert!(log.contains(&"second free 2".to_owned()), "{log:?}");
    // A registration may go, and another come: it never finds the value of the former.
    drop(second);
    let other = register_subsys(Log::default().ops("other")).unwrap();
    assert_eq!(of(ns.pernet(&other)), Some(("other", "1".into())));
}

/// Linux pernet operations, 7: the kernel does not notice a duplicate, and breaks; here
/// the same operations are refused with `EEXIST`, and nothing changes.
#[netns_test(isolation = "process")]
fn a_duplicate_is_refused() {
    let log = Log::default();
    let ops = Arc::new(log.ops("a"));
    let registration = register_subsys(Arc::clone(&ops)).unwrap();
    log.take();
    for error in [
        register_subsys(Arc::clone(&ops)).unwrap_err(),
        register_device(Arc::clone(&ops)).unwrap_err(),
    ] {
        assert_eq!(error.kind(), ErrorKind::AlreadyExists);
        assert_eq!(error.raw_os_error(), Some(libc::EEXIST));
    }
    assert_eq!(log.take(), [""; 0]);
    // Equal ones are others.
    let _other = register_subsys(log.ops("a")).unwrap();
    registration.unregister().unwrap();
    log.take();
    // And the same ones can come back.
    let _again = register_device(ops).unwrap();
    assert_eq!(log.take(), ["a init 1"]);
}

/// Registrations are seen as what they are.
#[netns_test(isolation = "process")]
fn a_registration_knows_its_operations(ns: &NetNs) {
    let log = Log::default();
    let kept = register_subsys(log.ops("kept")).unwrap();
    assert!(format!("{kept:?}").contains("Recorder"), "{kept:?}");
    let _: &Recorder = kept.ops();
    kept.keep();
    log.take();
    let dropped = register_subsys(log.ops("dropped")).unwrap();
    assert!(ns.pernet(&dropped).is_some());
    drop(dropped);
    log.take();
    let _ns = NetNs::new().unwrap();
    assert_eq!(log.take(), ["kept init 2"]);
}
