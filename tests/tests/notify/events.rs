//! Events of interfaces, addresses and routes.

use netns_test::notify::{Event, Item};
use netns_test::{NetNs, netns_test};
use netns_test_tests::state::wait_until;

use crate::{Ear, ip};

#[netns_test]
fn an_interface_is_plumbed_and_unplumbed(ns: &NetNs) {
    let ear = Ear::<0>::default();
    let _registration = ns.notify(ear.clone()).unwrap();
    ear.lines();
    ip("link add bridge0 type bridge");
    ear.wait_for("+ bridge0");
    ip("link set bridge0 up");
    ear.wait_for("up bridge0");
    ip("link set bridge0 down");
    ear.wait_for("down bridge0");
    ip("link del bridge0");
    ear.wait_for("- bridge0");
    let told = ["+ bridge0", "up bridge0", "down bridge0", "- bridge0"];
    assert_eq!(ear.interface_lines(), told);
}

/// A port that leaves its bridge is told by the kernel with the message of a link that goes.
#[netns_test]
fn a_port_of_a_bridge_does_not_go_with_it(ns: &NetNs) {
    let ear = Ear::<0>::default();
    let _registration = ns.notify(ear.clone()).unwrap();
    ip("link add veth0 type veth peer name veth1");
    ip("link add bridge0 type bridge");
    ip("link set veth0 master bridge0");
    ip("link set veth0 nomaster");
    ip("link set veth0 master bridge0");
    ip("link del bridge0");
    ear.wait_for("- bridge0");
    assert_eq!(ear.count("- veth0"), 0);
    assert_eq!(ear.count("+ veth0"), 1);
}

#[netns_test]
fn what_is_up_when_it_comes_says_so(ns: &NetNs) {
    let ear = Ear::<0>::default();
    let _registration = ns.notify(ear.clone()).unwrap();
    let heard = ear.heard();
    let lo = heard.iter().find_map(|event| match event {
        Event::Register(Item::Interface(link)) => Some(link),
        _ => None,
    });
    assert!(lo.unwrap().is_up());
    assert!(!heard.iter().any(|event| matches!(event, Event::Up(_))));
}

#[netns_test]
fn addresses_change(ns: &NetNs) {
    let ear = Ear::<0>::default();
    let _registration = ns.notify(ear.clone()).unwrap();
    ip("link add veth0 type veth peer name veth1");
    ip("link set veth0 up");
    ip("link set veth1 up");
    ear.wait_for("up veth1");
    ear.lines();
    ip("address add 10.0.0.1/24 dev veth0");
    ip("address del 10.0.0.1/24 dev veth0");
    ear.wait_for("- address 10.0.0.1/24");
    wait_until("it is told of twice", || {
        ear.count("address change veth0 10.0.0.1") == 2
    });
    let lines = ear.lines();
    let about: Vec<_> = lines
        .iter()
        .filter(|line| {
            line.contains("address") && line.contains("10.0.0.1") && !line.contains("route")
        })
        .collect();
    let change = "address change veth0 10.0.0.1";
    assert_eq!(
        about,
        [
            "+ address 10.0.0.1/24",
            change,
            "- address 10.0.0.1/24",
            change
        ]
    );

    // IPv6: it comes, is tentative, and becomes usable.
    ip("address add fd00::1/64 dev veth0");
    let is_usable = |event: &Event| match event {
        Event::AddressChange { address, .. } => {
            address.ip().to_string() == "fd00::1" && !address.is_tentative()
        }
        _ => false,
    };
    wait_until("it is usable", || ear.heard().iter().any(is_usable));
    assert_eq!(ear.count("+ address fd00::1/64"), 1);
    // The end of its time, without that it goes.
    ear.lines();
    ip("address change fd00::1/64 dev veth0 preferred_lft 0");
    ear.wait_for("address change veth0 fd00::1");
    assert_eq!(ear.count("- address fd00"), 0);
}

/// An address goes before its interface, and a route before both.
#[netns_test]
fn what_an_interface_carries_goes_before_it(ns: &NetNs) {
    let ear = Ear::<0>::default();
    let _registration = ns.notify(ear.clone()).unwrap();
    ip("link add veth0 type veth peer name veth1");
    ip("link set veth0 up");
    ip("link set veth1 up");
    ip("address add 10.0.0.1/24 dev veth0");
    ip("route add 192.0.2.0/24 via 10.0.0.2");
    ear.wait_for("+ address 10.0.0.1/24");
    ear.lines();
    let index = ns
        .links()
        .unwrap()
        .iter()
        .find(|link| link.name() == "veth0")
        .unwrap()
        .index();
    ip("link del veth0");
    ear.wait_for("- veth0");
    let lines = ear.lines();
    let last = lines.iter().position(|line| line == "- veth0").unwrap();
    let later =
        |line: &&String| line.contains(&format!("dev if{index} ")) || line.contains("10.0.0.1");
    assert!(lines[last..].iter().find(later).is_none(), "{lines:#?}");
    assert!(
        lines.contains(&"- address 10.0.0.1/24".to_owned()),
        "{lines:#?}"
    );
    assert!(
        lines
            .iter()
            .any(|line| line.starts_with("- route 192.0.2.0/24")),
        "{lines:#?}"
    );
}

#[netns_test]
fn a_renamed_interface_is_the_same(ns: &NetNs) {
    let ear = Ear::<0>::default();
    let _registration = ns.notify(ear.clone()).unwrap();
    ip("link add veth0 type veth peer name veth1");
    ip("link set veth0 name renamed");
    ip("link del renamed");
    ear.wait_for("- renamed");
    assert_eq!(ear.count("- veth0"), 0);
    assert_eq!(ear.count("+ renamed"), 0);
}

/// An interface that moves to another namespace goes here and comes there.
#[netns_test]
fn an_interface_moves(ns: &NetNs) {
    let other = NetNs::new().unwrap();
    let (here, there) = (Ear::<0>::default(), Ear::<0>::default());
    let _here = ns.notify(here.clone()).unwrap();
    let _there = other.notify(there.clone()).unwrap();
    let spawned = other.run(|| std::process::Command::new("sleep").arg("1000").spawn());
    let mut child = spawned.unwrap().unwrap();
    ip("link add veth0 type veth peer name veth1");
    ip(&format!("link set veth1 netns {}", child.id()));
    here.wait_for("- veth1");
    there.wait_for("+ veth1");
    child.kill().unwrap();
    child.wait().unwrap();
}
