//! The descriptor behind a handle: from one, into one, and what makes two handles equal.

use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd, RawFd};
use std::sync::Arc;

use crate::error::Error;
use crate::netns::life::Shared;
use crate::netns::{NetNs, NetNsId, file};
use crate::sys::namespace;

impl NetNs {
    /// The descriptor, which is a network namespace's.
    ///
    /// # Errors
    ///
    /// It came from the user, and is another file's.
    pub(crate) fn checked(&self) -> Result<BorrowedFd<'_>, Error> {
        let Shared {
            fd, id, checked, ..
        } = &*self.shared;
        if checked.get().is_none() {
            let (device, inode) = id.numbers();
            let what = format_args!("the descriptor of inode {inode} on device {device}");
            file::demand_net(fd.as_fd(), &what)?;
            let _ = checked.set(());
        }
        Ok(fd.as_fd())
    }
}

impl From<OwnedFd> for NetNs {
    /// A handle to the network namespace to which `fd` is open.
    ///
    /// It is not looked at yet: if it is another file's, the first method that
    /// enters the namespace says so, with
    /// [`ErrorKind::NotNamespace`](crate::ErrorKind::NotNamespace) or
    /// [`ErrorKind::OtherNamespace`](crate::ErrorKind::OtherNamespace). A descriptor that is not open
    /// can't be written without `unsafe`.
    ///
    /// All handles to one namespace share a descriptor: if there is a handle
    /// already, `fd` is closed.
    fn from(fd: OwnedFd) -> Self {
        // What tells nothing of itself, such as a file of a dead network file system, is no namespace.
        let (device, inode) = namespace::identify(fd.as_fd()).unwrap_or_default();
        let id = NetNsId::from_numbers(device, inode);
        Self::counted(&Shared::of(fd, id))
    }
}

impl From<NetNs> for OwnedFd {
    /// The descriptor, instead of the handle, which goes as if it was dropped:
    /// where the namespace was made with it, all that is registered for its
    /// end runs, although the namespace goes on.
    ///
    /// # Panics
    ///
    /// There are other handles to the namespace, and no further descriptor can
    /// be had (`EMFILE`).
    fn from(ns: NetNs) -> Self {
        let shared = Arc::clone(&ns.shared);
        drop(ns);
        match Arc::try_unwrap(shared) {
            Ok(Shared { fd, .. }) => fd,
            Err(shared) => shared
                .fd
                .try_clone()
                .expect("failed to duplicate the descriptor of a network namespace"),
        }
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

impl PartialEq for NetNs {
    /// Whether both are handles to the same namespace. To have it as a key, take its [`NetNs::id`].
    fn eq(&self, other: &Self) -> bool {
        self.id() == other.id()
    }
}

impl Eq for NetNs {}
