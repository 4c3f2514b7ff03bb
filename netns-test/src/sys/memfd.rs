//! Files that are nowhere but in memory.

use std::ffi::CStr;
use std::io;
use std::os::fd::OwnedFd;

use nix::errno::Errno;
use nix::sys::memfd::{MFdFlags, memfd_create};

/// Makes an empty file that programs cannot be run from. `/proc/PID/fd` shows
/// it as `/memfd:NAME (deleted)`; it goes with its last descriptor.
///
/// # References
///
/// `memfd_create(2)`; `MFD_NOEXEC_SEAL`, Linux 6.3, which a strict
/// `vm.memfd_noexec` demands.
pub(crate) fn create(name: &CStr) -> io::Result<OwnedFd> {
    const NOEXEC_SEAL: MFdFlags = MFdFlags::from_bits_retain(libc::MFD_NOEXEC_SEAL);
    match memfd_create(name, MFdFlags::MFD_CLOEXEC | NOEXEC_SEAL) {
        Err(Errno::EINVAL) => Ok(memfd_create(name, MFdFlags::MFD_CLOEXEC)?),
        made => Ok(made?),
    }
}
