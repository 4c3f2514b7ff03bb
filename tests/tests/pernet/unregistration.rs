//! Operations leave the list, and namespaces that live.

use std::thread;

use netns_test::pernet::{register_device, register_subsys};
use netns_test::{NetNs, netns_test};

use crate::recorder::Log;

/// Linux pernet operations, 16: unregistering ends the operations in every namespace that lives, as
/// one batch, and does nothing to others; afterwards they are not called any more.
#[netns_test(isolation = "process")]
fn unregistering_ends_in_every_namespace() {
    let log = Log::default();
    let second = NetNs::new().unwrap();
    let _third = NetNs::new().unwrap();
    let a = register_subsys(log.ops("a")).unwrap();
    let _b = register_subsys(log.ops("b")).unwrap();
    log.take();
    a.unregister().unwrap();
    assert_eq!(
        log.take(),
        [
            "a pre_exit 1",
            "a pre_exit 2",
            "a pre_exit 3",
            "a exit 1",
            "a exit 2",
            "a exit 3",
            "a exit_batch 1 2 3",
            "a free 1",
            "a free 2",
            "a free 3"
        ]
    );
    second.close().unwrap();
    drop(NetNs::new().unwrap());
    let rest = log.take();
    assert!(rest.iter().all(|line| line.starts_with("b ")), "{rest:?}");
}

/// Linux pernet operations, 16: while namespaces come and go, an `unregister()` that has returned is the
/// end: nothing is called, and no value is left.
#[netns_test(isolation = "process")]
fn nothing_is_called_afterwards() {
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                for _ in 0..20 {
                    drop(NetNs::new().unwrap());
                }
            });
        }
        for round in 0..20 {
            let log = Log::default();
            let a = register_subsys(log.ops("a")).unwrap();
            if round % 2 == 0 {
                thread::yield_now();
            }
            a.unregister().unwrap();
            let lines = log.take();
            let count = |word: &str| lines.iter().filter(|line| line.contains(word)).count();
            assert_eq!(count(" init "), count(" exit "), "{lines:?}");
            assert_eq!(count(" init "), count(" free "), "{lines:?}");
            scope.spawn(move || {
                drop(NetNs::new().unwrap());
                assert_eq!(log.take(), [""; 0]);
            });
        }
    });
}

/// Linux pernet operations, 17: without the first device, the border between subsystems and devices is
/// before the next one, and the order of the others is what it was.
#[netns_test(isolation = "process")]
fn the_border_moves_with_the_first_device() {
    let log = Log::default();
    let begun = || {
        log.take();
        let ns = NetNs::new().unwrap();
        let lines = log.take();
        drop(ns);
        let names = lines
            .iter()
            .map(|line| line.split(' ').next().unwrap().to_owned());
        names.collect::<Vec<_>>().concat()
    };
    let s = register_subsys(log.ops("s")).unwrap();
    let d = register_device(log.ops("d")).unwrap();
    let e = register_device(log.ops("e")).unwrap();
    assert_eq!(begun(), "sde");
    d.unregister().unwrap();
    let _t = register_subsys(log.ops("t")).unwrap();
    assert_eq!(begun(), "ste");
    s.unregister().unwrap();
    let _u = register_subsys(log.ops("u")).unwrap();
    assert_eq!(begun(), "tue");
    e.unregister().unwrap();
    let _f = register_device(log.ops("f")).unwrap();
    let _v = register_subsys(log.ops("v")).unwrap();
    assert_eq!(begun(), "tuvf");
}
