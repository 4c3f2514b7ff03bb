//! `NetNs::new` and `NetNs::list` of what is in it.

use std::fs;

use netns_test::{NetNs, netns_test};
use netns_test_tests::proof;

use crate::leaves_nothing;

/// Cilium netns, 1: a new namespace is another one, and its maker stays where it is.
#[netns_test]
fn the_maker_does_not_move() {
    let here = proof::here();
    let ns = NetNs::new().unwrap();
    assert_eq!(proof::here(), here);
    assert_ne!(ns.id().to_string(), here);
    assert_eq!(ns.run(proof::here).unwrap(), ns.id().to_string());
}

/// Cilium netns, 13: no tunnel's fallback device is in a new namespace; `lo` is, and it is up.
#[netns_test]
fn has_nothing_but_loopback() {
    let ns = NetNs::new().unwrap();
    let devices = ns.run(|| fs::read_to_string("/proc/thread-self/net/dev"));
    let devices = devices.unwrap().unwrap();
    let names: Vec<_> = devices.lines().skip(2).map(str::trim).collect();
    assert_eq!(names.len(), 1, "{devices}");
    assert!(names[0].starts_with("lo:"), "{devices}");
    let bound = ns.run(|| std::net::UdpSocket::bind("127.0.0.1:53"));
    let socket = bound.unwrap().unwrap();
    socket.send_to(b"up", "127.0.0.1:53").unwrap();
    assert_eq!(socket.recv(&mut [0; 4]).unwrap(), 2);
}

/// Cilium netns, 1: the thread that made it is gone.
#[netns_test(isolation = "process")]
fn leaves_no_thread() {
    leaves_nothing(|| drop(NetNs::new().unwrap()));
}
