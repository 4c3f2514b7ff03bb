//! Callbacks may use the framework, since it holds no lock while they run.

use std::sync::atomic::{AtomicBool, Ordering};

use netns_test::kstat::Kstat;
use netns_test::{NetNs, instance, netns_test};
use netns_test_tests::proof;

use crate::fixtures::{Create, Destroy, Log, Noting, Shutdown, number};

/// IP instances, 8: within create, another instance can be registered, a
/// namespace made, found, counted in and closed, and an instance unregistered.
/// Within shutdown and destroy as well, as far as the namespace is not the one that goes.
#[netns_test(isolation = "process")]
fn callbacks_may_call_the_framework(ns: &NetNs) {
    let (log, nested) = (Log::default(), Log::default());
    let netid = number(ns);
    let registers = {
        let nested = nested.clone();
        let busy = AtomicBool::new(false);
        Noting::with("outer", &log, move |step, here| {
            // Once: the namespace that is made here calls this as well.
            if here != netid || busy.swap(true, Ordering::Relaxed) {
                return;
            }
            let name = format!("nested in {step:?}");
            let inner = instance::register(name, Noting::new("inner", &nested)).unwrap();
            let other = NetNs::new().unwrap();
            if step == Create {
                assert_eq!(here.open().unwrap().id().to_string(), proof::here());
                let kstat = Kstat::create(here, "nested", "it", "net", &["a"]).unwrap();
                assert_eq!(kstat.get("a"), 0);
            }
            let made = number(&other);
            other.close().unwrap();
            inner.unregister().unwrap();
            assert_eq!(
                nested.steps(&[made]),
                [(Create, made), (Shutdown, made), (Destroy, made)],
                "{step:?}"
            );
            busy.store(false, Ordering::Relaxed);
        })
    };
    let registration = instance::register("callbacks_may_call_the_framework", registers).unwrap();
    registration.unregister().unwrap();
    let steps = [(Create, netid), (Shutdown, netid), (Destroy, netid)];
    assert_eq!(log.steps(&[netid]), steps);
    let thrice = [steps, steps, steps].concat();
    assert_eq!(nested.steps(&[netid]), thrice, "once in each callback");
}
