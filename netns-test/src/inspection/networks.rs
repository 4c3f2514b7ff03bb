//! The namespaces of a test that is looked for leavings: its own, and those that it made.

use std::ffi::c_int;
use std::fs::File;
use std::os::fd::AsRawFd;

use crate::netns::lineage::{self, Made};
use crate::netns::{NetNs, NetNsId};
use crate::sys::descriptor;
use crate::tasks;

/// Those of one test.
#[derive(Debug)]
pub(super) struct Networks {
    own: NetNs,
    made: Vec<Made>,
}

/// One of them.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(super) enum Which {
    Own,
    /// By its place among those that were made.
    Made(usize),
}

impl Networks {
    /// Of the test in `ns`, whose body has ended.
    pub(super) fn of(ns: &NetNs) -> Self {
        Self {
            own: ns.another(),
            made: lineage::made_from(ns),
        }
    }

    /// Those to which a user has a handle.
    pub(super) fn held(&self) -> Vec<NetNsId> {
        let made = self.made.iter().filter_map(Made::handle);
        let held = std::iter::once(self.own.another())
            .chain(made)
            .filter(NetNs::is_held);
        held.map(|ns| ns.id()).collect()
    }

    /// Whether the thread or process of such a directory in `/proc`, which is in the
    /// namespace `id`, is in one of these.
    pub(super) fn have(&self, task: &str, id: NetNsId) -> bool {
        let open = || File::open(format!("{task}/ns/net"));
        id == self.own.id()
            || self
                .made_with(id)
                .any(|made| open().is_ok_and(|file| made.recognize(file.into()).is_some()))
    }

    /// [`Networks::have`], of what stands in the directory.
    pub(super) fn have_task(&self, task: &str) -> bool {
        tasks::namespace(task).is_some_and(|id| self.have(task, id))
    }

    /// In which one a socket is, by the cookie of its namespace.
    pub(super) fn with_cookie(&self, cookie: u64) -> Option<Which> {
        if self.own.known_cookie() == Some(cookie) {
            return Some(Which::Own);
        }
        let is_it = |made: &Made| made.known_cookie() == Some(cookie);
        self.made.iter().position(is_it).map(Which::Made)
    }

    /// A handle to the one in which the socket of this descriptor is.
    pub(super) fn open(&self, which: Which, socket: c_int) -> Option<NetNs> {
        match which {
            Which::Own => Some(self.own.another()),
            Which::Made(place) => {
                let made = self.made.get(place)?;
                let open = || made.recognize(descriptor::open_net(socket).ok()?);
                made.handle().or_else(open)
            }
        }
    }

    /// To which one this descriptor is open, if it does not belong to a handle.
    pub(super) fn with_descriptor(&self, fd: c_int, file: &descriptor::File) -> Option<NetNsId> {
        let id = NetNsId::from_numbers(file.device, file.inode);
        if id == self.own.id() {
            return (fd != self.own.as_raw_fd()).then_some(id);
        }
        let is_open = |made: &Made| match made.handle() {
            Some(handle) => fd != handle.as_raw_fd(),
            None => descriptor::duplicate(fd).is_ok_and(|fd| made.recognize(fd).is_some()),
        };
        self.made_with(id).any(is_open).then_some(id)
    }

    fn made_with(&self, id: NetNsId) -> impl Iterator<Item = &Made> {
        self.made.iter().filter(move |made| made.id() == id)
    }
}
