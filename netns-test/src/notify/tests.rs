//! What can't be asked for from outside.

use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Arc, Mutex, mpsc};

use netns_test_macros::netns_test;

use super::{Event, Hub, Item, Notice};
use crate::error::ErrorKind;
use crate::netns::NetNs;

/// illumos notifications, 15: when the end of a namespace has begun, it takes
/// no callback any more.
#[netns_test(crate = "crate")]
fn a_namespace_that_ends_takes_none() {
    let ns = NetNs::new().unwrap();
    let (seen, errors) = (ns.another(), Arc::new(Mutex::new(Vec::new())));
    let late = Arc::clone(&errors);
    let asks = move |notice: &Notice| {
        if let Event::Unregister(Item::Interface(_)) = notice.event() {
            late.lock()
                .unwrap()
                .push(seen.notify(|_: &Notice| {}).unwrap_err());
        }
    };
    let after = ns.another();
    ns.notify(asks).unwrap().keep();
    ns.close().unwrap();
    let mut errors = std::mem::take(&mut *errors.lock().unwrap());
    assert_eq!(errors.len(), 1);
    errors.push(after.notify(|_: &Notice| {}).unwrap_err());
    for error in errors {
        assert_eq!(error.kind(), ErrorKind::ShutDown, "{error}");
        assert_eq!(error.raw_os_error(), Some(libc::ESHUTDOWN));
    }
}

#[netns_test(crate = "crate")]
fn it_is_counted(ns: &NetNs) {
    let hub = ns.life().part::<Hub>();
    let hooks = || [&hub.hooks_added, &hub.hooks_removed].map(|count| count.load(Relaxed));
    assert_eq!(hooks(), [0, 0]);
    let (told, goes_down) = mpsc::channel();
    let one = ns.notify(move |notice: &Notice| {
        if let Event::Down(_) = notice.event() {
            told.send(()).unwrap();
        }
    });
    let two = ns.notify(|_: &Notice| {}).unwrap();
    assert_eq!(hooks(), [2, 0]);
    let mut ip = std::process::Command::new("ip");
    let down = ip.args(["link", "set", "lo", "down"]).status().unwrap();
    assert!(down.success());
    goes_down.recv().unwrap();
    one.unwrap().unregister().unwrap();
    two.unregister().unwrap();
    assert_eq!(hooks(), [2, 2]);
    assert!(hub.events.load(Relaxed) > 0);
}
