//! What a descriptor of this process is, by its number. Nothing here allocates.

use std::ffi::c_int;
use std::io;
use std::os::fd::{AsRawFd, BorrowedFd, OwnedFd};

use nix::sys::socket::{UnixAddr, getsockname};
use nix::sys::stat::fstat;

use super::namespace;

/// Calls `each` with those of the numbers below `COUNT` that are open; they are asked
/// about in one call, which is many times faster than one after the other.
///
/// # Errors
///
/// `EINVAL`: more than `RLIMIT_NOFILE`.
///
/// # References
///
/// poll(2), `POLLNVAL`
pub(crate) fn open_among<const COUNT: usize>(mut each: impl FnMut(c_int)) -> io::Result<()> {
    let nothing = libc::pollfd {
        fd: 0,
        events: 0,
        revents: 0,
    };
    let mut asked = [nothing; COUNT];
    for (fd, number) in asked.iter_mut().zip(0..) {
        fd.fd = number;
    }
    let count = libc::nfds_t::try_from(COUNT).map_err(|_| io::ErrorKind::InvalidInput)?;
    // SAFETY: the array has as many entries as is said; it is asked for no event, and not waited.
    if unsafe { libc::poll(asked.as_mut_ptr(), count, 0) } < 0 {
        return Err(io::Error::last_os_error());
    }
    for fd in asked {
        if fd.revents & libc::POLLNVAL == 0 {
            each(fd.fd);
        }
    }
    Ok(())
}

/// What the kernel says of the file behind a number.
#[derive(Clone, Copy, Debug)]
pub(crate) struct File {
    pub(crate) device: u64,
    pub(crate) inode: u64,
    pub(crate) is_socket: bool,
}

/// Looks at the file behind a number.
///
/// # Errors
///
/// `EBADF`: no descriptor has this number.
pub(crate) fn look(number: c_int) -> io::Result<File> {
    asked(number, |fd| {
        let file = fstat(fd)?;
        Ok(File {
            device: file.st_dev,
            inode: file.st_ino,
            is_socket: file.st_mode & libc::S_IFMT == libc::S_IFSOCK,
        })
    })
}

/// The cookie of the namespace of the socket behind a number. Before Linux 5.14 there are none.
pub(crate) fn net_cookie(number: c_int) -> io::Result<u64> {
    asked(number, namespace::net_cookie_of)
}

/// The namespace of the socket behind a number, opened.
pub(crate) fn open_net(number: c_int) -> io::Result<OwnedFd> {
    asked(number, namespace::open_net_of)
}

/// Another descriptor for what is behind a number.
pub(crate) fn duplicate(number: c_int) -> io::Result<OwnedFd> {
    asked(number, |fd| fd.try_clone_to_owned())
}

/// Whether it is a Unix socket without a name, as `socketpair(2)` makes them: no network
/// leads to it, and runtimes make such a pair once for the whole process.
pub(crate) fn is_unnamed_unix(number: c_int) -> bool {
    let name = asked(number, |fd| Ok(getsockname::<UnixAddr>(fd.as_raw_fd())?));
    name.is_ok_and(|name| name.is_unnamed())
}

fn asked<T>(number: c_int, ask: impl FnOnce(BorrowedFd<'_>) -> io::Result<T>) -> io::Result<T> {
    if number < 0 {
        return Err(io::Error::from_raw_os_error(libc::EBADF));
    }
    // SAFETY: the number is not -1, and the callers of this module's functions only ask the
    // kernel about it: if another thread closes it meanwhile, the answer is an error, or it
    // is about the file that got the number.
    ask(unsafe { BorrowedFd::borrow_raw(number) })
}
