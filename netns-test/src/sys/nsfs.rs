//! What the file of a namespace tells of it. Nothing here allocates.

use std::ffi::c_int;
use std::io;
use std::os::fd::{AsRawFd, BorrowedFd, FromRawFd, OwnedFd};

use nix::sys::statfs::{NSFS_MAGIC, PROC_SUPER_MAGIC, fstatfs};

/// Whether `fd` is on the file system of namespaces: nsfs, and `/proc` before Linux 3.19.
pub(crate) fn is_namespace_file(fd: BorrowedFd<'_>) -> io::Result<bool> {
    let kind = fstatfs(fd)?.filesystem_type();
    Ok([NSFS_MAGIC, PROC_SUPER_MAGIC].contains(&kind))
}

/// Which kind of namespace it is, as the `CLONE_NEW*` flag that makes one.
///
/// # Errors
///
/// `ENOTTY`: it is none, or the kernel is older than Linux 4.11.
///
/// # References
///
/// `NS_GET_NSTYPE(2const)`
pub(crate) fn kind(namespace: BorrowedFd<'_>) -> io::Result<c_int> {
    // SAFETY: the request takes no argument, and `namespace` is open for the call.
    succeeded(unsafe { libc::ioctl(namespace.as_raw_fd(), libc::NS_GET_NSTYPE) })
}

/// Opens the user namespace that owns it.
///
/// # Errors
///
/// `EPERM`: it is neither the caller's nor a descendant of that.
///
/// # References
///
/// `NS_GET_USERNS(2const)`
pub(crate) fn open_owner(namespace: BorrowedFd<'_>) -> io::Result<OwnedFd> {
    // SAFETY: the request takes no argument, and `namespace` is open for the call.
    let fd = succeeded(unsafe { libc::ioctl(namespace.as_raw_fd(), libc::NS_GET_USERNS) })?;
    // SAFETY: the kernel has just made this descriptor for us; nobody else knows it.
    Ok(unsafe { OwnedFd::from_raw_fd(fd) })
}

/// Who made a user namespace, as the caller's own user namespace numbers users.
///
/// # References
///
/// `NS_GET_OWNER_UID(2const)`
pub(crate) fn owner_uid(user: BorrowedFd<'_>) -> io::Result<u32> {
    let mut uid: libc::uid_t = 0;
    // SAFETY: the request writes one `uid_t`, which outlives the call.
    let result = unsafe { libc::ioctl(user.as_raw_fd(), libc::NS_GET_OWNER_UID, &raw mut uid) };
    succeeded(result).map(|_| uid)
}

fn succeeded(result: c_int) -> io::Result<c_int> {
    if result < 0 {
        return Err(io::Error::last_os_error());
    }
    Ok(result)
}
