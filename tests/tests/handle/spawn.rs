//! `NetNs::spawn`: a thread that lives inside.

use std::fs::File;
use std::net::{TcpListener, TcpStream};
use std::os::fd::OwnedFd;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use netns_test::{ErrorKind, NetNs, netns_test};
use netns_test_tests::proof;

use crate::{leaves_nothing, tid};

#[netns_test]
fn lives_inside() {
    let (here, me) = (proof::here(), tid());
    let ns = NetNs::new().unwrap();
    let thread = ns.spawn(|| (proof::here(), tid())).unwrap();
    let (there, other) = thread.join().unwrap();
    assert_eq!(there, ns.id().to_string());
    assert_ne!(other, me);
    assert_eq!(proof::here(), here);
}

/// The caller goes on while it runs.
#[netns_test]
fn runs_beside_the_caller() {
    let ns = NetNs::new().unwrap();
    let server = ns
        .run(|| TcpListener::bind("127.0.0.1:80"))
        .unwrap()
        .unwrap();
    let accepting = ns
        .spawn(move || server.accept().map(|(_, peer)| peer))
        .unwrap();
    let client = ns
        .run(|| TcpStream::connect("127.0.0.1:80"))
        .unwrap()
        .unwrap();
    assert_eq!(
        accepting.join().unwrap().unwrap(),
        client.local_addr().unwrap()
    );
}

/// The namespace lives as long as the thread, without a handle.
#[netns_test]
fn keeps_the_namespace_alive() {
    let ns = NetNs::new().unwrap();
    let cookie = ns.cookie();
    let (go, going) = std::sync::mpsc::channel::<()>();
    let thread = ns.spawn(move || {
        going.recv().unwrap();
        NetNs::current().unwrap().cookie()
    });
    ns.close().unwrap();
    go.send(()).unwrap();
    assert_eq!(thread.unwrap().join().unwrap(), cookie);
}

#[netns_test]
fn a_panic_comes_with_the_join() {
    let ns = NetNs::new().unwrap();
    let panic = ns.spawn(|| panic!("inside")).unwrap().join().unwrap_err();
    assert_eq!(panic.downcast_ref::<&str>(), Some(&"inside"));
}

#[netns_test]
fn has_the_name_of_the_caller() {
    let ns = NetNs::new().unwrap();
    let thread = ns.spawn(|| ()).unwrap();
    assert_eq!(thread.thread().name(), thread::current().name());
    thread.join().unwrap();
}

/// An error of entering comes back from `spawn`, and nothing runs.
#[netns_test(isolation = "process")]
fn is_not_started_where_it_cannot_be() {
    leaves_nothing(|| {
        let ns = NetNs::from(OwnedFd::from(
            File::open("/proc/thread-self/ns/uts").unwrap(),
        ));
        let ran = Arc::new(AtomicBool::new(false));
        let tells = Arc::clone(&ran);
        let error = ns
            .spawn(move || tells.store(true, Ordering::SeqCst))
            .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::OtherNamespace, "{error}");
        assert!(!ran.load(Ordering::SeqCst));
        assert_eq!(Arc::strong_count(&ran), 1);
    });
}
