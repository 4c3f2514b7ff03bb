//! Whether a file is a network namespace's, and what to say if it is not.

use std::ffi::c_int;
use std::fmt::Display;
use std::fs;
use std::io;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};
use std::path::Path;

use nix::fcntl::{OFlag, open};
use nix::sys::stat::{Mode, SFlag, fstat};

use crate::error::{Error, ErrorKind};
use crate::sys::nsfs;

/// Opens a file which has to be a network namespace's; `what` it is to the user.
pub(super) fn open_net(path: &Path, what: &impl Display) -> Result<OwnedFd, Error> {
    let failed = |error| failed(format!("open {what}"), error);
    // Looked at before it is opened, since to open a device or a FIFO is to use it.
    let seen = open_file(path, OFlag::O_PATH).map_err(failed)?;
    demand_namespace(seen.as_fd(), what)?;
    let fd = open_file(path, OFlag::O_RDONLY | OFlag::O_NONBLOCK).map_err(failed)?;
    demand_net(fd.as_fd(), what)?;
    Ok(fd)
}

fn open_file(path: &Path, flags: OFlag) -> io::Result<OwnedFd> {
    Ok(open(path, flags | OFlag::O_CLOEXEC, Mode::empty())?)
}

/// Makes sure that `fd` is a network namespace's.
///
/// # Errors
///
/// [`ErrorKind::NotNamespace`] or [`ErrorKind::OtherNamespace`].
pub(super) fn demand_net(fd: BorrowedFd<'_>, what: &impl Display) -> Result<(), Error> {
    demand_namespace(fd, what)?;
    let kind = match nsfs::kind(fd) {
        Ok(libc::CLONE_NEWNET) => return Ok(()),
        Ok(kind) => Some(name(kind)),
        // Another file of `/proc`, or a kernel without the request (gVisor is one).
        Err(_) => match linked_kind(fd).as_deref() {
            Some("net") => return Ok(()),
            Some(_) => Some("another"),
            None => None,
        },
    };
    Err(kind.map_or_else(
        || not_namespace(fd, what),
        |kind| {
            Error::new(
                ErrorKind::OtherNamespace,
                format!("take {what} for a network namespace: it is {kind} namespace"),
            )
            .with_source(io::Error::from_raw_os_error(libc::EINVAL))
        },
    ))
}

fn demand_namespace(fd: BorrowedFd<'_>, what: &impl Display) -> Result<(), Error> {
    match nsfs::is_namespace_file(fd) {
        Ok(true) => Ok(()),
        Ok(false) => Err(not_namespace(fd, what)),
        Err(error) => Err(Error::system(
            format!("ask which file system {what} is on"),
            error,
        )),
    }
}

fn not_namespace(fd: BorrowedFd<'_>, what: &impl Display) -> Error {
    let seen = file_type(fd);
    Error::new(
        ErrorKind::NotNamespace,
        format!("take {what} for a network namespace: it is {seen}"),
    )
    .with_source(io::Error::from_raw_os_error(libc::EINVAL))
}

/// What `/proc` calls the kind: the text before the colon of `net:[4026532281]`.
fn linked_kind(fd: BorrowedFd<'_>) -> Option<String> {
    let link = fs::read_link(format!("/proc/thread-self/fd/{}", fd.as_raw_fd())).ok()?;
    let (kind, number) = link.to_str()?.split_once(":[")?;
    (!kind.contains('/') && number.ends_with(']')).then(|| kind.to_owned())
}

fn name(kind: c_int) -> &'static str {
    match kind {
        libc::CLONE_NEWCGROUP => "a cgroup",
        libc::CLONE_NEWIPC => "an IPC",
        libc::CLONE_NEWNS => "a mount",
        libc::CLONE_NEWPID => "a PID",
        libc::CLONE_NEWTIME => "a time",
        libc::CLONE_NEWUSER => "a user",
        libc::CLONE_NEWUTS => "a UTS",
        _ => "another kind of",
    }
}

fn file_type(fd: BorrowedFd<'_>) -> &'static str {
    let mode = fstat(fd).map_or(0, |stat| stat.st_mode);
    match SFlag::from_bits_truncate(mode & SFlag::S_IFMT.bits()) {
        SFlag::S_IFDIR => "a directory",
        SFlag::S_IFREG => "a regular file",
        SFlag::S_IFIFO => "a pipe",
        SFlag::S_IFSOCK => "a socket",
        SFlag::S_IFCHR => "a character device",
        SFlag::S_IFBLK => "a block device",
        _ => "another kind of file",
    }
}

/// An error of a system call that takes a path.
pub(super) fn failed(operation: String, error: io::Error) -> Error {
    let kind = match error.raw_os_error() {
        Some(libc::ENOENT | libc::ENOTDIR | libc::ESRCH) => ErrorKind::NotFound,
        Some(libc::EEXIST) => ErrorKind::AlreadyExists,
        Some(libc::EACCES | libc::EPERM) => ErrorKind::NotPermitted,
        Some(libc::EROFS) => ErrorKind::ReadOnly,
        // What a NUL makes in the path, and a `/` behind the name of a new file.
        Some(libc::ENAMETOOLONG | libc::EINVAL | libc::EISDIR) => ErrorKind::InvalidName,
        _ => ErrorKind::System,
    };
    Error::new(kind, operation).with_source(error)
}
