//! A link from the kernel's message.

use super::{Link, OperationalState, Statistics};
use crate::hardware::HardwareAddress;
use crate::netlink::{Attribute, Malformed, Object, after, attributes, family, field};

/// `IFLA_…`
mod attribute {
    pub(super) const ADDRESS: u16 = 1;
    pub(super) const IFNAME: u16 = 3;
    pub(super) const MTU: u16 = 4;
    pub(super) const LINK: u16 = 5;
    pub(super) const MASTER: u16 = 10;
    pub(super) const OPERSTATE: u16 = 16;
    pub(super) const LINKINFO: u16 = 18;
    pub(super) const STATS64: u16 = 23;
    pub(super) const LINK_NETNSID: u16 = 37;
    /// In `LINKINFO`.
    pub(super) const INFO_KIND: u16 = 1;
}

impl Object for Link {
    const GET: u16 = 18;
    const NEW: u16 = 16;
    /// `struct ifinfomsg`
    const HEADER: usize = 16;

    fn read(body: &[u8]) -> Result<Option<Self>, Malformed> {
        let [of, _] = field(body, 0)?;
        // Under the family of bridges, the same message is about a port.
        if of != family::UNSPEC {
            return Ok(None);
        }
        let mut link = Self {
            index: u32::from_ne_bytes(field(body, 4)?),
            name: String::new(),
            kind: None,
            hardware: u16::from_ne_bytes(field(body, 2)?),
            flags: u32::from_ne_bytes(field(body, 8)?),
            state: OperationalState::Unknown,
            mtu: 0,
            address: None,
            master: None,
            other: None,
            other_nsid: None,
            statistics: Statistics::default(),
        };
        for attribute in attributes(after(Self::HEADER, body)?) {
            link.take(attribute?)?;
        }
        // Without a name, it is an event of a driver.
        Ok(Some(link).filter(|link| !link.name.is_empty()))
    }
}

impl Link {
    fn take(&mut self, attribute: Attribute<'_>) -> Result<(), Malformed> {
        match attribute.kind {
            attribute::ADDRESS => self.address = HardwareAddress::read(attribute.bytes),
            attribute::IFNAME => self.name = attribute.text(),
            attribute::MTU => self.mtu = attribute.u32()?,
            // Of some kinds of links, 0 stands for none.
            attribute::LINK => self.other = Some(attribute.u32()?).filter(|index| *index != 0),
            attribute::MASTER => self.master = Some(attribute.u32()?),
            attribute::OPERSTATE => self.state = OperationalState::read(attribute.u8()?),
            attribute::LINKINFO => {
                for info in attributes(attribute.bytes) {
                    let info = info?;
                    if info.kind == attribute::INFO_KIND {
                        self.kind = Some(info.text());
                    }
                }
            }
            attribute::STATS64 => self.statistics = Statistics::read(attribute.bytes)?,
            attribute::LINK_NETNSID => self.other_nsid = Some(attribute.i32()?),
            _ => {}
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::Link;
    use crate::netlink::tests::assert_survives_noise;

    #[test]
    fn noise_is_survived() {
        assert_survives_noise::<Link>();
    }
}
