//! Whether packets can pass a link.

use std::fmt;

/// Whether packets can pass, as RFC 2863 has it.
///
/// # References
///
/// `Documentation/networking/operstates.rst`
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum OperationalState {
    /// The driver does not say, which is so for `lo`.
    Unknown,
    /// The hardware is missing.
    NotPresent,
    /// It is not set up, or there is nothing at the other end.
    Down,
    /// What it stands on does not let packets pass.
    LowerLayerDown,
    /// It is being tested.
    Testing,
    /// It waits, as for authentication.
    Dormant,
    /// Packets pass.
    Up,
}

impl OperationalState {
    pub(super) fn read(number: u8) -> Self {
        match number {
            1 => Self::NotPresent,
            2 => Self::Down,
            3 => Self::LowerLayerDown,
            4 => Self::Testing,
            5 => Self::Dormant,
            6 => Self::Up,
            _ => Self::Unknown,
        }
    }
}

impl fmt::Display for OperationalState {
    /// As `ip` says it: `UNKNOWN`, `DOWN`, `LOWERLAYERDOWN`, `UP`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unknown => "UNKNOWN",
            Self::NotPresent => "NOTPRESENT",
            Self::Down => "DOWN",
            Self::LowerLayerDown => "LOWERLAYERDOWN",
            Self::Testing => "TESTING",
            Self::Dormant => "DORMANT",
            Self::Up => "UP",
        })
    }
}
