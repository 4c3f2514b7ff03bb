//! The same in a process that is in a user namespace as a whole.

use netns_test::{NetNs, netns_test};

netns_test::enter_user_namespace!();

#[netns_test]
fn panics(ns: &NetNs) {
    ns.set_sysctl("net.ipv4.ip_default_ttl", "94").unwrap();
    panic!("on a thread");
}
