//! How a registration goes.

use std::sync::{Arc, Mutex};

use netns_test::{ErrorKind, NetNs, instance, netns_test};

use crate::fixtures::{Create, Destroy, Log, Noting, Shutdown, error, namespace, number};

/// IP instances, 11: it goes by its name; all namespaces are shut down, then all are
/// destroyed, and when the call returns that is over.
#[netns_test]
fn all_are_shut_down_then_all_are_destroyed(ns: &NetNs) {
    let log = Log::default();
    let name = "all_are_shut_down_then_all_are_destroyed";
    instance::register(name, Noting::new("it", &log))
        .unwrap()
        .keep();
    let (_one, first) = namespace();
    let (_two, second) = namespace();
    let all = [number(ns), first, second];
    let before = log.steps(&all).len();
    instance::unregister(name).unwrap();
    let each = |step| [second, first, number(ns)].map(|netid| (step, netid));
    let expected = [each(Shutdown), each(Destroy)].concat();
    assert_eq!(log.steps(&all)[before..], expected);
    // New namespaces call it no more.
    let (ns, netid) = namespace();
    drop(ns);
    assert_eq!(log.steps(&[netid]), []);
}

/// IP instances, 11: an unknown name is refused, without an errno.
#[netns_test]
fn an_unknown_name_is_refused() {
    let refused = error(instance::unregister("an_unknown_name_is_refused"));
    assert_eq!(refused.kind(), ErrorKind::NotFound);
    assert_eq!(refused.raw_os_error(), None);
    assert!(refused.to_string().contains("an_unknown_name"), "{refused}");
}

/// IP instances, 11: while it goes, new namespaces don't call it any more, and its name is taken.
#[netns_test]
fn what_goes_is_not_created_again() {
    let log = Log::default();
    let name = "what_goes_is_not_created_again";
    let made = Arc::new(Mutex::new(Vec::new()));
    let (_ns, netid) = namespace();
    let callbacks = {
        let (made, other) = (Arc::clone(&made), log.clone());
        Noting::with("it", &log, move |step, here| {
            if here == netid && step != Create {
                let taken = error(instance::register(name, Noting::new("other", &other)));
                assert_eq!(taken.kind(), ErrorKind::AlreadyExists);
                let unknown = error(instance::unregister(name));
                assert_eq!(unknown.kind(), ErrorKind::NotFound, "{unknown}");
                made.lock().unwrap().push(namespace());
            }
        })
    };
    let registration = instance::register(name, callbacks).unwrap();
    registration.unregister().unwrap();
    let made = made.lock().unwrap();
    assert_eq!(made.len(), 2, "in shutdown and in destroy");
    for (_, netid) in made.iter() {
        assert_eq!(log.steps(&[*netid]), []);
    }
}

/// The handle takes its own registration back, never another of its name.
#[netns_test]
fn a_handle_knows_its_own() {
    let (log, other) = (Log::default(), Log::default());
    let name = "a_handle_knows_its_own";
    let (_ns, netid) = namespace();
    let old = instance::register(name, Noting::new("old", &log)).unwrap();
    instance::unregister(name).unwrap();
    let new = instance::register(name, Noting::new("new", &other)).unwrap();
    let refused = error(old.unregister());
    assert_eq!(refused.kind(), ErrorKind::NotFound);
    assert_eq!(other.steps(&[netid]), [(Create, netid)]);
    // Dropped is as good as unregistered.
    drop(new);
    assert_eq!(
        other.steps(&[netid]),
        [(Create, netid), (Shutdown, netid), (Destroy, netid)]
    );
    let refused = error(instance::unregister(name));
    assert_eq!(refused.kind(), ErrorKind::NotFound);
}
