//! The order among registrations.

use netns_test::{instance, netns_test};

use crate::fixtures::{Create, Destroy, Log, Noting, Shutdown, calls, namespace};

/// IP instances, 10: a new namespace is created in the order of registration, and shut
/// down and destroyed in the same order, not in reverse.
#[netns_test]
fn all_steps_have_the_order_of_registration() {
    let log = Log::default();
    let (existing, old) = namespace();
    let register = |name: &str| {
        let full = format!("all_steps_have_the_order_of_registration, {name}");
        instance::register(full, Noting::new(name, &log)).unwrap()
    };
    let (a, b, c) = (register("a"), register("b"), register("c"));
    let (ns, netid) = namespace();
    let created = [("a", Create), ("b", Create), ("c", Create)];
    let rest = [
        ("a", Shutdown),
        ("b", Shutdown),
        ("c", Shutdown),
        ("a", Destroy),
        ("b", Destroy),
        ("c", Destroy),
    ];
    assert_eq!(log.of(netid), calls(&created));
    ns.close().unwrap();
    existing.close().unwrap();
    for netid in [netid, old] {
        assert_eq!(log.of(netid), calls(&[&created[..], &rest].concat()));
    }
    // One that leaves and comes back is the last.
    a.unregister().unwrap();
    let a = register("a");
    let (ns, netid) = namespace();
    let created = [("b", Create), ("c", Create), ("a", Create)];
    assert_eq!(log.of(netid), calls(&created));
    drop(ns);
    drop((a, b, c));
}
