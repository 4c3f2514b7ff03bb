//! The kernel has no room for its messages.

use std::collections::BTreeSet;
use std::process::Command;
use std::sync::Arc;

use netns_test::notify::{Event, Options};
use netns_test::{NetNs, netns_test};
use netns_test_tests::rerun::Rerun;
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
    // The notice comes behind the last difference.
    wait_until("it has all that exists, and was told", || {
        believed(&ear.heard()) == exist() && ear.count("resync") > 0
    });
    assert_eq!(exist().len(), 252);

    // A newcomer gets what exists, in spite of it all.
    let newcomer = Arc::new(Ear::<1>::default());
    let second = ns.notify((*newcomer).clone()).unwrap();
    assert_eq!(believed(&newcomer.heard()), exist());
    second.unregister().unwrap();
    registration.unregister().unwrap();
    assert_eq!(believed(&ear.heard()), BTreeSet::new());
}

#[test]
fn differences_come_first() {
    let finished = Rerun::of("overrun::is_stopped_meanwhile").run();
    let text = finished.stdout + &finished.stderr;
    assert!(finished.status.success(), "{text}");
}

/// Before the notice, all differences have been told. In a process of its own, which is
/// stopped while it all happens: on a busy machine the reader may else be fast enough.
#[netns_test]
#[ignore = "run by a test, in a process of its own"]
fn is_stopped_meanwhile(ns: &NetNs) {
    let ear = Ear::<0>::default();
    let options = Options::default().receive_buffer(1);
    let registration = ns.notify_with(options, ear.clone()).unwrap();
    let all = (0..500).map(|n| format!("address add 10.{}.{}.1/32 dev lo\n", n / 256, n % 256));
    let script = "trap 'kill -CONT $PPID' EXIT; kill -STOP $PPID; printf %s \"$1\" | ip -batch -";
    let mut shell = Command::new("sh");
    shell.args(["-c", script, "sh", &all.collect::<String>()]);
    assert!(shell.status().unwrap().success());
    wait_until("it is told that something was lost", || {
        ear.count("resync") > 0
    });
    let heard = ear.heard().clone();
    let first = heard.iter().position(|event| *event == Event::Resync);
    let before = believed(&heard[..first.unwrap()]);
    assert_eq!(before.len(), ns.addresses().unwrap().len());
    assert_eq!(before.len(), 502, "two that `lo` has, and 500");
    registration.unregister().unwrap();
}
