//! From a descriptor to a handle, and back.

use std::fs::File;
use std::net::UdpSocket;
use std::os::fd::{AsFd, AsRawFd, OwnedFd};

use netns_test::{Error, ErrorKind, NetNs, netns_test};
use netns_test_tests::proof;

use crate::leaves_nothing;

#[netns_test]
fn there_and_back() {
    let ns = NetNs::new().unwrap();
    assert_eq!(ns.as_fd().as_raw_fd(), ns.as_raw_fd());
    let (id, number) = (ns.id(), ns.as_raw_fd());
    let fd = OwnedFd::from(ns);
    assert_eq!(fd.as_raw_fd(), number);
    let again = NetNs::from(fd);
    assert_eq!((again.id(), again.as_raw_fd()), (id, number));
    assert_eq!(again.run(proof::here).unwrap(), id.to_string());
}

/// A descriptor that others use as well is not taken from them.
#[netns_test(isolation = "process")]
fn is_not_taken_from_other_handles() {
    leaves_nothing(|| {
        let ns = NetNs::new().unwrap();
        let other = ns.run(NetNs::current).unwrap().unwrap();
        let fd = OwnedFd::from(ns);
        assert_ne!(fd.as_raw_fd(), other.as_raw_fd());
        assert_eq!(NetNs::from(fd), other);
        assert_eq!(other.run(proof::here).unwrap(), other.id().to_string());
    });
}

/// The life of the namespace ends with the handle that it was made with, as if that was closed.
#[netns_test]
fn ends_the_life_of_the_namespace() {
    let ns = NetNs::new().unwrap();
    let number = ns.netid();
    assert!(number.is_some());
    let fd = OwnedFd::from(ns);
    // Nothing of it is remembered.
    assert_eq!(NetNs::from(fd).netid(), None);
}

/// Bad input: whatever the descriptor is, the first use says it, and nothing moves.
#[netns_test(isolation = "process")]
fn another_descriptor_is_refused_when_it_is_used() {
    let here = proof::here();
    let open = |path: &str| OwnedFd::from(File::open(path).unwrap());
    leaves_nothing(|| {
        let udp = UdpSocket::bind("127.0.0.1:0").unwrap();
        let myself = nix::unistd::getpid();
        for (fd, kind) in [
            (open("/proc/self/exe"), ErrorKind::NotNamespace),
            (open("/"), ErrorKind::NotNamespace),
            (open("/dev/null"), ErrorKind::NotNamespace),
            (open("/proc/self/stat"), ErrorKind::NotNamespace),
            (udp.into(), ErrorKind::NotNamespace),
            // setns(2) would take it.
            (netns_test_tests::pidfd::of(myself), ErrorKind::NotNamespace),
            (open("/proc/self/ns/mnt"), ErrorKind::OtherNamespace),
            (open("/proc/self/ns/user"), ErrorKind::OtherNamespace),
        ] {
            let ns = NetNs::from(fd);
            let refused: [(&str, Error); 7] = [
                ("run", ns.run(|| ()).unwrap_err()),
                ("spawn", ns.spawn(|| ()).unwrap_err()),
                ("enter", ns.enter().unwrap_err()),
                ("pin", ns.pin("/tmp/never").unwrap_err()),
                (
                    "socket",
                    ns.socket(|| UdpSocket::bind("0.0.0.0:0")).unwrap_err(),
                ),
                ("cookie", ns.try_cookie().unwrap_err()),
                ("block_on", ns.block_on(async {}).unwrap_err()),
            ];
            for (method, error) in refused {
                assert_eq!(error.kind(), kind, "{method}: {error}");
                assert_eq!(
                    error.raw_os_error(),
                    Some(libc::EINVAL),
                    "{method}: {error:?}"
                );
            }
            assert!(ns.command("true").spawn().is_err());
            ns.close().unwrap();
        }
        assert_eq!(proof::here(), here);
        assert!(!std::path::Path::new("/tmp/never").exists());
    });
}
