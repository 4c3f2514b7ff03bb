//! Callbacks that panic.

use std::error::Error as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use netns_test::notify::{Event, Item, Notice};
use netns_test::{Error, ErrorKind, NetNs, netns_test};

use crate::{Ear, ip};

fn panics_at(name: &'static str) -> impl Fn(&Notice) + Send + Sync {
    move |notice| {
        if let Event::Register(Item::Interface(link)) = notice.event() {
            assert!(link.name() != name, "as it should");
        }
    }
}

fn is_of_a_callback(result: Result<(), Error>) {
    let error = result.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Callback, "{error}");
    assert_eq!(error.to_string(), "notify a callback");
    let source = error.source().unwrap().to_string();
    assert!(source.ends_with("panicked: as it should"), "{source}");
}

/// A panic while it is told what exists: it is not registered, and what it took is taken back.
#[netns_test]
fn of_a_newcomer(ns: &NetNs) {
    let (before, after) = (Arc::new(AtomicU32::new(0)), Arc::new(AtomicU32::new(0)));
    let count = (Arc::clone(&before), Arc::clone(&after));
    let panics = panics_at("lo");
    let result = ns.notify(move |notice: &Notice| {
        panics(notice);
        let (before, after) = &count;
        match notice.event() {
            Event::Register(_) => before.fetch_add(1, Ordering::SeqCst),
            _ => after.fetch_add(1, Ordering::SeqCst),
        };
    });
    is_of_a_callback(result.map(drop));
    let counts = [before, after].map(|count| count.load(Ordering::SeqCst));
    assert_eq!(counts, [2, 2], "the protocols");
}

/// A panic amid: the others are told, it is called further, and its registration says so.
#[netns_test]
fn of_one_of_several(ns: &NetNs) {
    let panics = ns.notify(panics_at("veth0")).unwrap();
    let ear = Ear::<0>::default();
    let other = ns.notify(ear.clone()).unwrap();
    ip("link add veth0 type veth peer name veth1");
    ear.wait_for("+ veth0");
    ear.wait_for("+ veth1");
    is_of_a_callback(panics.unregister());
    other.unregister().unwrap();
}

/// Where nobody asks the registration, closing the namespace tells.
#[netns_test]
fn of_one_that_is_dropped_or_kept() {
    for is_kept in [false, true] {
        let ns = NetNs::new().unwrap();
        let panics = ns.notify(panics_at("veth0")).unwrap();
        let ear = Ear::<0>::default();
        let _other = ns.notify(ear.clone()).unwrap();
        ns.run(|| ip("link add veth0 type veth peer name veth1"))
            .unwrap();
        ear.wait_for("+ veth0");
        if is_kept {
            panics.keep();
        } else {
            drop(panics);
        }
        is_of_a_callback(ns.close());
    }
}

/// A panic at the end: the others are told all the same.
#[netns_test]
fn at_the_end() {
    let ns = NetNs::new().unwrap();
    let panics = |notice: &Notice| {
        assert!(notice.unregistered().is_none(), "as it should");
    };
    ns.notify(panics).unwrap().keep();
    let ear = Ear::<0>::default();
    ns.notify(ear.clone()).unwrap().keep();
    is_of_a_callback(ns.close());
    assert_eq!(ear.count("- lo"), 1);
}
