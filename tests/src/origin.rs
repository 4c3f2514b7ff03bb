//! Where a socket is from.

#![expect(unsafe_code, reason = "nix has no wrapper for these two operations")]

use std::fs;
use std::io;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, FromRawFd, OwnedFd, RawFd};
use std::os::unix::fs::MetadataExt;

/// The cookie of the network namespace in which `socket` was made.
///
/// # Errors
///
/// Linux before 5.14 has no cookies.
///
/// # Panics
///
/// Never.
///
/// # References
///
/// socket(7), `SO_NETNS_COOKIE`
pub fn cookie_of(socket: &impl AsFd) -> io::Result<u64> {
    let mut cookie = 0_u64;
    let mut length = libc::socklen_t::try_from(size_of::<u64>()).expect("8 fits");
    let fd = socket.as_fd().as_raw_fd();
    let (to, size) = ((&raw mut cookie).cast(), &raw mut length);
    // SAFETY: both point to variables that live through the call, and `length` is the size of `cookie`.
    match unsafe { libc::getsockopt(fd, libc::SOL_SOCKET, libc::SO_NETNS_COOKIE, to, size) } {
        0 => Ok(cookie),
        _ => Err(io::Error::last_os_error()),
    }
}

/// Opens the network namespace in which `socket` was made.
///
/// # Errors
///
/// `EPERM` without `CAP_NET_ADMIN` in it; `ENOTTY` if it is no socket.
///
/// # References
///
/// `SIOCGSKNS` in `net/socket.c`
pub fn namespace_of(socket: &impl AsFd) -> io::Result<OwnedFd> {
    const SIOCGSKNS: libc::Ioctl = 0x894C;
    let fd = socket.as_fd().as_raw_fd();
    // SAFETY: the request takes no argument, and `socket` is open for the call.
    let namespace = unsafe { libc::ioctl(fd, SIOCGSKNS) };
    if namespace < 0 {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: the kernel has just made this descriptor for us; nobody else knows it.
    Ok(unsafe { OwnedFd::from_raw_fd(namespace) })
}

/// The sockets of this process, each with the inode of the namespace in which it was made.
///
/// # Panics
///
/// `/proc` can't be read.
pub fn sockets() -> Vec<(RawFd, u64)> {
    let entries = fs::read_dir("/proc/self/fd")
        .expect("descriptors")
        .flatten();
    let numbers = entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    let numbers: Vec<RawFd> = numbers.collect();
    let made_in = |fd: RawFd| {
        // SAFETY: it is used for one call of the kernel's, which says so if it is closed by now.
        let socket = unsafe { BorrowedFd::borrow_raw(fd) };
        let namespace = fs::File::from(namespace_of(&socket).ok()?);
        Some((fd, namespace.metadata().ok()?.ino()))
    };
    numbers.into_iter().filter_map(made_in).collect()
}
