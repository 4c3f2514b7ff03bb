//! What is tried in a fresh network namespace, each thing for real.

mod links;
mod request;
mod sockets;
mod views;

use std::io;

/// What a thing that is tried belongs to.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Group {
    /// What sockets can do, and how the network can be set.
    Network,
    /// Links that can be made.
    Links,
    /// What shapes and filters packets.
    Packets,
    /// What shows the namespace in `/proc` and `/sys`.
    Views,
}

/// One thing that is tried.
#[derive(Clone, Copy, Debug)]
pub struct Check {
    /// Which group it stands in.
    pub group: Group,
    /// Its name, never used twice.
    pub name: &'static str,
    /// What is tried, in the kernel's words.
    pub step: &'static str,
    /// What is worth knowing even if it works.
    pub note: Option<&'static str>,
    /// What `ENOENT`, `EOPNOTSUPP` and the like mean: the kernel lacks this module.
    pub module: Option<&'static str>,
    attempt: fn() -> io::Result<()>,
}

/// How it went.
pub type Outcome = Result<(), i32>;

/// All of them, in the order in which they are tried.
pub const CHECKS: [Check; 19] = [
    check(Group::Network, "IPv6", "bind(::1)", sockets::ipv6),
    check(
        Group::Network,
        "low ports",
        "bind(127.0.0.1:80)",
        sockets::low_port,
    ),
    check(
        Group::Network,
        "sysctls",
        "write to /proc/sys/net/ipv4/ip_forward",
        sockets::sysctl,
    ),
    Check {
        note: Some("after `sysctl net.ipv4.ping_group_range` is set in the test"),
        ..check(
            Group::Network,
            "ping sockets",
            "socket(SOCK_DGRAM, IPPROTO_ICMP)",
            sockets::ping,
        )
    },
    check(
        Group::Network,
        "raw sockets",
        "socket(SOCK_RAW, IPPROTO_ICMP)",
        sockets::raw,
    ),
    check(
        Group::Network,
        "packet sockets",
        "socket(AF_PACKET)",
        sockets::packet,
    ),
    check(
        Group::Network,
        "netlink",
        "RTM_NEWLINK for `lo`",
        links::netlink,
    ),
    link("veth", "veth", links::veth),
    link("bridge", "bridge", links::bridge),
    link("dummy", "dummy", links::dummy),
    link("vlan", "8021q", links::vlan),
    link("macvlan", "macvlan", links::macvlan),
    of_module(
        "tun",
        check(Group::Links, "tun", "TUNSETIFF on /dev/net/tun", links::tun),
    ),
    of_module(
        "sch_netem",
        check(Group::Packets, "netem", "RTM_NEWQDISC", links::netem),
    ),
    of_module(
        "sch_tbf",
        check(Group::Packets, "tbf", "RTM_NEWQDISC", links::tbf),
    ),
    of_module(
        "nf_tables",
        check(
            Group::Packets,
            "nftables",
            "NFT_MSG_NEWTABLE",
            links::nftables,
        ),
    ),
    // Last, so that there are links to be seen.
    check(
        Group::Views,
        "/proc/net",
        "read of /proc/self/net/dev",
        views::proc_net,
    ),
    check(
        Group::Views,
        "/sys/class/net",
        "list of /sys/class/net",
        views::sysfs,
    ),
    check(
        Group::Views,
        "mounts",
        "mount(\"tmpfs\") in a namespace of its own",
        views::mounts,
    ),
];

const fn check(
    group: Group,
    name: &'static str,
    step: &'static str,
    attempt: fn() -> io::Result<()>,
) -> Check {
    Check {
        group,
        name,
        step,
        note: None,
        module: None,
        attempt,
    }
}

const fn of_module(module: &'static str, check: Check) -> Check {
    Check {
        module: Some(module),
        ..check
    }
}

const fn link(kind: &'static str, module: &'static str, attempt: fn() -> io::Result<()>) -> Check {
    of_module(module, check(Group::Links, kind, "RTM_NEWLINK", attempt))
}

/// Tries one thing in this process's network namespace, which is to be a fresh
/// one: it is used up. An error is the kernel's number for it, 0 for what
/// has none.
///
/// # Errors
///
/// It does not work here.
pub fn attempt(check: &Check) -> Outcome {
    (check.attempt)().map_err(|error| error.raw_os_error().unwrap_or(0))
}
