//! IPv4 and IPv6, up to the protocol that they carry.

use std::net::{Ipv4Addr, Ipv6Addr};

use super::{Bytes, icmp, transport};

/// `IPPROTO_…`
mod protocol {
    pub(super) const HOP_BY_HOP: u8 = 0;
    pub(super) const ICMP: u8 = 1;
    pub(super) const TCP: u8 = 6;
    pub(super) const UDP: u8 = 17;
    pub(super) const ROUTING: u8 = 43;
    pub(super) const FRAGMENT: u8 = 44;
    pub(super) const ICMPV6: u8 = 58;
    pub(super) const DESTINATION: u8 = 60;
}

/// What is known of a packet when its payload is reached.
pub(super) struct Payload<'a> {
    pub(super) source: String,
    pub(super) destination: String,
    /// The addresses as a part of `address:port`.
    pub(super) hosts: [String; 2],
    pub(super) bytes: Bytes<'a>,
    /// How long it is on the network, of which there may be less here.
    pub(super) length: usize,
}

pub(super) fn describe(packet: Bytes<'_>) -> Option<String> {
    match packet.u8(0)? >> 4 {
        4 => ipv4(packet),
        6 => ipv6(packet),
        _ => None,
    }
}

fn ipv4(packet: Bytes<'_>) -> Option<String> {
    let header = usize::from(packet.u8(0)? & 0xf) * 4;
    let total: usize = packet.u16(2)?.into();
    // A frame that is longer than 64 KiB has no room for its length.
    let total = if total == 0 { packet.len() } else { total };
    let [source, destination] = [12, 16].map(|at| packet.array::<4>(at).map(Ipv4Addr::from));
    let (source, destination) = (source?.to_string(), destination?.to_string());
    let offset = packet.u16(6)? & 0x1fff;
    let hosts = [source.clone(), destination.clone()];
    let payload = Payload {
        source,
        destination,
        hosts,
        bytes: packet.until(total).after(header)?,
        length: total.checked_sub(header)?,
    };
    if offset > 0 {
        return Some(fragment(&payload, u32::from(offset) * 8));
    }
    Some(carried(packet.u8(9)?, &payload))
}

fn ipv6(packet: Bytes<'_>) -> Option<String> {
    const HEADER: usize = 40;
    /// More than anybody sends.
    const HEADERS: usize = 16;
    let [source, destination] = [8, 24].map(|at| packet.array::<16>(at).map(Ipv6Addr::from));
    let (source, destination) = (source?.to_string(), destination?.to_string());
    let length: usize = packet.u16(4)?.into();
    let length = if length == 0 {
        packet.len().checked_sub(HEADER)?
    } else {
        length
    };
    let hosts = [format!("[{source}]"), format!("[{destination}]")];
    let mut payload = Payload {
        source,
        destination,
        hosts,
        bytes: packet.until(HEADER + length).after(HEADER)?,
        length,
    };
    let mut next = packet.u8(6)?;
    for _ in 0..HEADERS {
        let here = payload.bytes;
        let size = match next {
            protocol::HOP_BY_HOP | protocol::ROUTING | protocol::DESTINATION => {
                8 + usize::from(here.u8(1)?) * 8
            }
            protocol::FRAGMENT => {
                let offset = here.u16(2)? & !7;
                if offset > 0 {
                    return Some(fragment(&payload, offset.into()));
                }
                8
            }
            other => return Some(carried(other, &payload)),
        };
        next = here.u8(0)?;
        payload.bytes = here.after(size)?;
        payload.length = payload.length.checked_sub(size)?;
    }
    None
}

fn fragment(payload: &Payload<'_>, offset: u32) -> String {
    format!(
        "{} > {}: fragment at {offset}, length {}",
        payload.source, payload.destination, payload.length
    )
}

fn carried(protocol: u8, payload: &Payload<'_>) -> String {
    let described = match protocol {
        protocol::TCP => transport::tcp(payload),
        protocol::UDP => transport::udp(payload),
        protocol::ICMP => icmp::v4(payload),
        protocol::ICMPV6 => icmp::v6(payload),
        _ => None,
    };
    described.unwrap_or_else(|| {
        let Payload {
            source,
            destination,
            length,
            ..
        } = payload;
        format!("{source} > {destination}: protocol {protocol}, length {length}")
    })
}
