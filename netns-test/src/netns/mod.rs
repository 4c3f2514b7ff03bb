//! A handle to a network namespace.

mod command;
mod descriptor;
mod file;
mod id;
mod inside;
pub(crate) mod life;
pub(crate) mod lineage;
pub(crate) mod make;
mod named;
mod open;
mod owner;
mod pin;

use std::fmt;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::Arc;
use std::sync::atomic::Ordering;

use crate::callback::UnderWay;
use crate::error::{Error, ErrorKind};
use crate::sys::namespace;

pub use id::{NetId, NetNsId};
use life::{Life, Shared};
pub use owner::{UserNs, UserNsId};
pub use pin::Pinned;

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
    /// Whether this is a user's handle, not one that this crate made for itself.
    counted: bool,
}

/// What is to be done before a namespace that this crate made goes away.
pub(crate) type End = fn(&NetNs) -> Result<(), Error>;

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

    /// A handle to the network namespace to which `fd` is open.
    pub(crate) fn of_descriptor(fd: OwnedFd) -> Result<Self, Error> {
        let (device, inode) = namespace::identify(fd.as_fd())
            .map_err(|error| Error::system("read the identity of a network namespace", error))?;
        let id = NetNsId::from_numbers(device, inode);
        let ns = Self::counted(&Shared::of(fd, id));
        let _ = ns.shared.checked.set(());
        Ok(ns)
    }

    /// Another handle to the same namespace, for this crate.
    fn sharing(shared: &Arc<Shared>) -> Self {
        Self {
            shared: Arc::clone(shared),
            end: None,
            counted: false,
        }
    }

    /// Another handle to the same namespace, for a user.
    fn counted(shared: &Arc<Shared>) -> Self {
        shared.handles.fetch_add(1, Ordering::Relaxed);
        Self {
            shared: Arc::clone(shared),
            end: None,
            counted: true,
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

    /// Whether a user has a handle to the namespace.
    pub(crate) fn is_held(&self) -> bool {
        self.shared.handles.load(Ordering::Relaxed) > 0
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
    /// In a callback of this crate, which that would wait for, it runs right
    /// after the callbacks instead, and its errors are lost.
    ///
    /// The namespace itself goes when nothing else refers to it: no other
    /// handle, thread, process, socket, or mount. The kernel frees it a little later.
    ///
    /// No handle can be closed twice:
    ///
    /// ```compile_fail,E0382
    /// # fn close(ns: netns_test::NetNs) -> Result<(), netns_test::Error> {
    /// ns.close()?;
    /// ns.close()
    /// # }
    /// ```
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
        let Some(end) = self.end.take() else {
            return Ok(());
        };
        let Some(operation) = UnderWay::here() else {
            return end(self);
        };
        let ns = self.another();
        operation.put_off(move || {
            let _ = end(&ns);
        });
        Ok(())
    }
}

impl Drop for NetNs {
    fn drop(&mut self) {
        let _ = self.finish();
        if self.counted {
            self.shared.handles.fetch_sub(1, Ordering::Relaxed);
        }
    }
}

impl fmt::Debug for NetNs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.shared.fmt(f)
    }
}
