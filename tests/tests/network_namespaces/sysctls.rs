//! Settings of a new namespace.

use netns_test::{NetNs, netns_test};
use nix::errno::Errno;
use nix::sys::socket::{AddressFamily, SockFlag, SockProtocol, SockType, socket};

use crate::TestResult;

/// Network namespaces, 11: a new one starts from the kernel's defaults or from the
/// machine's settings, never from those of the namespace in which it is made.
#[netns_test]
fn they_are_not_inherited_from_the_maker(ns: &NetNs) -> TestResult {
    let key = "net.ipv4.conf.default.rp_filter";
    let fresh = ns.sysctl(key)?;
    let another = if fresh == "1" { "2" } else { "1" };
    for (key, value, default) in [
        ("net.ipv4.ip_unprivileged_port_start", "80", "1024"),
        ("net.ipv4.ip_forward", "1", "0"),
        ("net.ipv6.conf.all.forwarding", "1", "0"),
        (key, another, &fresh),
    ] {
        assert_eq!(ns.sysctl(key)?, default, "{key}");
        ns.set_sysctl(key, value)?;
        assert_eq!(ns.sysctl(key)?, value, "{key}");
        assert_eq!(NetNs::new()?.sysctl(key)?, default, "{key}");
    }
    Ok(())
}

/// Network namespaces, 11: `ping_group_range` is `1 0`, so that no group may make
/// ping's sockets, and ports below 1024 are for the privileged.
#[netns_test]
fn the_defaults_grant_nothing(ns: &NetNs) -> TestResult {
    let flags = SockFlag::SOCK_CLOEXEC;
    let ping = socket(
        AddressFamily::Inet,
        SockType::Datagram,
        flags,
        SockProtocol::Icmp,
    );
    assert_eq!(ping.unwrap_err(), Errno::EACCES);
    let range = ns.sysctl("net.ipv4.ping_group_range")?;
    // Groups that have no number in the user namespace of an ordinary user's test.
    let unmapped = "65534\t65534";
    assert!(range == "1\t0" || range == unmapped, "{range}");
    assert_eq!(ns.sysctl("net.ipv4.ip_unprivileged_port_start")?, "1024");
    Ok(())
}

/// `network_namespaces(7)`, various files below `/proc/sys/net`: a change in one
/// namespace is not seen in another that is there already.
#[netns_test]
fn a_change_stays_where_it_is_made(ns: &NetNs) -> TestResult {
    let other = NetNs::new()?;
    for key in [
        "net.ipv4.ip_default_ttl",
        "net.core.somaxconn",
        "net.ipv6.conf.default.hop_limit",
    ] {
        let fresh = other.sysctl(key)?;
        ns.set_sysctl(key, 77)?;
        assert_eq!(
            (ns.sysctl(key)?, other.sysctl(key)?),
            ("77".into(), fresh),
            "{key}"
        );
    }
    Ok(())
}
