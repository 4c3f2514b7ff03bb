//! A packet in a few words. Bytes may be anything: what is too short or unknown is
//! said to be so.

mod dns;
mod icmp;
mod ip;
mod transport;

use crate::capture::pcapng::link_type;

/// Describes a frame of a link of this type.
pub(super) fn describe(link_type: u16, frame: &[u8]) -> String {
    let described = match link_type {
        link_type::ETHERNET => ethernet(Bytes(frame)),
        link_type::RAW => ip::describe(Bytes(frame)),
        link_type::COOKED => cooked(Bytes(frame)),
        _ => None,
    };
    described.unwrap_or_else(|| format!("{} bytes", frame.len()))
}

/// `ETH_P_…`
mod protocol {
    pub(super) const IPV4: u16 = 0x0800;
    pub(super) const ARP: u16 = 0x0806;
    pub(super) const VLAN: u16 = 0x8100;
    pub(super) const IPV6: u16 = 0x86dd;
    pub(super) const SERVICE_VLAN: u16 = 0x88a8;
}

/// Bytes, of which each may be missing.
#[derive(Clone, Copy, Debug)]
struct Bytes<'a>(&'a [u8]);

impl Bytes<'_> {
    fn u8(self, at: usize) -> Option<u8> {
        self.0.get(at).copied()
    }

    fn u16(self, at: usize) -> Option<u16> {
        self.array(at).map(u16::from_be_bytes)
    }

    fn u32(self, at: usize) -> Option<u32> {
        self.array(at).map(u32::from_be_bytes)
    }

    fn array<const N: usize>(self, at: usize) -> Option<[u8; N]> {
        self.0.get(at..)?.first_chunk().copied()
    }

    fn after(self, at: usize) -> Option<Self> {
        self.0.get(at..).map(Self)
    }

    /// Those before `end`, if there are so many.
    fn until(self, end: usize) -> Self {
        Self(self.0.get(..end).unwrap_or(self.0))
    }

    fn len(self) -> usize {
        self.0.len()
    }
}

fn ethernet(frame: Bytes<'_>) -> Option<String> {
    /// Addresses, whose order is of no interest here.
    const KIND: usize = 12;
    let mut at = KIND;
    let mut tags = String::new();
    loop {
        let kind = frame.u16(at)?;
        at += 2;
        if ![protocol::VLAN, protocol::SERVICE_VLAN].contains(&kind) || tags.len() > 32 {
            let network = network(kind, frame.after(at)?);
            return Some(format!("{tags}{network}"));
        }
        tags = format!("{tags}vlan {} ", frame.u16(at)? & 0xfff);
        at += 2;
    }
}

fn cooked(frame: Bytes<'_>) -> Option<String> {
    Some(network(frame.u16(0)?, frame.after(20)?))
}

fn network(kind: u16, packet: Bytes<'_>) -> String {
    let described = match kind {
        protocol::IPV4 | protocol::IPV6 => ip::describe(packet),
        protocol::ARP => arp(packet),
        _ => None,
    };
    described.unwrap_or_else(|| {
        let name = match kind {
            protocol::IPV4 => "malformed IPv4".to_owned(),
            protocol::IPV6 => "malformed IPv6".to_owned(),
            protocol::ARP => "malformed ARP".to_owned(),
            other => format!("protocol {other:#06x}"),
        };
        format!("{name}, {} bytes", packet.len())
    })
}

/// Address resolution for IPv4 on Ethernet.
fn arp(packet: Bytes<'_>) -> Option<String> {
    if packet.u16(2)? != protocol::IPV4 || packet.array(4)? != [6, 4] {
        return None;
    }
    let address = |at| packet.array::<4>(at).map(std::net::Ipv4Addr::from);
    let (sender, target) = (address(14)?, address(24)?);
    Some(match packet.u16(6)? {
        1 if sender == target => format!("ARP announces {sender}"),
        1 => format!("ARP who has {target}, asks {sender}"),
        2 => {
            let hardware = packet.array::<6>(8)?.map(|byte| format!("{byte:02x}"));
            format!("ARP {sender} is at {}", hardware.join(":"))
        }
        other => format!("ARP operation {other}"),
    })
}

#[cfg(test)]
mod tests;
