//! The addresses of a namespace.

use std::fmt;
use std::net::IpAddr;

use crate::error::Error;
use crate::netlink::{Malformed, Object, after, attributes, family, field};
use crate::netns::NetNs;
use crate::rtnetlink;
use crate::scope::Scope;

/// An IP address of a link.
///
/// It shows as `ip` does: `inet 10.0.0.1/24 scope global dev if2`.
///
/// # References
///
/// rtnetlink(7), `RTM_GETADDR`; ip-address(8)
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct Address {
    link: u32,
    ip: IpAddr,
    prefix_length: u8,
    peer: Option<IpAddr>,
    broadcast: Option<IpAddr>,
    scope: Scope,
    flags: u32,
}

impl NetNs {
    /// The addresses of this namespace: link by link, for each the IPv4 addresses
    /// first, and these in the kernel's order. The caller may be in any
    /// namespace and does not move.
    ///
    /// ```no_run
    /// # let ns = netns_test::NetNs::new()?;
    /// let addresses = ns.addresses()?;
    /// assert!(addresses.iter().any(|address| address.ip().is_loopback()));
    /// # Ok::<(), netns_test::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// No thread could be started, the kernel refused to enter the namespace, or
    /// the addresses did not stop changing (`EINTR`).
    pub fn addresses(&self) -> Result<Vec<Address>, Error> {
        let mut addresses: Vec<Address> = rtnetlink::dump(self, "addresses")?;
        addresses.sort_by_key(|address| (address.link, address.ip.is_ipv6()));
        Ok(addresses)
    }
}

/// Flags of `struct ifaddrmsg` and `IFA_FLAGS`.
mod flag {
    pub(super) const SECONDARY: u32 = 0x01;
    pub(super) const NODAD: u32 = 0x02;
    pub(super) const OPTIMISTIC: u32 = 0x04;
    pub(super) const DADFAILED: u32 = 0x08;
    pub(super) const DEPRECATED: u32 = 0x20;
    pub(super) const TENTATIVE: u32 = 0x40;
    pub(super) const PERMANENT: u32 = 0x80;
    pub(super) const NOPREFIXROUTE: u32 = 0x200;
}

impl Address {
    /// The index of the link that has it.
    pub fn link(&self) -> u32 {
        self.link
    }

    /// The address itself.
    pub fn ip(&self) -> IpAddr {
        self.ip
    }

    /// How many of its bits name the network.
    pub fn prefix_length(&self) -> u8 {
        self.prefix_length
    }

    /// The address of the other end, of a link that has only one.
    pub fn peer(&self) -> Option<IpAddr> {
        self.peer
    }

    /// The broadcast address, if one was set.
    pub fn broadcast(&self) -> Option<IpAddr> {
        self.broadcast
    }

    /// Where the address is valid.
    pub fn scope(&self) -> Scope {
        self.scope
    }

    /// The bits `IFA_F_…` of `linux/if_addr.h`; the most wanted have methods.
    pub fn flags(&self) -> u32 {
        self.flags
    }

    /// The kernel still looks for duplicates on the network: until it is done,
    /// nothing can be bound to the address.
    pub fn is_tentative(&self) -> bool {
        self.has(flag::TENTATIVE)
    }

    /// Another machine has the same address, so that this one is not used.
    pub fn is_dad_failed(&self) -> bool {
        self.has(flag::DADFAILED)
    }

    /// It has no lifetime.
    pub fn is_permanent(&self) -> bool {
        self.has(flag::PERMANENT)
    }

    /// It is not chosen as a source any more.
    pub fn is_deprecated(&self) -> bool {
        self.has(flag::DEPRECATED)
    }

    /// IPv4: another address of the same network is the link's first; IPv6: it
    /// is a temporary one.
    pub fn is_secondary(&self) -> bool {
        self.has(flag::SECONDARY)
    }

    fn has(&self, flag: u32) -> bool {
        self.flags & flag != 0
    }
}

impl Object for Address {
    const GET: u16 = 22;
    const NEW: u16 = 20;
    /// `struct ifaddrmsg`
    const HEADER: usize = 8;

    fn read(body: &[u8]) -> Result<Option<Self>, Malformed> {
        /// `IFA_…`
        const ADDRESS: u16 = 1;
        const LOCAL: u16 = 2;
        const BROADCAST: u16 = 4;
        const FLAGS: u16 = 8;

        let [of, prefix_length, flags, scope] = field(body, 0)?;
        if !matches!(of, family::INET | family::INET6) {
            return Ok(None);
        }
        let (mut address, mut local, mut broadcast) = (None, None, None);
        let mut flags = u32::from(flags);
        for attribute in attributes(after(Self::HEADER, body)?) {
            let attribute = attribute?;
            match attribute.kind {
                ADDRESS => address = Some(attribute.address()?),
                LOCAL => local = Some(attribute.address()?),
                BROADCAST => broadcast = Some(attribute.address()?),
                FLAGS => flags = attribute.u32()?,
                _ => {}
            }
        }
        let ip = local.or(address).ok_or(Malformed)?;
        Ok(Some(Self {
            link: u32::from_ne_bytes(field(body, 4)?),
            ip,
            prefix_length,
            peer: address.filter(|address| *address != ip),
            broadcast,
            scope: Scope::read(scope),
            flags,
        }))
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let family = if self.ip.is_ipv4() { "inet" } else { "inet6" };
        write!(f, "{family} {}", self.ip)?;
        if let Some(peer) = self.peer {
            write!(f, " peer {peer}")?;
        }
        write!(f, "/{}", self.prefix_length)?;
        if let Some(broadcast) = self.broadcast {
            write!(f, " brd {broadcast}")?;
        }
        write!(f, " scope {}", self.scope)?;
        let words = [
            (
                flag::SECONDARY,
                if self.ip.is_ipv4() {
                    "secondary"
                } else {
                    "temporary"
                },
            ),
            (flag::TENTATIVE, "tentative"),
            (flag::DEPRECATED, "deprecated"),
            (flag::OPTIMISTIC, "optimistic"),
            (flag::DADFAILED, "dadfailed"),
            (flag::NODAD, "nodad"),
            (flag::NOPREFIXROUTE, "noprefixroute"),
        ];
        for (_, word) in words.iter().filter(|(flag, _)| self.has(*flag)) {
            write!(f, " {word}")?;
        }
        if !self.is_permanent() {
            f.write_str(" dynamic")?;
        }
        write!(f, " dev if{}", self.link)
    }
}

#[cfg(test)]
mod tests {
    use super::Address;
    use crate::netlink::tests::assert_survives_noise;

    #[test]
    fn noise_is_survived() {
        assert_survives_noise::<Address>();
    }
}
