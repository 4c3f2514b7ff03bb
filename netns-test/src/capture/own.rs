//! Which sockets are taps: a report on the sockets of a test leaves them out.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::c_int;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::capture::tap::Sockets;
use crate::netns::NetNsId;
use crate::sys::namespace;

#[derive(Debug, Default)]
struct Own {
    /// Those that are open here, by their descriptors.
    open: BTreeMap<c_int, Place>,
    /// The inodes of those that another process told of.
    told: BTreeSet<u64>,
}

#[derive(Clone, Copy, Debug)]
struct Place {
    /// As in `socket:[4711]`.
    inode: u64,
    namespace: NetNsId,
}

static OWN: Mutex<Own> = Mutex::new(Own {
    open: BTreeMap::new(),
    told: BTreeSet::new(),
});

/// Whether the socket of this inode belongs to a tap that this process made, watches,
/// or [was told of](note_told).
pub(crate) fn is_tap(inode: u64) -> bool {
    let own = own();
    own.told.contains(&inode) || own.open.values().any(|place| place.inode == inode)
}

/// The descriptors of taps that are open now.
pub(crate) fn descriptors() -> BTreeSet<c_int> {
    own().open.keys().copied().collect()
}

/// The inodes of the taps in this namespace: for another process, which is to leave
/// them out as well.
pub(crate) fn taps_in(namespace: NetNsId) -> Vec<u64> {
    let own = own();
    let there = own
        .open
        .values()
        .filter(|place| place.namespace == namespace);
    there.map(|place| place.inode).collect()
}

/// Notes what [`taps_in`] gave in another process.
pub(crate) fn note_told(inodes: impl IntoIterator<Item = u64>) {
    own().told.extend(inodes);
}

pub(super) fn note(namespace: NetNsId, sockets: &Sockets) {
    let known = both(sockets).map(|socket| {
        let (_, inode) = namespace::identify(socket).ok()?;
        Some((socket.as_raw_fd(), Place { inode, namespace }))
    });
    own().open.extend(known.into_iter().flatten());
}

/// To be called before the sockets are closed: others may get their descriptors then.
pub(super) fn forget(sockets: &Sockets) {
    let mut own = own();
    for socket in both(sockets) {
        own.open.remove(&socket.as_raw_fd());
    }
}

/// To be called before sockets are closed that another process has open as well.
pub(super) fn give_away(sockets: &Sockets) {
    let mut own = own();
    for socket in both(sockets) {
        let place = own.open.get(&socket.as_raw_fd()).copied();
        own.told.extend(place.map(|place| place.inode));
    }
}

fn both(sockets: &Sockets) -> [BorrowedFd<'_>; 2] {
    [sockets.frames.as_fd(), sockets.links.as_fd()]
}

fn own() -> MutexGuard<'static, Own> {
    OWN.lock().unwrap_or_else(PoisonError::into_inner)
}
