//! The counters of a namespace: `/proc/net/snmp`, `snmp6`, `netstat` and `dev`.
//!
//! [`NetNs::counters`] takes a [`Counters`], and `-` between two says what
//! happened in between:
//!
//! ```
//! use std::net::UdpSocket;
//!
//! use netns_test::{NetNs, netns_test};
//!
//! #[netns_test]
//! fn one_datagram_arrives(ns: &NetNs) -> Result<(), Box<dyn std::error::Error>> {
//!     let before = ns.counters()?;
//!     let socket = UdpSocket::bind("127.0.0.1:53")?;
//!     socket.send_to(b"query", "127.0.0.1:53")?;
//!     socket.recv(&mut [0; 8])?;
//!     let all = ns.counters()? - before;
//!     assert_eq!(all.udp.in_datagrams, 1);
//!     assert_eq!(all.tcp.retrans_segs, 0);
//!     assert_eq!(all.devices["lo"].rx_packets, 1);
//!     for moved in all.moved() {
//!         println!("{moved}"); // Udp InDatagrams +1
//!     }
//!     Ok(())
//! }
//! ```
//!
//! The fields have the kernel's names in `snake_case`, and the kernel's own
//! beside them. What a newer kernel counts beyond them is in
//! [`Counters::get`] and [`Counters::moved`].
//!
//! # References
//!
//! `proc_net(5)`; `Documentation/networking/snmp_counter.rst`,
//! `net/ipv4/proc.c`, `net/ipv6/proc.c`, `net/mptcp/mib.c` and
//! `net/core/net-procfs.c` in the kernel's sources; nstat(8)

mod device;
mod difference;
mod icmp_types;
#[cfg(test)]
mod linux_6_18;
mod listed;
mod mptcp;
mod read;
mod snmp;
mod snmp6;
mod table;
mod tcp_ext;

use std::collections::BTreeMap;

use crate::error::Error;
use crate::netns::NetNs;

pub use device::Device;
pub use difference::Moved;
pub use icmp_types::IcmpTypes;
use listed::{Group, Listed};
pub use mptcp::MptcpExt;
pub use snmp::{Icmp, Ip, IpExt, Tcp, Udp};
pub use snmp6::{Icmp6, Ip6};
pub use tcp_ext::TcpExt;

/// What a namespace has counted since it was made, or, as the difference of two
/// of these, in between.
///
/// A field is zero where the kernel does not list its counter; [`Counters::get`]
/// tells the two apart. The values of one snapshot are read one after another: what
/// happens meanwhile is in some of them.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct Counters {
    /// `Ip` in `/proc/net/snmp`.
    pub ip: Ip,
    /// `Icmp` in `/proc/net/snmp`.
    pub icmp: Icmp,
    /// `IcmpMsg` in `/proc/net/snmp`: messages by their type.
    pub icmp_msg: IcmpTypes,
    /// `Tcp` in `/proc/net/snmp`; IPv6 is in it as well.
    pub tcp: Tcp,
    /// `Udp` in `/proc/net/snmp`: IPv4 only.
    pub udp: Udp,
    /// `UdpLite` in `/proc/net/snmp`.
    pub udp_lite: Udp,
    /// `Ip6` in `/proc/net/snmp6`.
    pub ip6: Ip6,
    /// `Icmp6` in `/proc/net/snmp6`.
    pub icmp6: Icmp6,
    /// `Icmp6InType…` and `Icmp6OutType…` in `/proc/net/snmp6`: messages by their type.
    pub icmp6_msg: IcmpTypes,
    /// `Udp6` in `/proc/net/snmp6`.
    pub udp6: Udp,
    /// `UdpLite6` in `/proc/net/snmp6`.
    pub udp_lite6: Udp,
    /// `TcpExt` in `/proc/net/netstat`; IPv6 is in it as well.
    pub tcp_ext: TcpExt,
    /// `IpExt` in `/proc/net/netstat`.
    pub ip_ext: IpExt,
    /// `MPTcpExt` in `/proc/net/netstat`.
    pub mptcp_ext: MptcpExt,
    /// `/proc/net/dev`, by the names of the devices.
    pub devices: BTreeMap<String, Device>,
    /// All that the first three files list.
    listed: Listed,
    /// All that `/proc/net/dev` lists.
    listed_devices: Listed,
}

