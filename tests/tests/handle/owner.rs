//! `NetNs::owner`: the user namespace behind a network namespace.

use std::fs::{self, File};
use std::os::fd::{AsFd, OwnedFd};

use netns_test::{ErrorKind, NetNs, netns_test};
use nix::unistd::geteuid;

use crate::leaves_nothing;

fn own() -> String {
    let link = fs::read_link("/proc/thread-self/ns/user").unwrap();
    link.into_os_string().into_string().unwrap()
}

#[netns_test]
fn who_made_it_owns_it(ns: &NetNs) {
    let owner = ns.owner().unwrap();
    assert_eq!(owner.id().to_string(), own());
    assert_eq!(NetNs::new().unwrap().owner().unwrap(), owner);
    let link = fs::metadata("/proc/thread-self/ns/user").unwrap();
    let file = File::from(OwnedFd::from(owner));
    assert_eq!(
        std::os::linux::fs::MetadataExt::st_ino(&file.metadata().unwrap()),
        std::os::linux::fs::MetadataExt::st_ino(&link)
    );
}

/// The maker of the user namespace: root of the machine's, or the ordinary user of a test's.
#[netns_test]
fn the_owner_has_an_owner(ns: &NetNs) {
    let owner = ns.owner().unwrap();
    assert_eq!(owner.owner_uid().unwrap(), geteuid().as_raw());
    assert!(owner.as_fd().try_clone_to_owned().is_ok());
}

#[netns_test(isolation = "process")]
fn leaves_nothing_behind(ns: &NetNs) {
    leaves_nothing(|| drop(ns.owner().unwrap()));
}

/// Bad input: what has an owner, and is no network namespace.
#[netns_test]
fn another_namespace_is_refused() {
    let ns = NetNs::from(OwnedFd::from(
        File::open("/proc/thread-self/ns/uts").unwrap(),
    ));
    assert_eq!(ns.owner().unwrap_err().kind(), ErrorKind::OtherNamespace);
}
