//! A thousand of each, as fast as they come.

use std::collections::BTreeMap;

use netns_test::notify::Event;
use netns_test::{NetNs, netns_test};
use netns_test_tests::state::wait_until;

use crate::{Ear, ip, ip_batch};

const MANY: usize = 1000;

/// Each came once and went once, and nothing was lost on the way.
fn assert_each_once(ear: &Ear<0>, names: impl Iterator<Item = String>) {
    let mut count: BTreeMap<String, usize> = BTreeMap::new();
    for event in ear.heard().iter() {
        assert!(!matches!(event, Event::Resync), "the kernel lost messages");
        *count.entry(crate::line(event)).or_default() += 1;
    }
    for name in names {
        for way in ["+", "-"] {
            let line = format!("{way} {name}");
            assert_eq!(count.get(&line), Some(&1), "{line}");
        }
    }
}

#[netns_test]
fn addresses(ns: &NetNs) {
    let ear = Ear::<0>::default();
    let registration = ns.notify(ear.clone()).unwrap();
    let all = || (0..MANY).map(|n| format!("10.{}.{}.1/32", n / 256, n % 256));
    let add = all().map(|address| format!("address add {address} dev lo"));
    let delete = all().map(|address| format!("address del {address} dev lo"));
    ip_batch(add.chain(delete));
    wait_until("all are gone", || ear.count("- address") == MANY);
    assert_each_once(&ear, all().map(|address| format!("address {address}")));
    registration.unregister().unwrap();
}

#[netns_test]
fn addresses_of_ipv6(ns: &NetNs) {
    let ear = Ear::<0>::default();
    let registration = ns.notify(ear.clone()).unwrap();
    let all = || (1..=MANY).map(|n| format!("fd00::{n:x}/128"));
    let add = all().map(|address| format!("address add {address} dev lo"));
    let delete = all().map(|address| format!("address del {address} dev lo"));
    ip_batch(add.chain(delete));
    wait_until("all are gone", || ear.count("- address") == MANY);
    assert_each_once(&ear, all().map(|address| format!("address {address}")));
    registration.unregister().unwrap();
}

/// Five hundred pairs.
#[netns_test]
fn links(ns: &NetNs) {
    let ear = Ear::<0>::default();
    let registration = ns.notify(ear.clone()).unwrap();
    let pairs = || 0..MANY / 2;
    let add = pairs().map(|n| format!("link add a{n} type veth peer name b{n}"));
    let delete = pairs().map(|n| format!("link del a{n}"));
    ip_batch(add.chain(delete));
    let wanted = |beginning: &str| ear.count(&format!("- {beginning}"));
    wait_until("all are gone", || wanted("a") + wanted("b") >= MANY);
    assert_each_once(
        &ear,
        pairs().flat_map(|n| [format!("a{n}"), format!("b{n}")]),
    );
    registration.unregister().unwrap();
}

/// All the addresses of an interface that goes, by one call of the kernel.
#[netns_test]
fn addresses_of_an_interface_that_goes(ns: &NetNs) {
    let ear = Ear::<0>::default();
    let registration = ns.notify(ear.clone()).unwrap();
    ip("link add veth0 type veth peer name veth1");
    let all = || (0..MANY).map(|n| format!("10.{}.{}.1/32", n / 256, n % 256));
    ip_batch(all().map(|address| format!("address add {address} dev veth0")));
    ip("link del veth0");
    wait_until("the interface is gone", || ear.count("- veth0") == 1);
    assert_each_once(&ear, all().map(|address| format!("address {address}")));
    registration.unregister().unwrap();
}
