//! What the end of a handle ends, and what it does not.

use std::fs;
use std::os::fd::{AsFd, OwnedFd};

use netns_test::{NetNs, netns_test};
use netns_test_tests::proof;

use crate::is_alone;

/// Makes sure of how many descriptors of this process are open to this namespace.
#[track_caller]
fn assert_descriptors(namespace: &str, expected: usize) {
    if !is_alone() {
        // Another test's may have got the number of one that is gone.
        return;
    }
    let links = fs::read_dir("/proc/self/fd").unwrap().flatten();
    let found = links
        .filter_map(|link| fs::read_link(link.path()).ok())
        .filter(|target| target.to_str() == Some(namespace))
        .count();
    assert_eq!(found, expected);
}

/// Cilium netns, 5: a handle is closed once, which the compiler sees to, and
/// its descriptor with it.
#[netns_test(isolation = "process")]
fn close_closes_the_descriptor() {
    let ns = NetNs::new().unwrap();
    let id = ns.id().to_string();
    assert_descriptors(&id, 1);
    ns.close().unwrap();
    assert_descriptors(&id, 0);
}

/// Cilium netns, 5: what else refers to the namespace keeps it alive.
#[netns_test]
fn close_does_not_end_a_namespace_in_use() {
    let ns = NetNs::new().unwrap();
    let (id, cookie) = (ns.id(), ns.cookie());
    let other = ns.as_fd().try_clone_to_owned().unwrap();
    ns.close().unwrap();
    let again = NetNs::from(other);
    assert_eq!((again.id(), again.cookie()), (id, cookie));
    assert_eq!(again.run(proof::here).unwrap(), id.to_string());
}

/// Cilium netns, 5: other handles go on.
#[netns_test]
fn close_leaves_other_handles_alone() {
    let ns = NetNs::new().unwrap();
    let other = ns.run(NetNs::current).unwrap().unwrap();
    ns.close().unwrap();
    assert_eq!(other.run(proof::here).unwrap(), other.id().to_string());
    other.close().unwrap();
}

/// Cilium netns, 6: a handle that nobody closed is closed when it is dropped.
#[netns_test(isolation = "process")]
fn drop_closes_the_descriptor() {
    let ns = NetNs::new().unwrap();
    let id = ns.id().to_string();
    drop(ns);
    assert_descriptors(&id, 0);
    let kept = NetNs::new().unwrap();
    let id = kept.id().to_string();
    drop(OwnedFd::from(kept));
    assert_descriptors(&id, 0);
}
