//! The end of a namespace.

use std::sync::{Arc, Mutex};

use netns_test::kstat::Kstat;
use netns_test::{ErrorKind, instance, netns_test};

use crate::fixtures::{Create, Destroy, Log, Noting, Shutdown, calls, error, namespace};

/// IP instances, 9: at the end the namespace is condemned first, so that nobody
/// gets hold of it any more; then all shutdowns run, and then the first destroy.
#[netns_test]
fn is_condemned_then_shut_down_then_destroyed() {
    let log = Log::default();
    let (ns, netid) = namespace();
    let seen = Arc::new(Mutex::new(Vec::new()));
    let names = ["one", "two", "three"];
    let registrations = names.map(|name| {
        let seen = Arc::clone(&seen);
        let callbacks = Noting::with(name, &log, move |step, other| {
            if other != netid || step == Create {
                return;
            }
            let open = error(netid.open());
            let kstat = error(Kstat::create(netid, "late", name, "net", &[]));
            for refused in [open, kstat] {
                let refused = (refused.kind(), refused.raw_os_error());
                seen.lock().unwrap().push((step, refused));
            }
        });
        let name = format!("is_condemned_then_shut_down_then_destroyed, {name}");
        instance::register(name, callbacks).unwrap()
    });
    let handle = netid.open().unwrap();
    assert_eq!(handle.id(), ns.id());
    assert_eq!(handle.netid(), Some(netid));
    ns.close().unwrap();

    let expected = [Create, Shutdown, Destroy]
        .into_iter()
        .flat_map(|step| names.map(|name| (name, step)));
    assert_eq!(log.of(netid), calls(&expected.collect::<Vec<_>>()));
    let refused = (ErrorKind::ShutDown, Some(libc::ESHUTDOWN));
    let expected = [Shutdown, Destroy]
        .map(|step| [(step, refused); 6])
        .concat();
    assert_eq!(*seen.lock().unwrap(), expected);
    // Nor does another handle bring it back.
    let gone = (ErrorKind::NotFound, Some(libc::ESRCH));
    for refused in [
        error(netid.open()),
        error(Kstat::create(netid, "late", "it", "net", &[])),
    ] {
        assert_eq!((refused.kind(), refused.raw_os_error()), gone);
    }
    assert_eq!(handle.kstats(), []);
    for registration in registrations {
        registration.unregister().unwrap();
    }
}

/// A handle that only refers to a namespace does not end it.
#[netns_test]
fn another_handle_ends_nothing() {
    let log = Log::default();
    let (ns, netid) = namespace();
    let registration =
        instance::register("another_handle_ends_nothing", Noting::new("it", &log)).unwrap();
    netid.open().unwrap().close().unwrap();
    drop(netid.open().unwrap());
    assert_eq!(log.steps(&[netid]), [(Create, netid)]);
    drop(ns);
    let all = [(Create, netid), (Shutdown, netid), (Destroy, netid)];
    assert_eq!(log.steps(&[netid]), all, "dropped is as good as closed");
    registration.unregister().unwrap();
}
