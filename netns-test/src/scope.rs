//! How far away something is.

use std::fmt;

/// The distance to a destination, or the area in which an address is valid.
///
/// # References
///
/// rtnetlink(7), `rtm_scope`
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[non_exhaustive]
pub enum Scope {
    /// Anywhere (`RT_SCOPE_UNIVERSE`); `ip` says `global`.
    Universe,
    /// Inside of the own autonomous system (`RT_SCOPE_SITE`).
    Site,
    /// On the directly attached network (`RT_SCOPE_LINK`).
    Link,
    /// On the machine itself (`RT_SCOPE_HOST`).
    Host,
    /// A destination that does not exist (`RT_SCOPE_NOWHERE`).
    Nowhere,
    /// Another number, that this machine's owner has given a meaning.
    Other(u8),
}

impl Scope {
    pub(crate) fn read(number: u8) -> Self {
        match number {
            0 => Self::Universe,
            200 => Self::Site,
            253 => Self::Link,
            254 => Self::Host,
            255 => Self::Nowhere,
            other => Self::Other(other),
        }
    }
}

impl fmt::Display for Scope {
    /// As `ip` says it: `global`, `site`, `link`, `host`, `nowhere`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Universe => f.write_str("global"),
            Self::Site => f.write_str("site"),
            Self::Link => f.write_str("link"),
            Self::Host => f.write_str("host"),
            Self::Nowhere => f.write_str("nowhere"),
            Self::Other(number) => number.fmt(f),
        }
    }
}
