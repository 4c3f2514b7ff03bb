//! The neighbours of a namespace: who was found on its links.

use std::fmt;
use std::net::IpAddr;

use crate::error::Error;
use crate::hardware::HardwareAddress;
use crate::netlink::{Malformed, Object, after, attributes, family, field};
use crate::netns::NetNs;
use crate::rtnetlink;

/// What is known of a machine on a directly attached network: an entry of the
/// ARP or neighbour discovery cache.
///
/// It shows as `ip` does: `10.0.0.2 dev if2 lladdr 02:00:5e:10:00:01 REACHABLE`.
///
/// # References
///
/// rtnetlink(7), `RTM_GETNEIGH`; arp(7); ip-neighbour(8)
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct Neighbour {
    link: u32,
    ip: IpAddr,
    address: Option<HardwareAddress>,
    state: NeighbourState,
    is_router: bool,
}

/// How much is known of a neighbour.
///
/// # References
///
/// rtnetlink(7), `ndm_state`
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum NeighbourState {
    /// The kernel has not looked for it.
    None,
    /// The kernel asks for it.
    Incomplete,
    /// It has answered a short while ago.
    Reachable,
    /// It has answered, long ago.
    Stale,
    /// It may answer to what was sent; else it will be asked.
    Delay,
    /// It is asked again.
    Probe,
    /// It did not answer.
    Failed,
    /// It need not be asked, as on `lo` or for multicast.
    NoArp,
    /// Somebody entered it by hand.
    Permanent,
    /// A number that the kernel did not have yet.
    Other(u16),
}

impl NetNs {
    /// The neighbours of this namespace, by link and address, with those that
    /// need not be asked for (`ip neighbour show nud all`). The caller may be in
    /// any namespace and does not move.
    ///
    /// # Errors
    ///
    /// No thread could be started, the kernel refused to enter the namespace, or
    /// the neighbours did not stop changing (`EINTR`).
    pub fn neighbours(&self) -> Result<Vec<Neighbour>, Error> {
        let mut neighbours: Vec<Neighbour> = rtnetlink::dump(self, "neighbours")?;
        neighbours.sort_by_key(|neighbour| (neighbour.link, neighbour.ip));
        Ok(neighbours)
    }
}

impl Neighbour {
    /// The index of the link through which it is reached.
    pub fn link(&self) -> u32 {
        self.link
    }

    /// Its address.
    pub fn ip(&self) -> IpAddr {
        self.ip
    }

    /// Its link-layer address, if it is known.
    pub fn hardware_address(&self) -> Option<&HardwareAddress> {
        self.address.as_ref()
    }

    /// How much is known of it.
    pub fn state(&self) -> NeighbourState {
        self.state
    }

    /// It said that it is a router (IPv6).
    pub fn is_router(&self) -> bool {
        self.is_router
    }
}

impl NeighbourState {
    fn read(number: u16) -> Self {
        match number {
            0 => Self::None,
            0x01 => Self::Incomplete,
            0x02 => Self::Reachable,
            0x04 => Self::Stale,
            0x08 => Self::Delay,
            0x10 => Self::Probe,
            0x20 => Self::Failed,
            0x40 => Self::NoArp,
            0x80 => Self::Permanent,
            other => Self::Other(other),
        }
    }
}

impl Object for Neighbour {
    const GET: u16 = 30;
    const NEW: u16 = 28;
    /// `struct ndmsg`
    const HEADER: usize = 12;

    fn read(body: &[u8]) -> Result<Option<Self>, Malformed> {
        /// `NDA_…`
        const DST: u16 = 1;
        const LLADDR: u16 = 2;
        /// `NTF_ROUTER`
        const ROUTER: u8 = 0x80;

        let [of] = field(body, 0)?;
        if !matches!(of, family::INET | family::INET6) {
            return Ok(None);
        }
        let [flags] = field(body, 10)?;
        let (mut ip, mut address) = (None, None);
        for attribute in attributes(after(Self::HEADER, body)?) {
            let attribute = attribute?;
            match attribute.kind {
                DST => ip = Some(attribute.address()?),
                LLADDR => address = HardwareAddress::read(attribute.bytes),
                _ => {}
            }
        }
        Ok(Some(Self {
            link: u32::from_ne_bytes(field(body, 4)?),
            ip: ip.ok_or(Malformed)?,
            address,
            state: NeighbourState::read(u16::from_ne_bytes(field(body, 8)?)),
            is_router: flags & ROUTER != 0,
        }))
    }
}

impl fmt::Display for NeighbourState {
    /// As `ip` says it: `REACHABLE`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::None => "NONE",
            Self::Incomplete => "INCOMPLETE",
            Self::Reachable => "REACHABLE",
            Self::Stale => "STALE",
            Self::Delay => "DELAY",
            Self::Probe => "PROBE",
            Self::Failed => "FAILED",
            Self::NoArp => "NOARP",
            Self::Permanent => "PERMANENT",
            Self::Other(number) => return write!(f, "{number:#x}"),
        })
    }
}

impl fmt::Display for Neighbour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} dev if{}", self.ip, self.link)?;
        if let Some(address) = &self.address {
            write!(f, " lladdr {address}")?;
        }
        let router = if self.is_router { " router" } else { "" };
        write!(f, "{router} {}", self.state)
    }
}

#[cfg(test)]
mod tests {
    use super::Neighbour;
    use crate::netlink::tests::assert_survives_noise;

    #[test]
    fn noise_is_survived() {
        assert_survives_noise::<Neighbour>();
    }
}
