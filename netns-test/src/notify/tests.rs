//! What can't be asked for from outside.

use std::sync::{Arc, Mutex};

use netns_test_macros::netns_test;

use super::{Event, Item, Notice};
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