impl Counters {
    fn of(listed: Listed, listed_devices: Listed) -> Self {
        let nothing = Group::default();
        let group = |name: &str| listed.get(name).unwrap_or(&nothing);
        Self {
            ip: Ip::of(group("Ip")),
            icmp: Icmp::of(group("Icmp")),
            icmp_msg: IcmpTypes::of(group("IcmpMsg")),
            tcp: Tcp::of(group("Tcp")),
            udp: Udp::of(group("Udp")),
            udp_lite: Udp::of(group("UdpLite")),
            ip6: Ip6::of(group("Ip6")),
            icmp6: Icmp6::of(group("Icmp6")),
            icmp6_msg: IcmpTypes::of(group("Icmp6")),
            udp6: Udp::of(group("Udp6")),
            udp_lite6: Udp::of(group("UdpLite6")),
            tcp_ext: TcpExt::of(group("TcpExt")),
            ip_ext: IpExt::of(group("IpExt")),
            mptcp_ext: MptcpExt::of(group("MPTcpExt")),
            devices: listed_devices
                .iter()
                .map(|(name, group)| (name.clone(), Device::of(group)))
                .collect(),
            listed,
            listed_devices,
        }
    }

    /// A counter by the kernel's names, such as `get("TcpExt", "TCPTimeouts")`
    /// or `get("Icmp6", "InMsgs")`, also where this crate has no field for it.
    /// `None` if the kernel does not list it, and for a [gauge](Counters::gauge).
    pub fn get(&self, group: &str, name: &str) -> Option<u64> {
        if is_gauge(group, name) {
            return None;
        }
        self.listed.get(group)?.get(name)
    }

    /// A gauge or setting by the kernel's names, such as `gauge("Tcp",
    /// "CurrEstab")`: those that are fields of type `i64`. `None` if the kernel
    /// does not list it, and for a [counter](Counters::get).
    pub fn gauge(&self, group: &str, name: &str) -> Option<i64> {
        if !is_gauge(group, name) {
            return None;
        }
        self.listed.get(group)?.gauge(name)
    }

    /// A counter of a device by its column in `/proc/net/dev`, such as
    /// `get_device("lo", "rx_packets")`, also where [`Device`] has no field for it.
    pub fn get_device(&self, device: &str, name: &str) -> Option<u64> {
        self.listed_devices.get(device)?.get(name)
    }
}

/// Whether this is no counter. What this crate does not know is taken for one.
fn is_gauge(group: &str, name: &str) -> bool {
    let gauges = match group {
        "Ip" => Ip::GAUGES,
        "Tcp" => Tcp::GAUGES,
        "MPTcpExt" => MptcpExt::GAUGES,
        _ => &[],
    };
    gauges.contains(&name)
}

/// How often the calling thread's namespace had no route to send by: `OutNoRoutes`
/// of `Ip` and of `Ip6`.
pub(crate) fn without_a_route() -> Result<(u64, u64), Error> {
    let (v4, v6) = read::without_a_route()?;
    Ok((v4.unwrap_or(0), v6.unwrap_or(0)))
}

impl Counters {
    /// Those of the calling thread's namespace.
    pub(crate) fn here() -> Result<Self, Error> {
        read::here()
    }
}

impl NetNs {
    /// What this namespace has counted since it was made; see
    /// [`counters`](crate::counters). The caller may be in any namespace and
    /// does not move, and the reading itself moves no counter.
    ///
    /// # Errors
    ///
    /// No thread could be started, the namespace could not be entered, or
    /// `/proc` is missing or has a line that is not understood.
    ///
    /// # References
    ///
    /// `proc_net(5)`
    pub fn counters(&self) -> Result<Counters, Error> {
        self.run(Counters::here)?
    }
}
