//! What passed through a link.

use crate::netlink::{Malformed, field};

/// Counters of a link, from its beginning.
///
/// # References
///
/// `Documentation/networking/statistics.rst`, `struct rtnl_link_stats64`
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct Statistics {
    /// Packets received.
    pub rx_packets: u64,
    /// Packets sent.
    pub tx_packets: u64,
    /// Bytes received.
    pub rx_bytes: u64,
    /// Bytes sent.
    pub tx_bytes: u64,
    /// Packets that arrived broken.
    pub rx_errors: u64,
    /// Packets that could not be sent.
    pub tx_errors: u64,
    /// Packets received that were not handed on.
    pub rx_dropped: u64,
    /// Packets to be sent that were not.
    pub tx_dropped: u64,
}

impl Statistics {
    pub(super) fn read(bytes: &[u8]) -> Result<Self, Malformed> {
        let at = |place: usize| field(bytes, 8 * place).map(u64::from_ne_bytes);
        Ok(Self {
            rx_packets: at(0)?,
            tx_packets: at(1)?,
            rx_bytes: at(2)?,
            tx_bytes: at(3)?,
            rx_errors: at(4)?,
            tx_errors: at(5)?,
            rx_dropped: at(6)?,
            tx_dropped: at(7)?,
        })
    }
}
