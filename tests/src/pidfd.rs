//! Descriptors of processes.

#![expect(unsafe_code, reason = "pidfd_open(2) has no safe wrapper")]

use std::io;
use std::os::fd::{FromRawFd, OwnedFd};

use nix::unistd::Pid;

/// One of the process `pid`.
///
/// # Panics
///
/// There is no such process, or Linux is older than 5.3.
pub fn of(pid: Pid) -> OwnedFd {
    // SAFETY: the call takes two integers.
    let fd = unsafe { libc::syscall(libc::SYS_pidfd_open, pid.as_raw(), 0) };
    let fd = i32::try_from(fd).expect("a descriptor is an int");
    assert!(fd >= 0, "{}", io::Error::last_os_error());
    // SAFETY: the kernel has just made this descriptor for us.
    unsafe { OwnedFd::from_raw_fd(fd) }
}
