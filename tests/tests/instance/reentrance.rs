//! Callbacks that ask for what would wait for them.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

use netns_test::{ErrorKind, NetNs, instance, netns_test};
use netns_test_tests::state::wait_until;

use crate::fixtures::{Create, Destroy, Log, Noting, Shutdown, error, namespace, number};

#[netns_test]
fn unregistering_oneself_is_refused(ns: &NetNs) {
    let log = Log::default();
    let netid = number(ns);
    let refused = Arc::new(AtomicU32::new(0));
    let name = "unregistering_oneself_is_refused";
    let callbacks = {
        let refused = Arc::clone(&refused);
        Noting::with("it", &log, move |step, other| {
            if (step, other) != (Create, netid) {
                return;
            }
            // On this thread, and on one for which it waits.
            let other_thread = NetNs::new().unwrap();
            let here = error(instance::unregister(name));
            assert_eq!(here.kind(), ErrorKind::Deadlock, "{here}");
            assert!(here.hint().is_some());
            drop(other_thread);
            refused.fetch_add(1, Ordering::Relaxed);
        })
    };
    let registration = instance::register(name, callbacks).unwrap();
    assert_eq!(refused.load(Ordering::Relaxed), 1);
    assert_eq!(log.steps(&[netid]), [(Create, netid)], "it stays");
    registration.unregister().unwrap();
}

/// A namespace that is made in a callback is made on another thread, which waits as well.
#[netns_test(isolation = "process")]
fn unregistering_whoever_waits_is_refused(ns: &NetNs) {
    let log = Log::default();
    let netid = number(ns);
    let made = Arc::new(AtomicU32::new(0));
    let name = "unregistering_whoever_waits_is_refused";
    let callbacks = {
        let made = Arc::clone(&made);
        Noting::with("it", &log, move |step, other| {
            if step != Create {
                return;
            }
            if other == netid {
                drop(NetNs::new().unwrap());
            } else {
                let refused = error(instance::unregister(name));
                assert_eq!(refused.kind(), ErrorKind::Deadlock);
                made.fetch_add(1, Ordering::Relaxed);
            }
        })
    };
    let registration = instance::register(name, callbacks).unwrap();
    assert_eq!(
        made.load(Ordering::Relaxed),
        1,
        "and its callbacks were called"
    );
    registration.unregister().unwrap();
}

/// A namespace can't wait for its end in a callback for it, and ends after that.
#[netns_test]
fn closing_the_own_namespace_is_put_off() {
    let log = Log::default();
    let (ns, netid) = namespace();
    let ns = Mutex::new(Some(ns));
    let (other, seen) = (log.clone(), Arc::new(Mutex::new(None)));
    let told = Arc::clone(&seen);
    let callbacks = Noting::with("it", &log, move |step, here| {
        if (step, here) == (Create, netid) {
            let ns = ns.lock().unwrap().take().unwrap();
            let refused = error(ns.close());
            *told.lock().unwrap() = Some((refused.kind(), other.steps(&[netid])));
        }
    });
    let registration = instance::register("closing_the_own_namespace", callbacks).unwrap();
    let expected = (ErrorKind::Deadlock, vec![(Create, netid)]);
    assert_eq!(*seen.lock().unwrap(), Some(expected));
    let all = [(Create, netid), (Shutdown, netid), (Destroy, netid)];
    wait_until("it ends", || log.steps(&[netid]) == all);
    wait_until("it is gone", || {
        netid.open().is_err_and(|e| e.kind() == ErrorKind::NotFound)
    });
    registration.unregister().unwrap();
}

/// In create, a namespace calls create again: as long as that ends, so does this.
#[netns_test(isolation = "process")]
fn namespaces_within_namespaces() {
    const DEEP: usize = 4;
    let log = Log::default();
    let nested = Arc::new(Mutex::new(Vec::new()));
    let callbacks = {
        let nested = Arc::clone(&nested);
        Noting::with("it", &log, move |step, _| {
            let depth = nested.lock().unwrap().len();
            if step == Create && depth < DEEP {
                nested.lock().unwrap().push(None);
                let made = namespace();
                nested.lock().unwrap()[depth] = Some(made);
            }
        })
    };
    let registration = instance::register("namespaces_within_namespaces", callbacks).unwrap();
    let nested = std::mem::take(&mut *nested.lock().unwrap());
    assert_eq!(nested.len(), DEEP);
    assert_eq!(registration.statistics().created, 1 + DEEP as u64);
    for (ns, netid) in nested.into_iter().map(Option::unwrap) {
        assert_eq!(log.steps(&[netid]), [(Create, netid)]);
        drop(ns);
        let all = [(Create, netid), (Shutdown, netid), (Destroy, netid)];
        assert_eq!(log.steps(&[netid]), all);
    }
    registration.unregister().unwrap();
}
