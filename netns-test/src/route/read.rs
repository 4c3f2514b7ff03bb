//! A route from the kernel's message.

use std::net::IpAddr;

use super::{Kind, NextHop, Protocol, Route, Table};
use crate::netlink::{Attribute, Malformed, Object, after, attributes, family, field};
use crate::scope::Scope;

/// `RTA_…`
mod attribute {
    pub(super) const DST: u16 = 1;
    pub(super) const SRC: u16 = 2;
    pub(super) const OIF: u16 = 4;
    pub(super) const GATEWAY: u16 = 5;
    pub(super) const PRIORITY: u16 = 6;
    pub(super) const PREFSRC: u16 = 7;
    pub(super) const MULTIPATH: u16 = 9;
    pub(super) const TABLE: u16 = 15;
    pub(super) const VIA: u16 = 18;
}

impl Object for Route {
    const GET: u16 = 26;
    const NEW: u16 = 24;
    /// `struct rtmsg`
    const HEADER: usize = 12;

    fn read(body: &[u8]) -> Result<Option<Self>, Malformed> {
        /// `RTM_F_CLONED`: no entry, but what was made of one for a destination.
        const CLONED: u32 = 0x200;

        let [of, prefix_length, source_length, tos] = field(body, 0)?;
        let [table, protocol, scope, kind] = field(body, 4)?;
        let flags = u32::from_ne_bytes(field(body, 8)?);
        let mut route = Self {
            kind: Kind::read(kind),
            destination: unspecified(of),
            prefix_length,
            tos,
            source_prefix: None,
            table: Table::new(table.into()),
            metric: 0,
            protocol: Protocol::read(protocol),
            scope: Scope::read(scope),
            source: None,
            next_hops: Vec::new(),
        };
        if !matches!(of, family::INET | family::INET6) || flags & CLONED != 0 {
            return Ok(None);
        }
        let mut hop = NextHop::default();
        for attribute in attributes(after(Self::HEADER, body)?) {
            let attribute = attribute?;
            match attribute.kind {
                attribute::DST => route.destination = attribute.address()?,
                attribute::SRC => {
                    route.source_prefix = Some((attribute.address()?, source_length));
                }
                attribute::PRIORITY => route.metric = attribute.u32()?,
                attribute::PREFSRC => route.source = Some(attribute.address()?),
                attribute::TABLE => route.table = Table::new(attribute.u32()?),
                attribute::MULTIPATH => route.next_hops = next_hops(attribute.bytes)?,
                _ => hop.take(attribute)?,
            }
        }
        // The kernel has a link for an IPv6 blackhole as well, which is `lo` and means nothing.
        if route.next_hops.is_empty() && hop.is_somewhere() && !route.kind.is_dead_end() {
            route.next_hops.push(hop);
        }
        Ok(Some(route))
    }
}

fn unspecified(of: u8) -> IpAddr {
    match of {
        family::INET6 => [0_u8; 16].into(),
        _ => [0_u8; 4].into(),
    }
}

/// The next hops of a multipath route: each a `struct rtnexthop` with attributes.
fn next_hops(bytes: &[u8]) -> Result<Vec<NextHop>, Malformed> {
    const HEADER: usize = 8;
    let mut hops = Vec::new();
    let mut rest = bytes;
    while !rest.is_empty() {
        let length = usize::from(u16::from_ne_bytes(field(rest, 0)?));
        let [_, fewer] = field(rest, 2)?;
        let mut hop = NextHop {
            link: Some(u32::from_ne_bytes(field(rest, 4)?)),
            weight: u32::from(fewer) + 1,
            gateway: None,
        };
        for attribute in attributes(rest.get(HEADER..length).ok_or(Malformed)?) {
            hop.take(attribute?)?;
        }
        hops.push(hop);
        rest = rest.get(length.next_multiple_of(4)..).unwrap_or(&[]);
    }
    Ok(hops)
}

impl NextHop {
    fn is_somewhere(&self) -> bool {
        self.link.is_some() || self.gateway.is_some()
    }

    fn take(&mut self, attribute: Attribute<'_>) -> Result<(), Malformed> {
        match attribute.kind {
            attribute::OIF => self.link = Some(attribute.u32()?),
            attribute::GATEWAY => self.gateway = Some(attribute.address()?),
            // A family, and then an address.
            attribute::VIA => {
                let bytes = attribute.bytes.get(2..).ok_or(Malformed)?;
                self.gateway = Some(Attribute { bytes, ..attribute }.address()?);
            }
            _ => {}
        }
        Ok(())
    }
}

impl Default for NextHop {
    fn default() -> Self {
        Self {
            link: None,
            gateway: None,
            weight: 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Route;
    use crate::netlink::tests::assert_survives_noise;

    #[test]
    fn noise_is_survived() {
        assert_survives_noise::<Route>();
    }
}
