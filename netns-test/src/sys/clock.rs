//! The clock that never goes back, which all processes share.

use std::io;
use std::time::Duration;

use nix::time::{ClockId, clock_gettime};

/// The time since the machine was started, without its sleep.
///
/// # References
///
/// `clock_gettime(2)`: `CLOCK_MONOTONIC`
pub(crate) fn monotonic() -> io::Result<Duration> {
    Ok(clock_gettime(ClockId::CLOCK_MONOTONIC)?.into())
}
