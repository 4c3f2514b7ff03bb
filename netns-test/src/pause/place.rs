//! Where a test is, held open while somebody may want to go there: the threads that were
//! in there may end meanwhile, and after a crash there is none.

use std::fs::{self, File};
use std::io;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};
use std::os::unix::fs::MetadataExt;

use nix::unistd::geteuid;

use super::options;
use crate::netns::NetNs;
use crate::report::pause::Nsenter;
use crate::sys::{namespace, nsfs, user};
use crate::tasks::{self, OWN};

/// The namespaces of a test.
#[derive(Debug)]
pub(crate) struct Place {
    pub(super) net: NetNs,
    mounts: Option<OwnedFd>,
}

impl Place {
    /// Of a test in `ns`, whose threads are this process's.
    pub(super) fn of(ns: &NetNs) -> Self {
        let is_inside = |task: &String| tasks::namespace(task) == Some(ns.id());
        let threads = tasks::numbers(OWN).into_iter();
        let threads = threads.map(|tid| format!("{OWN}/{tid}"));
        let inside = std::iter::once("/proc/thread-self".to_owned())
            .chain(threads)
            .find(is_inside);
        let mounts = inside.and_then(|task| File::open(format!("{task}/ns/mnt")).ok());
        Self {
            net: ns.another(),
            mounts: mounts.map(OwnedFd::from).filter(differ_from_home),
        }
    }

    /// Of a test in another process, which has sent these.
    pub(crate) fn of_descriptors(
        net: BorrowedFd<'_>,
        mounts: Option<BorrowedFd<'_>>,
    ) -> io::Result<Self> {
        let mounts = mounts
            .map(|mounts| mounts.try_clone_to_owned())
            .transpose()?;
        Ok(Self {
            net: NetNs::from(net.try_clone_to_owned()?),
            mounts: mounts.filter(differ_from_home),
        })
    }

    /// The user namespace that owns it, where nsenter(1) has to enter that first.
    pub(super) fn user(&self) -> Option<OwnedFd> {
        let owner = nsfs::open_owner(self.net.as_fd()).ok()?;
        let is_other = is_another(&owner, "/proc/self/ns/user");
        (is_other || user::has_entered_before_main()).then_some(owner)
    }

    /// How to get there, while this and `user` are open.
    pub(super) fn nsenter(&self, user: Option<&OwnedFd>) -> Nsenter {
        let path = |fd: &dyn AsRawFd| format!("/proc/{}/fd/{}", std::process::id(), fd.as_raw_fd());
        let options = options::installed();
        Nsenter {
            user: user.map(|user| path(user)),
            net: path(&self.net),
            inode: self.net.id().numbers().1,
            mounts: self.mounts.as_ref().map(|mounts| path(mounts)),
            keeps_directory: options.wdns,
            keeps_capabilities: options.keep_caps && !geteuid().is_root(),
            is_root: geteuid().is_root(),
        }
    }
}

/// Opens the calling thread's mounts, to be sent to another process.
pub(crate) fn mounts_here() -> io::Result<OwnedFd> {
    File::open("/proc/thread-self/ns/mnt").map(OwnedFd::from)
}

/// Whether the mounts are others than those of this process: with them, a line for
/// nsenter(1) would need a privilege for nothing.
fn differ_from_home(mounts: &OwnedFd) -> bool {
    is_another(mounts, "/proc/self/ns/mnt")
}

fn is_another(namespace: &OwnedFd, than: &str) -> bool {
    let here = fs::metadata(than).map(|file| (file.dev(), file.ino()));
    let there = namespace::identify(namespace.as_fd());
    matches!((here, there), (Ok(here), Ok(there)) if here != there)
}
