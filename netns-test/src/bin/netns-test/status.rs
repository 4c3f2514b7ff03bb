//! The exit statuses that are the command's own, as far as they are not clap's
//! 2 for a wrong command line.

/// `doctor`: `#[netns_test]` does not run here.
#[cfg(target_os = "linux")]
pub(crate) const DOES_NOT_RUN: u8 = 1;
/// The command itself failed, and no program was started.
#[cfg(target_os = "linux")]
pub(crate) const FAILED: u8 = 124;
/// This machine refuses network namespaces.
pub(crate) const NO_NAMESPACE: u8 = 125;
/// The program cannot be started, though it is there; shells say so, too.
#[cfg(target_os = "linux")]
pub(crate) const NOT_EXECUTABLE: u8 = 126;
/// There is no such program; shells say so, too.
#[cfg(target_os = "linux")]
pub(crate) const NOT_FOUND: u8 = 127;
