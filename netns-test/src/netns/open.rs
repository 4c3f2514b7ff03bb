//! Namespaces that are there already: the calling thread's, another process's,
//! a pinned one.

use std::fmt::Display;
use std::io;
use std::path::Path;

use crate::error::{Error, ErrorKind};
use crate::netns::{NetNs, file};
use crate::sys::namespace;

impl NetNs {
    /// The network namespace of the calling *thread*, which need not be that of
    /// the process's other threads.
    ///
    /// # Errors
    ///
    /// `/proc` is not mounted, and the process may not configure the namespace
    /// either, which is the other way to find it.
    ///
    /// # References
    ///
    /// `/proc/thread-self/ns/net` in `network_namespaces(7)`; `SIOCGSKNS` in net/socket.c
    pub fn current() -> Result<Self, Error> {
        let fd = namespace::open_here()
            .map_err(|error| Error::system("open `/proc/thread-self/ns/net`", error))?;
        Self::of_descriptor(fd)
    }

    /// The network namespace that is pinned at `path`, by [`NetNs::pin`], by
    /// `ip netns add`, or by another mount; any other file of a network
    /// namespace will do, such as `/proc/1/ns/net`.
    ///
    /// A file that is none is not opened: nothing happens to a device or a FIFO.
    ///
    /// # Errors
    ///
    /// - [`ErrorKind::NotFound`]: there is no such file.
    /// - [`ErrorKind::NotNamespace`]: it is a directory, a regular file, or
    ///   another thing, such as a pin whose mount is gone.
    /// - [`ErrorKind::OtherNamespace`]: it is a namespace, of another kind.
    /// - [`ErrorKind::InvalidName`]: the path is too long or has a NUL in it.
    /// - [`ErrorKind::NotPermitted`]: the process may not open it.
    ///
    /// # References
    ///
    /// namespaces(7), "The /proc/pid/ns/ directory"; `NS_GET_NSTYPE(2const)`
    pub fn open_pinned(path: impl AsRef<Path>) -> Result<Self, Error> {
        let path = path.as_ref();
        let what = format!("`{}`", path.display());
        Self::of_descriptor(file::open_net(path, &what)?)
    }

    /// The network namespace of the process `pid`, as `/proc` numbers it, or
    /// more exactly of its main thread.
    ///
    /// Another process may get the number after this one has ended; hold what
    /// keeps it from that, such as a [`Child`](std::process::Child) that has
    /// not been waited for.
    ///
    /// # Errors
    ///
    /// - [`ErrorKind::NotFound`], with `ESRCH`: there is no such process, or it has ended.
    /// - [`ErrorKind::NotPermitted`]: it is another user's, or has more privileges.
    ///
    /// # References
    ///
    /// `/proc/PID/ns/net` in `network_namespaces(7)`; ptrace(2), "Ptrace access mode checking"
    pub fn of_process(pid: u32) -> Result<Self, Error> {
        of_task(pid, &format_args!("the network namespace of process {pid}"))
    }

    /// The network namespace of the thread `tid`, of this or any other process:
    /// no two threads have the same number, as gettid(2) tells it.
    ///
    /// # Errors
    ///
    /// As [`NetNs::of_process`].
    ///
    /// # References
    ///
    /// proc(5), `/proc/TID`
    pub fn of_thread(tid: u32) -> Result<Self, Error> {
        of_task(tid, &format_args!("the network namespace of thread {tid}"))
    }
}

fn of_task(number: u32, what: &impl Display) -> Result<NetNs, Error> {
    let path = format!("/proc/{number}/ns/net");
    let fd = file::open_net(Path::new(&path), what).map_err(|error| {
        if error.kind() != ErrorKind::NotFound {
            return error;
        }
        if !Path::new("/proc/thread-self").exists() {
            return Error::new(
                ErrorKind::Unsupported,
                format!("open {what}: `/proc` is not mounted"),
            );
        }
        Error::new(ErrorKind::NotFound, format!("find {what}"))
            .with_source(io::Error::from_raw_os_error(libc::ESRCH))
    })?;
    NetNs::of_descriptor(fd)
}
