//! The kernel has no room for its messages.

use std::collections::BTreeSet;
use std::sync::Arc;

use netns_test::notify::{Event, Options};
use netns_test::{NetNs, netns_test};
use netns_test_tests::state::wait_until;

use crate::{Ear, ip, ip_batch};

/// The addresses that a callback must believe to exist, of what it was told.
fn believed(events: &[Event]) -> BTreeSet<String> {
    let mut addresses = BTreeSet::new();
    for event in events {
        let line = crate::line(event);
        match line.split_once(" address ") {
            Some(("+", address)) => assert!(addresses.insert(address.to_owned()), "{line}"),
            Some(("-", address)) => assert!(addresses.remove(address), "{line}"),
            _ => {}
        }
    }
    addresses
}

#[netns_test]
fn is_told_and_made_good(ns: &NetNs) {
    let ear = Ear::<0>::default();
    // Room for one message or two.
    let options = Options::default().receive_buffer(1);
    let registration = ns.notify_with(options, ear.clone()).unwrap();
    ip("link add veth0 type veth peer name veth1");
    let all = || (0..500).map(|n| format!("10.{}.{}.1/32", n / 256, n % 256));
    // Many messages by each call of the kernel: nobody is fast enough to take them.
    for _ in 0..3 {
        ip_batch(all().map(|address| format!("address add {address} dev veth0")));
        ip("address flush dev veth0");
    }
    ip_batch(
        all()
            .step_by(2)
            .map(|address| format!("address add {address} dev veth0")),
    );
    let exist = || -> BTreeSet<String> {
        let addresses = ns.addresses().unwrap();
        let lines = addresses
            .iter()
            .map(|a| format!("{}/{}", a.ip(), a.prefix_length()));
        lines.collect()
    };
    wait_until("it has all that exists", || {
        believed(&ear.heard()) == exist()
    });
    assert!(ear.count("resync") > 0, "nothing was lost");
    assert_eq!(exist().len(), 252);

    // A newcomer gets what exists, in spite of it all.
    let newcomer = Arc::new(Ear::<1>::default());
    let second = ns.notify((*newcomer).clone()).unwrap();
    assert_eq!(believed(&newcomer.heard()), exist());
    second.unregister().unwrap();
    registration.unregister().unwrap();
    assert_eq!(believed(&ear.heard()), BTreeSet::new());
}

/// Before the notice, all differences have been told.
#[netns_test]
fn differences_come_first(ns: &NetNs) {
    let ear = Ear::<0>::default();
    let options = Options::default().receive_buffer(1);
    let registration = ns.notify_with(options, ear.clone()).unwrap();
    let all = || (0..500).map(|n| format!("10.{}.{}.1/32", n / 256, n % 256));
    ip_batch(all().map(|address| format!("address add {address} dev lo")));
    // The last of all notices, when it is quiet, unless nothing was lost at the end.
    let exist = ns.addresses().unwrap().len();
    wait_until("it has all that exists", || {
        believed(&ear.heard()).len() == exist
    });
    let heard = ear.heard().clone();
    let first = heard.iter().position(|event| *event == Event::Resync);
    let first = first.expect("something was lost");
    assert!(
        believed(&heard[..first]).len() > 2,
        "before it, differences were told"
    );
    registration.unregister().unwrap();
}
