//! Links, queueing disciplines and tables that are made and left to the end of
//! the namespace.
//!
//! # References
//!
//! rtnetlink(7); `include/uapi/linux/if_link.h`, `pkt_sched.h` and
//! `netfilter/nf_tables.h`

use std::io;

use nix::net::if_::if_nametoindex;

use super::request::{ACKNOWLEDGE, CREATE, attribute, message};
use crate::sys::trial::{self, Family};

const RTM_NEWLINK: u16 = 16;
const RTM_NEWQDISC: u16 = 36;
/// `struct ifinfomsg`
const LINK_HEADER: [u8; 16] = [0; 16];

/// Sets nothing on `lo`.
pub(super) fn netlink() -> io::Result<()> {
    let mut body = LINK_HEADER;
    body[4..8].copy_from_slice(&index("lo")?.to_ne_bytes());
    trial::acknowledged(Family::Route, &message(RTM_NEWLINK, ACKNOWLEDGE, &body))
}

pub(super) fn veth() -> io::Result<()> {
    make("veth", None, &[])
}

pub(super) fn bridge() -> io::Result<()> {
    make("bridge", None, &[])
}

pub(super) fn dummy() -> io::Result<()> {
    make("dummy", None, &[])
}

pub(super) fn vlan() -> io::Result<()> {
    const IFLA_VLAN_ID: u16 = 1;
    make(
        "vlan",
        Some(carrier()?),
        &attribute(IFLA_VLAN_ID, &7_u16.to_ne_bytes()),
    )
}

pub(super) fn macvlan() -> io::Result<()> {
    make("macvlan", Some(carrier()?), &[])
}

pub(super) fn tun() -> io::Result<()> {
    trial::tun(c"try-tun").map(drop)
}

/// Makes a link named after its kind, on top of `below` if it needs one.
fn make(kind: &str, below: Option<u32>, data: &[u8]) -> io::Result<()> {
    const IFLA_IFNAME: u16 = 3;
    const IFLA_LINK: u16 = 5;
    const IFLA_LINKINFO: u16 = 18;
    const IFLA_INFO_KIND: u16 = 1;
    const IFLA_INFO_DATA: u16 = 2;
    let mut info = attribute(IFLA_INFO_KIND, kind.as_bytes());
    if !data.is_empty() {
        info.extend(attribute(IFLA_INFO_DATA, data));
    }
    let mut body = LINK_HEADER.to_vec();
    body.extend(attribute(IFLA_IFNAME, format!("try-{kind}\0").as_bytes()));
    if let Some(below) = below {
        body.extend(attribute(IFLA_LINK, &below.to_ne_bytes()));
    }
    body.extend(attribute(IFLA_LINKINFO, &info));
    trial::acknowledged(Family::Route, &message(RTM_NEWLINK, CREATE, &body))
}

/// A link that was made before and can carry others.
fn carrier() -> io::Result<u32> {
    index("try-veth")
        .or_else(|_| index("try-dummy"))
        .or_else(|_| index("try-bridge"))
}

fn index(link: &str) -> io::Result<u32> {
    Ok(if_nametoindex(link)?)
}

/// The queueing discipline of `lo`: what delays and loses packets.
pub(super) fn netem() -> io::Result<()> {
    // `struct tc_netem_qopt`: latency, limit, loss, gap, duplicate, jitter.
    let options: Vec<u8> = [0, 1000, 0, 0, 0, 0]
        .into_iter()
        .flat_map(u32::to_ne_bytes)
        .collect();
    discipline("netem", "lo", &options)
}

/// What limits the rate of packets.
pub(super) fn tbf() -> io::Result<()> {
    const TCA_TBF_PARMS: u16 = 1;
    const TCA_TBF_BURST: u16 = 6;
    // `struct tc_ratespec`: cell_log, linklayer, overhead, cell_align, mpu, rate.
    let mut rate = vec![0, 1, 0, 0, 0, 0, 0, 0];
    rate.extend(125_000_u32.to_ne_bytes());
    // `struct tc_tbf_qopt`: rate, peak rate, limit, buffer, mtu.
    let mut parameters = rate;
    parameters.extend([0; 12]);
    for number in [100_000_u32, 100_000, 0] {
        parameters.extend(number.to_ne_bytes());
    }
    let mut options = attribute(TCA_TBF_PARMS, &parameters);
    options.extend(attribute(TCA_TBF_BURST, &10_000_u32.to_ne_bytes()));
    let link = ["try-veth", "try-dummy", "try-bridge"];
    let link = link.into_iter().find(|link| index(link).is_ok());
    discipline("tbf", link.unwrap_or("lo"), &options)
}

fn discipline(kind: &str, link: &str, options: &[u8]) -> io::Result<()> {
    const TCA_KIND: u16 = 1;
    const TCA_OPTIONS: u16 = 2;
    const TC_H_ROOT: u32 = u32::MAX;
    // `struct tcmsg`: family, index, handle, parent, info.
    let mut body = vec![0; 4];
    for number in [index(link)?, 0, TC_H_ROOT, 0] {
        body.extend(number.to_ne_bytes());
    }
    body.extend(attribute(TCA_KIND, format!("{kind}\0").as_bytes()));
    body.extend(attribute(TCA_OPTIONS, options));
    trial::acknowledged(Family::Route, &message(RTM_NEWQDISC, CREATE, &body))
}

/// A table, in a batch of its own.
pub(super) fn nftables() -> io::Result<()> {
    const BATCH_BEGIN: u16 = 16;
    const BATCH_END: u16 = 17;
    const SUBSYSTEM: u8 = 10;
    const NFPROTO_INET: u8 = 1;
    const NFTA_TABLE_NAME: u16 = 1;
    // `NFT_MSG_NEWTABLE` is 0.
    let new_table = u16::from(SUBSYSTEM) << 8;
    // `struct nfgenmsg`: family, version, subsystem.
    let batch = [0, 0, 0, SUBSYSTEM];
    let mut body = vec![NFPROTO_INET, 0, 0, 0];
    body.extend(attribute(NFTA_TABLE_NAME, b"try\0"));
    let mut request = message(BATCH_BEGIN, 1, &batch);
    request.extend(message(new_table, CREATE, &body));
    request.extend(message(BATCH_END, 1, &batch));
    trial::acknowledged(Family::Netfilter, &request)
}
