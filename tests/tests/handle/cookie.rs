//! `NetNs::cookie` and `NetNs::id`: two numbers, two names.

use std::fs;
use std::os::linux::fs::MetadataExt;

use netns_test::{NetNs, netns_test};

use crate::leaves_nothing;

/// Cilium netns, 10: the kernel's cookie of the namespace, read on a socket
/// inside, which is closed again.
#[netns_test(isolation = "process")]
fn the_cookie_is_the_kernels(ns: &NetNs) {
    let kernels = || {
        let socket = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
        netns_test_tests::cookie::of(&socket)
    };
    assert_eq!(ns.cookie(), kernels());
    leaves_nothing(|| {
        let other = NetNs::new().unwrap();
        let here = other.run(NetNs::current).unwrap().unwrap();
        assert_eq!(here.cookie(), other.run(kernels).unwrap());
        assert_eq!(here.try_cookie().unwrap(), other.cookie());
    });
}

/// Cilium netns, 10: a namespace that this crate did not make has one as well.
#[netns_test]
fn a_foreign_namespace_has_a_cookie() {
    let ns = NetNs::new().unwrap();
    let made = ns.run(|| {
        nix::sched::unshare(nix::sched::CloneFlags::CLONE_NEWNET).unwrap();
        NetNs::current().unwrap()
    });
    let made = made.unwrap();
    assert_ne!(made.cookie(), ns.cookie());
    assert_eq!(made.netid(), None);
}

/// Cilium netns, 11: the cookie is not the inode number; `id` has that one.
#[netns_test]
fn the_cookie_is_not_the_inode_number(ns: &NetNs) {
    let file = fs::metadata("/proc/thread-self/ns/net").unwrap();
    assert_eq!(ns.id().to_string(), format!("net:[{}]", file.st_ino()));
    assert_ne!(ns.cookie(), file.st_ino());
}

/// Cilium netns, 11: no cookie comes twice, while inode numbers may.
#[netns_test]
fn cookies_are_not_used_again() {
    let mut cookies: Vec<_> = (0..20).map(|_| NetNs::new().unwrap().cookie()).collect();
    cookies.sort_unstable();
    cookies.dedup();
    assert_eq!(cookies.len(), 20);
}
