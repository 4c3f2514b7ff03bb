//! Addresses of hardware, or of what stands in its place.

use std::fmt;

/// A link-layer address: six bytes for Ethernet, as `ip` shows them,
/// `02:00:5e:10:00:01`; other kinds of links have others.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct HardwareAddress(Box<[u8]>);

impl HardwareAddress {
    /// `None` for a link that has no such address.
    pub(crate) fn read(bytes: &[u8]) -> Option<Self> {
        (!bytes.is_empty()).then(|| Self(bytes.into()))
    }

    /// The bytes, in the order in which they are sent.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Display for HardwareAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, byte) in self.0.iter().enumerate() {
            let colon = if place == 0 { "" } else { ":" };
            write!(f, "{colon}{byte:02x}")?;
        }
        Ok(())
    }
}
