//! Which handles are equal.

use std::collections::HashSet;
use std::os::fd::AsFd;

use netns_test::{NetNs, netns_test};

/// Cilium netns, 7: handles are equal whose files have the same device and inode.
#[netns_test]
fn handles_to_one_namespace_are_equal(ns: &NetNs) {
    let current = NetNs::current().unwrap();
    let opened = NetNs::open_pinned("/proc/thread-self/ns/net").unwrap();
    let copied = NetNs::from(ns.as_fd().try_clone_to_owned().unwrap());
    let other = NetNs::new().unwrap();
    for same in [&current, &opened, &copied] {
        assert_eq!(same, ns);
        assert_eq!(same.id(), ns.id());
        assert_ne!(same, &other);
    }
    let ids: HashSet<_> = [ns, &current, &opened, &copied, &other]
        .map(NetNs::id)
        .into();
    assert_eq!(ids.len(), 2);
}
