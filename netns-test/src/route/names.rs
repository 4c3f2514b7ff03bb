//! What the numbers in a route mean.

use std::fmt;

/// What a route does with packets (`RTN_…`).
///
/// # References
///
/// rtnetlink(7), `rtm_type`; ip-route(8)
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[non_exhaustive]
pub enum Kind {
    /// Sends them on.
    Unicast,
    /// Keeps them: the destination is an address of this machine.
    Local,
    /// Broadcasts them.
    Broadcast,
    /// Keeps them as well: the destination is an anycast address.
    Anycast,
    /// Multicasts them.
    Multicast,
    /// Drops them.
    Blackhole,
    /// Refuses them with "host unreachable".
    Unreachable,
    /// Refuses them with "administratively prohibited".
    Prohibit,
    /// Has another table asked.
    Throw,
    /// Another number.
    Other(u8),
}

impl Kind {
    pub(super) fn read(number: u8) -> Self {
        match number {
            1 => Self::Unicast,
            2 => Self::Local,
            3 => Self::Broadcast,
            4 => Self::Anycast,
            5 => Self::Multicast,
            6 => Self::Blackhole,
            7 => Self::Unreachable,
            8 => Self::Prohibit,
            9 => Self::Throw,
            other => Self::Other(other),
        }
    }

    /// It sends packets nowhere.
    pub(super) fn is_dead_end(self) -> bool {
        matches!(
            self,
            Self::Blackhole | Self::Unreachable | Self::Prohibit | Self::Throw
        )
    }
}

impl fmt::Display for Kind {
    /// As `ip` says it: `unicast`, `blackhole`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unicast => "unicast",
            Self::Local => "local",
            Self::Broadcast => "broadcast",
            Self::Anycast => "anycast",
            Self::Multicast => "multicast",
            Self::Blackhole => "blackhole",
            Self::Unreachable => "unreachable",
            Self::Prohibit => "prohibit",
            Self::Throw => "throw",
            Self::Other(number) => return number.fmt(f),
        })
    }
}

/// Who made a route (`RTPROT_…`).
///
/// # References
///
/// rtnetlink(7), `rtm_protocol`
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[non_exhaustive]
pub enum Protocol {
    /// Nobody says.
    Unspecified,
    /// An ICMP redirect.
    Redirect,
    /// The kernel, when an address came.
    Kernel,
    /// `ip route add`, where nothing else is said.
    Boot,
    /// An administrator.
    Static,
    /// An IPv6 router's advertisement.
    RouterAdvertisement,
    /// A DHCP client.
    Dhcp,
    /// A routing daemon.
    Other(u8),
}

impl Protocol {
    pub(super) fn read(number: u8) -> Self {
        match number {
            0 => Self::Unspecified,
            1 => Self::Redirect,
            2 => Self::Kernel,
            3 => Self::Boot,
            4 => Self::Static,
            9 => Self::RouterAdvertisement,
            16 => Self::Dhcp,
            other => Self::Other(other),
        }
    }
}

impl fmt::Display for Protocol {
    /// As `ip` says it: `kernel`, `ra`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unspecified => "unspec",
            Self::Redirect => "redirect",
            Self::Kernel => "kernel",
            Self::Boot => "boot",
            Self::Static => "static",
            Self::RouterAdvertisement => "ra",
            Self::Dhcp => "dhcp",
            Self::Other(number) => return number.fmt(f),
        })
    }
}

/// A routing table, by its number.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Table(u32);

impl Table {
    /// The last one to be asked, and usually empty (253).
    pub const DEFAULT: Self = Self(253);
    /// That of all the routes that say nothing else (254).
    pub const MAIN: Self = Self(254);
    /// The kernel's own, of the machine's addresses (255).
    pub const LOCAL: Self = Self(255);

    /// The table of this number.
    pub fn new(number: u32) -> Self {
        Self(number)
    }

    /// Its number.
    pub fn number(self) -> u32 {
        self.0
    }
}

impl fmt::Display for Table {
    /// As `ip` says it: `main`, `local`, `default`, or a number.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::DEFAULT => f.write_str("default"),
            Self::MAIN => f.write_str("main"),
            Self::LOCAL => f.write_str("local"),
            Self(number) => number.fmt(f),
        }
    }
}
