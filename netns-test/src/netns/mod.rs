//! A handle to a network namespace.

mod id;
mod inside;
pub(crate) mod life;
pub(crate) mod make;

use std::fmt;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd, RawFd};
use std::sync::Arc;

use nix::net::if_::if_nameindex;

use crate::error::{Error, ErrorKind};
use crate::sys::namespace;

pub use id::{NetId, NetNsId};
use life::{Life, Shared};

/// A network namespace: what a test marked [`netns_test`](crate::netns_test)
/// runs in, and gets as its parameter if it asks for one.
///
/// The handle keeps the namespace alive, wherever its threads are. When the kernel
/// frees it, virtual devices in it are destroyed, those of a veth pair with their other
/// ends. A physical device goes to the machine's initial namespace, not to
/// where it came from; this alone of `network_namespaces(7)` is not tested here.
///
/// ```no_run
/// use netns_test::{NetNs, netns_test};
///
/// #[netns_test]
/// fn has_nothing_but_loopback(ns: &NetNs) {
///     let links = ns.links().unwrap();
///     assert_eq!(links.len(), 1);
///     assert_eq!(links[0].name(), "lo");
/// }
/// ```
///
/// # References
///
/// `network_namespaces(7)`
pub struct NetNs {
    shared: Arc<Shared>,
    /// Only in the handle that the namespace was made with, if it has begun its life.
    end: Option<End>,
}

/// What is to be done before a namespace that this crate made goes away.
pub(crate) type End = fn(&NetNs) -> Result<(), Error>;

/// A network interface as a namespace lists it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Link {
    index: u32,
    name: String,
}

impl NetNs {
    /// The calling thread's namespace, in which `socket` was made.
    pub(crate) fn of_this_thread(socket: BorrowedFd<'_>) -> Result<Self, Error> {
        let fd = namespace::open_net_of(socket)
            .or_else(|_| namespace::open_current_net())
            .map_err(|error| Error::system("open `/proc/thread-self/ns/net`", error))?;
        let ns = Self::of_descriptor(fd)?;
        if let Ok(cookie) = namespace::net_cookie_of(socket) {
            let _ = ns.shared.cookie.set(cookie);
        }
        Ok(ns)
    }

    /// A handle to what `fd` refers to, which should be a network namespace.
    pub(crate) fn of_descriptor(fd: OwnedFd) -> Result<Self, Error> {
        let (device, inode) = namespace::identify(fd.as_fd())
            .map_err(|error| Error::system("read the identity of a network namespace", error))?;
        let id = NetNsId::from_numbers(device, inode);
        Ok(Self::sharing(&Shared::of(fd, id)))
    }

    /// Another handle to the same namespace.
    pub(crate) fn sharing(shared: &Arc<Shared>) -> Self {
        Self {
            shared: Arc::clone(shared),
            end: None,
        }
    }

    /// Another handle to the same namespace, with which nothing ends.
    pub(crate) fn another(&self) -> Self {
        Self::sharing(&self.shared)
    }

    /// Has `end` called when this handle goes away.
    pub(crate) fn ending_with(mut self, end: End) -> Self {
        self.end = Some(end);
        self
    }

    /// What this process knows of the namespace.
    pub(crate) fn life(&self) -> &Life {
        self.shared.life()
    }

    /// The cookie, unless the kernel has none.
    pub(crate) fn known_cookie(&self) -> Option<u64> {
        self.shared.cookie.get().copied()
    }

    /// Which namespace this is, among those that live now.
    pub fn id(&self) -> NetNsId {
        self.shared.id
    }

    /// Which namespace this is, among those that this process ever made; `None`
    /// if it was not this crate that made it, in this process.
    pub fn netid(&self) -> Option<NetId> {
        self.life().netid()
    }

    /// The kernel's cookie for this namespace: a number that no other gets
    /// while the machine runs. It is not the inode number.
    ///
    /// # Panics
    ///
    /// On Linux before 5.14, which has no cookies, or where the namespace can't
    /// be entered; [`NetNs::try_cookie`] says so instead.
    ///
    /// # References
    ///
    /// socket(7), `SO_NETNS_COOKIE`
    pub fn cookie(&self) -> u64 {
        match self.try_cookie() {
            Ok(cookie) => cookie,
            Err(error) => panic!("no cookie of {}: failed to {error}", self.id()),
        }
    }

    /// [`NetNs::cookie`], or why there is none.
    ///
    /// # Errors
    ///
    /// Linux before 5.14 has no cookies (`ENOPROTOOPT`); or the namespace can't be entered.
    pub fn try_cookie(&self) -> Result<u64, Error> {
        if let Some(cookie) = self.known_cookie() {
            return Ok(cookie);
        }
        let cookie = self.run(namespace::current_net_cookie)?.map_err(|error| {
            Error::new(ErrorKind::Unsupported, "read the cookie of a network namespace: `SO_NETNS_COOKIE` needs Linux 5.14 or newer")
                .with_source(error)
        })?;
        Ok(*self.shared.cookie.get_or_init(|| cookie))
    }

    /// Closes the handle. Where the namespace was made with it, all that is
    /// registered for its end runs first, as it does when the handle is dropped.
    ///
    /// The namespace itself goes when nothing else refers to it: no other
    /// handle, thread, process, socket, or mount. The kernel frees it a little later.
    ///
    /// # Errors
    ///
    /// A callback panicked, or close(2) failed. The handle is closed nevertheless.
    pub fn close(mut self) -> Result<(), Error> {
        let ended = self.finish();
        let shared = Arc::clone(&self.shared);
        drop(self);
        let Some(Shared { fd, id, .. }) = Arc::into_inner(shared) else {
            return ended;
        };
        let closed = nix::unistd::close(fd)
            .map_err(|errno| Error::system(format!("close network namespace {id}"), errno.into()));
        ended.and(closed)
    }

    /// Runs what is registered for the end, if this handle is the one with which it comes.
    fn finish(&mut self) -> Result<(), Error> {
        self.end.take().map_or(Ok(()), |end| end(self))
    }

    /// The interfaces of this namespace, in the order of their indices.
    /// The caller may be in any namespace and does not move.
    ///
    /// # Errors
    ///
    /// No thread could be started, or the kernel refused to enter the namespace.
    ///
    /// # References
    ///
    /// `if_nameindex(3)`
    pub fn links(&self) -> Result<Vec<Link>, Error> {
        self.run(|| {
            let listed =
                if_nameindex().map_err(|errno| Error::system("list interfaces", errno.into()))?;
            let mut links: Vec<_> = listed
                .iter()
                .map(|interface| Link {
                    index: interface.index(),
                    name: interface.name().to_string_lossy().into_owned(),
                })
                .collect();
            links.sort_unstable_by_key(Link::index);
            Ok(links)
        })?
    }
}

impl Drop for NetNs {
    fn drop(&mut self) {
        let _ = self.finish();
    }
}

impl AsFd for NetNs {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.shared.fd.as_fd()
    }
}

impl AsRawFd for NetNs {
    fn as_raw_fd(&self) -> RawFd {
        self.shared.fd.as_raw_fd()
    }
}

impl fmt::Debug for NetNs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.shared.fmt(f)
    }
}

impl Link {
    /// The interface's number in its namespace, from 1; `lo` is 1.
    pub fn index(&self) -> u32 {
        self.index
    }

    /// The interface's name.
    pub fn name(&self) -> &str {
        &self.name
    }
}
