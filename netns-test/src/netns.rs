//! A handle to a network namespace.

use std::fmt;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::thread;

use nix::net::if_::if_nameindex;

use crate::error::{Error, ErrorKind};
use crate::sys::namespace;

/// A network namespace: what a test marked [`netns_test`](crate::netns_test)
/// runs in, and gets as its parameter if it asks for one.
///
/// The handle keeps the namespace alive, wherever its threads are.
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
    fd: OwnedFd,
    id: NetNsId,
    cookie: Option<u64>,
}

/// What tells one living network namespace from another: device and inode
/// number of its file, as `ls -L -i /proc/self/ns/net` shows them.
///
/// The kernel may give the number of a namespace that is gone to a new one;
/// [`NetNs::cookie`] is never used twice.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct NetNsId {
    device: u64,
    inode: u64,
}

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
        let (device, inode) = namespace::identify(fd.as_fd())
            .map_err(|error| Error::system("read the identity of a network namespace", error))?;
        Ok(Self {
            fd,
            id: NetNsId { device, inode },
            cookie: namespace::net_cookie_of(socket).ok(),
        })
    }

    /// The cookie, unless the kernel has none.
    pub(crate) fn known_cookie(&self) -> Option<u64> {
        self.cookie
    }

    /// Which namespace this is, among those that live now.
    pub fn id(&self) -> NetNsId {
        self.id
    }

    /// The kernel's cookie for this namespace: a number that no other gets
    /// while the machine runs. It is not the inode number.
    ///
    /// # Panics
    ///
    /// On Linux before 5.14, which has no cookies.
    ///
    /// # References
    ///
    /// socket(7), `SO_NETNS_COOKIE`
    pub fn cookie(&self) -> u64 {
        self.cookie
            .expect("`SO_NETNS_COOKIE` needs Linux 5.14 or newer")
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
        self.on_a_thread_inside(|| {
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
        })
    }

    fn on_a_thread_inside<T: Send>(
        &self,
        read: impl FnOnce() -> Result<T, Error> + Send,
    ) -> Result<T, Error> {
        thread::scope(|scope| {
            thread::Builder::new()
                .name("netns-test".into())
                .spawn_scoped(scope, || {
                    namespace::enter_net(self.fd.as_fd()).map_err(|error| {
                        Error::system(format!("enter network namespace {}", self.id), error)
                    })?;
                    read()
                })
                .map_err(|error| {
                    Error::new(ErrorKind::Process, "start a thread").with_source(error)
                })?
                .join()
                .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
        })
    }
}

impl NetNsId {
    /// Device and inode number.
    pub(crate) fn numbers(self) -> (u64, u64) {
        (self.device, self.inode)
    }

    /// The inverse of [`NetNsId::numbers`].
    pub(crate) fn from_numbers(device: u64, inode: u64) -> Self {
        Self { device, inode }
    }
}

impl AsFd for NetNs {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.fd.as_fd()
    }
}

impl fmt::Debug for NetNs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NetNs")
            .field("id", &format_args!("{}", self.id))
            .field("cookie", &self.cookie)
            .finish_non_exhaustive()
    }
}

impl fmt::Display for NetNsId {
    /// As the kernel writes it: `net:[4026532281]`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "net:[{}]", self.inode)
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
