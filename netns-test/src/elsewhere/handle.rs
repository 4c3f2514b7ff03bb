use std::convert::Infallible;
use std::ffi::OsStr;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread::JoinHandle;

use crate::elsewhere::netns::{NetId, NetNs};
use crate::error::{Error, ErrorKind};

fn unsupported(operation: &'static str) -> Error {
    Error::new(ErrorKind::Unsupported, operation)
        .with_source(io::ErrorKind::Unsupported.into())
        .with_hint("only Linux has network namespaces")
}

/// A namespace that is pinned.
#[derive(Debug)]
pub struct Pinned {
    never: Infallible,
}

/// A user namespace.
#[derive(Debug, Eq, PartialEq)]
pub struct UserNs {
    never: Infallible,
}

/// What tells one living user namespace from another.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct UserNsId {
    never: Infallible,
}

impl NetNs {
    /// Makes a network namespace.
    ///
    /// # Errors
    ///
    /// Always, here.
    pub fn new() -> Result<Self, Error> {
        Err(unsupported("make a network namespace"))
    }

    /// The network namespace of the calling thread.
    ///
    /// # Errors
    ///
    /// Always, here.
    pub fn current() -> Result<Self, Error> {
        Err(unsupported("find the calling thread's network namespace"))
    }

    /// The network namespace that is pinned at `path`.
    ///
    /// # Errors
    ///
    /// Always, here.
    pub fn open_pinned(path: impl AsRef<Path>) -> Result<Self, Error> {
        let _ = path.as_ref();
        Err(unsupported("open a pinned network namespace"))
    }

    /// The network namespace of a process.
    ///
    /// # Errors
    ///
    /// Always, here.
    pub fn of_process(pid: u32) -> Result<Self, Error> {
        let _ = pid;
        Err(unsupported("find the network namespace of a process"))
    }

    /// The network namespace of a thread.
    ///
    /// # Errors
    ///
    /// Always, here.
    pub fn of_thread(tid: u32) -> Result<Self, Error> {
        let _ = tid;
        Err(unsupported("find the network namespace of a thread"))
    }

    /// The network namespace that has a name.
    ///
    /// # Errors
    ///
    /// Always, here.
    pub fn named(name: &str) -> Result<Self, Error> {
        let _ = name;
        Err(unsupported("open a network namespace by its name"))
    }

    /// The names of network namespaces.
    ///
    /// # Errors
    ///
    /// Always, here.
    pub fn list() -> Result<Vec<String>, Error> {
        Err(unsupported("list network namespaces"))
    }

    /// Which namespace this is, among those that this process ever made.
    pub fn netid(&self) -> Option<NetId> {
        match self.never {}
    }

    /// The kernel's cookie for this namespace, or why there is none.
    ///
    /// # Errors
    ///
    /// None.
    pub fn try_cookie(&self) -> Result<u64, Error> {
        match self.never {}
    }

    /// The user namespace that owns this network namespace.
    ///
    /// # Errors
    ///
    /// None.
    pub fn owner(&self) -> Result<UserNs, Error> {
        match self.never {}
    }

    /// Closes the handle.
    ///
    /// # Errors
    ///
    /// None.
    pub fn close(self) -> Result<(), Error> {
        match self.never {}
    }

    /// Pins the namespace.
    ///
    /// # Errors
    ///
    /// None.
    pub fn pin(&self, path: impl AsRef<Path>) -> Result<Pinned, Error> {
        let _ = path.as_ref();
        match self.never {}
    }

    /// Runs `f` in this namespace, on another thread.
    ///
    /// # Errors
    ///
    /// None.
    pub fn run<T: Send>(&self, f: impl FnOnce() -> T + Send) -> Result<T, Error> {
        drop(f);
        match self.never {}
    }

    /// Starts a thread that lives in this namespace.
    ///
    /// # Errors
    ///
    /// None.
    pub fn spawn<T: Send + 'static>(
        &self,
        f: impl FnOnce() -> T + Send + 'static,
    ) -> Result<JoinHandle<T>, Error> {
        drop(f);
        match self.never {}
    }

    /// A command whose children start in this namespace.
    #[must_use = "it is not started yet"]
    pub fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let _ = program.as_ref();
        match self.never {}
    }

    /// Runs a future to its end in this namespace.
    ///
    /// # Errors
    ///
    /// None.
    #[cfg(feature = "tokio")]
    pub fn block_on<F>(&self, future: F) -> Result<F::Output, Error>
    where
        F: Future<Output: Send> + Send,
    {
        drop(future);
        match self.never {}
    }

    /// Makes a socket in this namespace and hands it out.
    ///
    /// # Errors
    ///
    /// None.
    #[cfg(unix)]
    pub fn socket<S: std::os::fd::AsFd + Send>(
        &self,
        f: impl FnOnce() -> io::Result<S> + Send,
    ) -> Result<S, Error> {
        drop(f);
        match self.never {}
    }
}

impl PartialEq for NetNs {
    fn eq(&self, _: &Self) -> bool {
        match self.never {}
    }
}

impl Eq for NetNs {}

#[cfg(unix)]
impl std::os::fd::AsFd for NetNs {
    fn as_fd(&self) -> std::os::fd::BorrowedFd<'_> {
        match self.never {}
    }
}

#[cfg(unix)]
impl std::os::fd::AsRawFd for NetNs {
    fn as_raw_fd(&self) -> std::os::fd::RawFd {
        match self.never {}
    }
}

#[cfg(unix)]
impl From<NetNs> for std::os::fd::OwnedFd {
    fn from(ns: NetNs) -> Self {
        match ns.never {}
    }
}

impl Pinned {
    /// Where it is pinned.
    pub fn path(&self) -> &Path {
        match self.never {}
    }

    /// Leaves the pin where it is.
    pub fn keep(self) -> PathBuf {
        match self.never {}
    }

    /// Takes the pin away.
    ///
    /// # Errors
    ///
    /// None.
    pub fn unpin(self) -> Result<(), Error> {
        match self.never {}
    }
}

impl UserNs {
    /// Which user namespace this is, among those that live now.
    pub fn id(&self) -> UserNsId {
        match self.never {}
    }

    /// The user who made it.
    ///
    /// # Errors
    ///
    /// None.
    pub fn owner_uid(&self) -> Result<u32, Error> {
        match self.never {}
    }
}

#[cfg(unix)]
impl std::os::fd::AsFd for UserNs {
    fn as_fd(&self) -> std::os::fd::BorrowedFd<'_> {
        match self.never {}
    }
}

#[cfg(unix)]
impl std::os::fd::AsRawFd for UserNs {
    fn as_raw_fd(&self) -> std::os::fd::RawFd {
        match self.never {}
    }
}

#[cfg(unix)]
impl From<UserNs> for std::os::fd::OwnedFd {
    fn from(user: UserNs) -> Self {
        match user.never {}
    }
}

impl fmt::Display for UserNsId {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.never {}
    }
}
