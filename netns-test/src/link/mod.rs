//! The interfaces of a namespace.

mod read;
mod show;
mod state;
mod statistics;

use crate::error::Error;
use crate::hardware::HardwareAddress;
use crate::netns::NetNs;
use crate::rtnetlink;

pub use state::OperationalState;
pub use statistics::Statistics;

/// A network interface as a namespace lists it.
///
/// It shows as `ip` does: `1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 state
/// UNKNOWN link/loopback 00:00:00:00:00:00`.
///
/// # References
///
/// rtnetlink(7), `RTM_GETLINK`; netdevice(7); ip-link(8)
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Link {
    index: u32,
    name: String,
    kind: Option<String>,
    hardware: u16,
    flags: u32,
    state: OperationalState,
    mtu: u32,
    address: Option<HardwareAddress>,
    master: Option<u32>,
    other: Option<u32>,
    other_nsid: Option<i32>,
    statistics: Statistics,
}

impl NetNs {
    /// The interfaces of this namespace, in the order of their indices.
    /// The caller may be in any namespace and does not move.
    ///
    /// # Errors
    ///
    /// No thread could be started, the kernel refused to enter the namespace, or
    /// the interfaces did not stop changing (`EINTR`).
    ///
    /// # References
    ///
    /// rtnetlink(7), `RTM_GETLINK`
    pub fn links(&self) -> Result<Vec<Link>, Error> {
        let mut links: Vec<Link> = rtnetlink::dump(self, "links")?;
        links.sort_by_key(Link::index);
        Ok(links)
    }
}

/// Flags of `struct ifinfomsg`, `IFF_…`.
mod flag {
    pub(super) const UP: u32 = 0x1;
    pub(super) const LOOPBACK: u32 = 0x8;
    pub(super) const RUNNING: u32 = 0x40;
    pub(super) const LOWER_UP: u32 = 0x1_0000;
}

impl Link {
    /// The interface's number in its namespace, from 1; `lo` is 1.
    pub fn index(&self) -> u32 {
        self.index
    }

    /// The interface's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What kind of interface it is, as `ip link add type` calls it: `veth`,
    /// `bridge`. `None` for `lo` and for hardware.
    pub fn kind(&self) -> Option<&str> {
        self.kind.as_deref()
    }

    /// Somebody set it up (`IFF_UP`). Whether packets pass is in
    /// [`Link::state`] and [`Link::has_carrier`].
    pub fn is_up(&self) -> bool {
        self.has(flag::UP)
    }

    /// It is `lo` (`IFF_LOOPBACK`).
    pub fn is_loopback(&self) -> bool {
        self.has(flag::LOOPBACK)
    }

    /// It is set up and can be used (`IFF_RUNNING`).
    pub fn is_running(&self) -> bool {
        self.has(flag::RUNNING)
    }

    /// There is something at the other end (`IFF_LOWER_UP`).
    pub fn has_carrier(&self) -> bool {
        self.has(flag::LOWER_UP)
    }

    /// The bits `IFF_…` of netdevice(7); the most wanted have methods.
    pub fn flags(&self) -> u32 {
        self.flags
    }

    /// Whether packets can pass.
    pub fn state(&self) -> OperationalState {
        self.state
    }

    /// The largest packet that it sends, in bytes, without the link's own header.
    pub fn mtu(&self) -> u32 {
        self.mtu
    }

    /// Its link-layer address: of a veth, six bytes that are made up.
    pub fn hardware_address(&self) -> Option<&HardwareAddress> {
        self.address.as_ref()
    }

    /// The index of the bridge or bond that it is a port of.
    pub fn master(&self) -> Option<u32> {
        self.master
    }

    /// The index that `ip` shows after `@`: of a veth its peer's, of a macvlan
    /// that of the link below. It counts in the namespace of
    /// [`Link::link_nsid`], if that is another one.
    pub fn link_index(&self) -> Option<u32> {
        self.other
    }

    /// The id, in this namespace, of the namespace in which [`Link::link_index`] counts;
    /// `None` if it is this one.
    pub fn link_nsid(&self) -> Option<i32> {
        self.other_nsid
    }

    /// The index of the other end of a veth, in that end's namespace.
    pub fn peer(&self) -> Option<u32> {
        self.other.filter(|_| self.kind() == Some("veth"))
    }

    /// What passed through it since it was made.
    pub fn statistics(&self) -> &Statistics {
        &self.statistics
    }

    /// Its kind of hardware, `ARPHRD_…`.
    #[cfg(feature = "capture")]
    pub(crate) fn hardware_type(&self) -> u16 {
        self.hardware
    }

    fn has(&self, flag: u32) -> bool {
        self.flags & flag != 0
    }
}
