//! Network namespaces of the calling thread: make, enter, identify.

use std::fs::File;
use std::io;
use std::os::fd::{AsRawFd, BorrowedFd, FromRawFd, OwnedFd};

use nix::sched::{CloneFlags, setns, unshare};
use nix::sys::stat::fstat;

/// Moves the calling thread into a new network namespace; its `lo` is down.
///
/// # References
///
/// unshare(2), `CLONE_NEWNET`; `copy_net_ns` in net/core/net_namespace.c.
pub(crate) fn unshare_net() -> io::Result<()> {
    Ok(unshare(CloneFlags::CLONE_NEWNET)?)
}

/// Moves the calling thread into the network namespace that `namespace` refers to.
///
/// # References
///
/// setns(2).
pub(crate) fn enter_net(namespace: BorrowedFd<'_>) -> io::Result<()> {
    Ok(setns(namespace, CloneFlags::CLONE_NEWNET)?)
}

/// Opens the calling thread's network namespace.
///
/// `/proc/self/ns/net` would be the main thread's. Without `/proc`, a socket
/// made here leads to the namespace, for a caller with `CAP_NET_ADMIN` in it.
///
/// # References
///
/// `network_namespaces(7)`; `SIOCGSKNS` in net/socket.c.
pub(crate) fn open_current_net() -> io::Result<OwnedFd> {
    match File::open("/proc/thread-self/ns/net") {
        Ok(file) => Ok(file.into()),
        Err(error) => {
            let socket = super::socket::udp4().map_err(|_| error)?;
            namespace_of_socket(&socket)
        }
    }
}

fn namespace_of_socket(socket: &OwnedFd) -> io::Result<OwnedFd> {
    const SIOCGSKNS: libc::Ioctl = 0x894C;
    // SAFETY: the request takes no argument and `socket` is open for the call.
    let fd = unsafe { libc::ioctl(socket.as_raw_fd(), SIOCGSKNS) };
    if fd < 0 {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: the kernel has just made this descriptor for us; nobody else knows it.
    Ok(unsafe { OwnedFd::from_raw_fd(fd) })
}

/// Device and inode number of a namespace file: its identity while it lives.
pub(crate) fn identify(namespace: BorrowedFd<'_>) -> io::Result<(u64, u64)> {
    let stat = fstat(namespace)?;
    Ok((stat.st_dev, stat.st_ino))
}

/// The cookie of the calling thread's network namespace: never used twice
/// while the machine runs. Linux 5.14 and newer.
///
/// # References
///
/// socket(7), `SO_NETNS_COOKIE`.
pub(crate) fn current_net_cookie() -> io::Result<u64> {
    let socket = super::socket::udp4()?;
    let mut cookie = 0_u64;
    let mut length = libc::socklen_t::try_from(size_of::<u64>()).expect("8 fits");
    // SAFETY: `cookie` and `length` live through the call, and `length` is the size of `cookie`.
    let result = unsafe {
        libc::getsockopt(
            socket.as_raw_fd(),
            libc::SOL_SOCKET,
            libc::SO_NETNS_COOKIE,
            (&raw mut cookie).cast(),
            &raw mut length,
        )
    };
    if result < 0 {
        return Err(io::Error::last_os_error());
    }
    Ok(cookie)
}
