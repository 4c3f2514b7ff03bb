//! The end of a namespace.

use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};

use netns_test::notify::Notice;
use netns_test::{ErrorKind, NetNs, netns_test};

use crate::Ear;

/// Each callback that is left leaves, in the order of registration, and is told
/// that all is gone.
#[netns_test]
fn all_leave() {
    let ns = NetNs::new().unwrap();
    let order = Arc::new(Mutex::new(Vec::new()));
    let ear = |name: &'static str| {
        let order = Arc::clone(&order);
        move |notice: &Notice| {
            if notice.unregistered().is_some() {
                order.lock().unwrap().push(name);
            }
        }
    };
    let (first, second) = (ear("first"), ear("second"));
    let first = ns.notify(move |notice: &Notice| first(notice)).unwrap();
    let second = ns.notify(move |notice: &Notice| second(notice)).unwrap();
    let heard = Ear::<0>::default();
    ns.notify(heard.clone()).unwrap().keep();
    let told = heard.lines();
    ns.close().unwrap();
    let mut gone = heard.lines();
    gone.reverse();
    let came: Vec<_> = told.iter().map(|line| line.replacen('+', "-", 1)).collect();
    assert_eq!(gone, came);
    let count = |name| {
        order
            .lock()
            .unwrap()
            .iter()
            .filter(|other| **other == name)
            .count()
    };
    assert_eq!([count("first"), count("second")], [told.len(); 2]);
    assert!(order.lock().unwrap().is_sorted());
    // They are gone, as their registrations find out.
    let error = first.unregister().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound, "{error}");
    assert_eq!(error.raw_os_error(), Some(libc::ESRCH));
    drop(second);
    assert_eq!(heard.lines(), [""; 0]);
}

/// A callback that outlives the test's body hears of the end, too.
#[netns_test]
fn with_a_test(ns: &NetNs) {
    ns.notify(|_: &Notice| {}).unwrap().keep();
}

/// A namespace can be closed in a callback of its own.
#[netns_test]
fn in_a_callback() {
    let made = NetNs::new().unwrap();
    let ear = Ear::<0>::default();
    made.notify(ear.clone()).unwrap().keep();
    let ns: Arc<Mutex<Option<NetNs>>> = Arc::default();
    let slot = Arc::clone(&ns);
    let closes = move |notice: &Notice| {
        let came = notice.registered().map(ToString::to_string);
        if came.is_some_and(|item| item.contains("veth0")) {
            let ns = slot.lock().unwrap().take().unwrap();
            ns.close().unwrap();
        }
    };
    made.notify(closes).unwrap().keep();
    // Waits inside of it until it is told to go on.
    let script = "read go; exec ip link add veth0 type veth peer name veth1";
    let spawned = made.run(|| {
        let mut shell = Command::new("sh");
        shell.args(["-c", script]).stdin(Stdio::piped()).spawn()
    });
    let mut child = spawned.unwrap().unwrap();
    *ns.lock().unwrap() = Some(made);
    drop(child.stdin.take());
    child.wait().unwrap();
    ear.wait_for("- lo");
    ear.wait_for("- inet");
    assert!(ns.lock().unwrap().is_none());
}
