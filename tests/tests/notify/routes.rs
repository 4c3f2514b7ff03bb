//! Routes, of which the kernel does not tell all.

use std::collections::BTreeSet;

use netns_test::notify::{Event, Item, Options};
use netns_test::{Link, NetNs, netns_test};
use netns_test_tests::state::wait_until;

use crate::{Ear, ip};

/// What a callback must believe to exist, of what it was told.
fn believed(ear: &Ear<0>) -> BTreeSet<String> {
    let mut routes = BTreeSet::new();
    for event in ear.heard().iter() {
        let line = crate::line(event);
        match line.split_once(" route ") {
            Some(("+", route)) => assert!(routes.insert(route.to_owned()), "{line}"),
            Some(("-", route)) => assert!(routes.remove(route), "{line}"),
            _ => {}
        }
    }
    routes
}

/// Waits until what was told is what exists.
fn wait_for_truth(ns: &NetNs, ear: &Ear<0>, what: &str) {
    let exist = || {
        ns.routes()
            .unwrap()
            .iter()
            .map(ToString::to_string)
            .collect::<BTreeSet<_>>()
    };
    wait_until(what, || believed(ear) == exist());
}

/// More room than the kernel grants to one socket, even to root: several share the messages.
fn over_several_sockets() -> Options {
    Options::default().receive_buffer(usize::MAX)
}

#[netns_test]
fn what_is_told_is_what_exists(ns: &NetNs) {
    step_by_step(ns, Options::default());
}

#[netns_test]
fn what_is_told_is_what_exists_over_several_sockets(ns: &NetNs) {
    step_by_step(ns, over_several_sockets());
}

fn step_by_step(ns: &NetNs, options: Options) {
    let ear = Ear::<0>::default();
    let _registration = ns.notify_with(options, ear.clone()).unwrap();
    for step in [
        "link add veth0 type veth peer name veth1",
        "link set veth0 up",
        "link set veth1 up",
        "address add 10.0.0.1/24 dev veth0",
        "address add 10.0.0.7/24 dev veth0",
        "address add 10.1.0.1/24 dev veth1",
        "address add fd00::1/64 dev veth0 nodad",
        "route add default via 10.0.0.254",
        "route add 192.0.2.0/24 via 10.0.0.254 src 10.0.0.7",
        "route add 192.0.2.0/24 via 10.1.0.254 metric 7 table 1000",
        "route add 198.51.100.0/24 nexthop via 10.0.0.2 nexthop via 10.1.0.2",
        "route add blackhole 203.0.113.0/24",
        "-6 route add 2001:db8::/32 via fd00::2",
        // In the place of another.
        "route replace default via 10.0.0.253",
        "route change 192.0.2.0/24 via 10.0.0.253 src 10.0.0.7",
        "-6 route replace 2001:db8::/32 via fd00::3",
        // To more next hops, and to fewer.
        "-6 route append 2001:db8::/32 via fd00::4",
        "-6 route del 2001:db8::/32 via fd00::3",
        "route append 192.0.2.0/24 via 10.0.0.9",
        // With its source, silently.
        "address del 10.0.0.7/24 dev veth0",
        // With its interface, silently.
        "link set veth1 down",
        "link set veth0 down",
        "link set veth0 up",
        "link del veth0",
        "route flush table main",
    ] {
        ip(step);
        wait_for_truth(ns, &ear, step);
    }
}

/// The same without waiting in between.
#[netns_test]
fn what_is_told_is_what_exists_in_the_end(ns: &NetNs) {
    at_full_speed(ns, Options::default());
}

#[netns_test]
fn what_is_told_is_what_exists_in_the_end_over_several_sockets(ns: &NetNs) {
    at_full_speed(ns, over_several_sockets());
}

fn at_full_speed(ns: &NetNs, options: Options) {
    let ear = Ear::<0>::default();
    let _registration = ns.notify_with(options, ear.clone()).unwrap();
    let mut steps = Vec::new();
    for round in 0..20 {
        steps.push(format!("link add a{round} type veth peer name b{round}"));
        steps.push(format!("link set a{round} up"));
        steps.push(format!("link set b{round} up"));
        steps.push(format!("address add 10.0.{round}.1/24 dev a{round}"));
        steps.push(format!("route add 10.1.{round}.0/24 via 10.0.{round}.2"));
        steps.push(format!(
            "route replace 10.1.{round}.0/24 via 10.0.{round}.3"
        ));
        match round % 3 {
            0 => steps.push(format!("link del a{round}")),
            1 => steps.push(format!("link set a{round} down")),
            _ => steps.push(format!("address del 10.0.{round}.1/24 dev a{round}")),
        }
    }
    crate::ip_batch(steps);
    wait_for_truth(ns, &ear, "all twenty rounds");
    // Addresses come after their interface and go before it, however they were received.
    let mut interfaces = BTreeSet::new();
    for event in ear.heard().iter() {
        match event {
            Event::Register(Item::Interface(link)) => {
                assert!(interfaces.insert(link.index()), "{event}");
            }
            Event::Unregister(Item::Interface(link)) => {
                assert!(interfaces.remove(&link.index()), "{event}");
            }
            Event::Register(Item::Address(address)) | Event::Unregister(Item::Address(address)) => {
                assert!(interfaces.contains(&address.link()), "{event}");
            }
            _ => {}
        }
    }
    let exist: BTreeSet<_> = ns.links().unwrap().iter().map(Link::index).collect();
    assert_eq!(interfaces, exist);
}
