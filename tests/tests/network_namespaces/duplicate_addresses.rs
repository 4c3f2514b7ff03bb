//! IPv6 asks whether an address is somebody else's before it can be used.

use std::io::ErrorKind;
use std::net::UdpSocket;

use netns_test::{NetNs, netns_test};
use netns_test_tests::ip::ip;
use netns_test_tests::state::wait_until;

use crate::TestResult;

/// A pair that is up at both ends, with as many probes for each address as is said.
fn pair(ns: &NetNs, probes: u32) -> TestResult {
    ip("link add near type veth peer name far");
    ns.set_sysctl("net.ipv6.conf.near.dad_transmits", probes)?;
    ip("link set near up");
    ip("link set far up");
    Ok(())
}

fn bind() -> std::io::Result<()> {
    UdpSocket::bind("[2001:db8::1]:53").map(drop)
}

/// Network namespaces, 9: on a veth a plain address can't be bound while it is
/// tentative. A hundred probes, one a second, make it last long enough to be seen.
#[netns_test]
fn a_plain_address_is_tentative(ns: &NetNs) -> TestResult {
    pair(ns, 100)?;
    ip("address add 2001:db8::1/64 dev near");
    assert_eq!(bind().unwrap_err().kind(), ErrorKind::AddrNotAvailable);
    Ok(())
}

/// Network namespaces, 9: it can be bound some time later.
#[netns_test]
fn it_can_be_used_later(ns: &NetNs) -> TestResult {
    pair(ns, 1)?;
    ip("address add 2001:db8::1/64 dev near");
    wait_until("nobody else has it", || bind().is_ok());
    Ok(())
}

/// Network namespaces, 9: with `nodad`, it can be bound at once.
#[netns_test]
fn without_the_question_it_is_there_at_once(ns: &NetNs) -> TestResult {
    pair(ns, 100)?;
    ip("address add 2001:db8::1/64 dev near nodad");
    bind()?;
    Ok(())
}

/// Network namespaces, 9: nor is it asked where `accept_dad` is 0 for both, `all` and
/// `default`, before the device is made. The kernel says so a moment later, and
/// not after a hundred seconds.
#[netns_test]
fn nobody_is_asked_where_the_sysctls_say_so(ns: &NetNs) -> TestResult {
    ns.set_sysctl("net.ipv6.conf.all.accept_dad", 0)?;
    ns.set_sysctl("net.ipv6.conf.default.accept_dad", 0)?;
    pair(ns, 100)?;
    ip("address add 2001:db8::1/64 dev near");
    wait_until("it is there", || bind().is_ok());
    Ok(())
}
