//! Network namespaces of the calling thread: make, enter, identify.

use std::fs::File;
use std::io;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, FromRawFd, OwnedFd};
use std::thread;
use std::time::Duration;

use nix::errno::Errno;
use nix::sched::{CloneFlags, setns, unshare};
use nix::sys::stat::fstat;

/// How long to go on asking for a network namespace while the kernel says that
/// there are too many: it frees them some milliseconds after their last user.
#[derive(Debug)]
pub(crate) struct Patience {
    pauses: u32,
}

impl Patience {
    const PAUSE: Duration = Duration::from_millis(5);

    /// One second, in all the calls that share it.
    pub(crate) fn new() -> Self {
        Self { pauses: 200 }
    }

    /// Takes the first answer.
    pub(crate) fn none() -> Self {
        Self { pauses: 0 }
    }

    fn pause(&mut self) -> bool {
        let Some(left) = self.pauses.checked_sub(1) else {
            return false;
        };
        self.pauses = left;
        thread::sleep(Self::PAUSE);
        true
    }
}

/// Moves the calling thread into a new network namespace; its `lo` is down.
/// Where `user.max_net_namespaces` is reached, waits up to a second for one
/// that is being freed.
///
/// # References
///
/// unshare(2), `CLONE_NEWNET`; `copy_net_ns` in `net/core/net_namespace.c`.
pub(crate) fn unshare_net() -> io::Result<()> {
    unshare_net_within(&mut Patience::new())
}

/// [`unshare_net`] with a patience that several calls share.
pub(crate) fn unshare_net_within(patience: &mut Patience) -> io::Result<()> {
    loop {
        match unshare(CloneFlags::CLONE_NEWNET) {
            Err(Errno::ENOSPC) if patience.pause() => {}
            other => return Ok(other?),
        }
    }
}

/// Moves the calling thread into the network namespace that `namespace` refers to.
///
/// # References
///
/// setns(2).
pub(crate) fn enter_net(namespace: BorrowedFd<'_>) -> io::Result<()> {
    Ok(setns(namespace, CloneFlags::CLONE_NEWNET)?)
}

/// Opens the calling thread's network namespace. `/proc/self/ns/net` would be
/// the main thread's.
///
/// # References
///
/// `network_namespaces(7)`
pub(crate) fn open_current_net() -> io::Result<OwnedFd> {
    File::open("/proc/thread-self/ns/net").map(Into::into)
}

/// Opens the network namespace in which `socket` was made: without `/proc`, and
/// faster, but only with `CAP_NET_ADMIN` in that namespace.
///
/// # References
///
/// `SIOCGSKNS` in net/socket.c
pub(crate) fn open_net_of(socket: BorrowedFd<'_>) -> io::Result<OwnedFd> {
    const SIOCGSKNS: libc::Ioctl = 0x894C;
    // SAFETY: the request takes no argument and `socket` is open for the call.
    let fd = unsafe { libc::ioctl(socket.as_raw_fd(), SIOCGSKNS) };
    if fd < 0 {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: the kernel has just made this descriptor for us; nobody else knows it.
    Ok(unsafe { OwnedFd::from_raw_fd(fd) })
}

/// Opens the calling thread's network namespace, by either way; the error is
/// that of `/proc`.
pub(crate) fn open_here() -> io::Result<OwnedFd> {
    open_current_net()
        .or_else(|error| open_net_of(super::socket::udp4()?.as_fd()).map_err(|_| error))
}

/// Device and inode number of a namespace file: its identity while it lives.
pub(crate) fn identify(namespace: BorrowedFd<'_>) -> io::Result<(u64, u64)> {
    let stat = fstat(namespace)?;
    Ok((stat.st_dev, stat.st_ino))
}

/// The identity of the calling thread's network namespace, by either way.
pub(crate) fn current_net_id() -> io::Result<(u64, u64)> {
    identify(open_here()?.as_fd())
}

/// The cookie of the calling thread's network namespace: never used twice
/// while the machine runs. Linux 5.14 and newer.
///
/// # References
///
/// socket(7), `SO_NETNS_COOKIE`.
pub(crate) fn current_net_cookie() -> io::Result<u64> {
    net_cookie_of(super::socket::udp4()?.as_fd())
}

/// The cookie of the network namespace in which `socket` was made.
pub(crate) fn net_cookie_of(socket: BorrowedFd<'_>) -> io::Result<u64> {
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

/// Which network namespace a thread is in, as far as it can be told: `/proc`
/// may be missing, and so may cookies, before Linux 5.14.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Whereabouts {
    id: Option<(u64, u64)>,
    cookie: Option<u64>,
}

impl Whereabouts {
    /// The calling thread's namespace now.
    pub(crate) fn now() -> Self {
        Self {
            id: current_net_id().ok(),
            cookie: current_net_cookie().ok(),
        }
    }

    /// `None` if neither identity nor cookie is known of both.
    pub(crate) fn differs_from(&self, other: &Self) -> Option<bool> {
        let id = self.id.zip(other.id).map(|(one, two)| one != two);
        let cookie = self.cookie.zip(other.cookie).map(|(one, two)| one != two);
        match (id, cookie) {
            (None, None) => None,
            (id, cookie) => Some(id.unwrap_or(true) && cookie.unwrap_or(true)),
        }
    }
}
