//! Which sockets are taps: a report on the sockets of a test leaves them out.

use std::collections::BTreeMap;
use std::os::fd::AsFd;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::capture::tap::Sockets;
use crate::netns::NetNsId;
use crate::sys::namespace;

/// Their namespaces, by the numbers of their inodes, as in `socket:[4711]`.
static OWN: Mutex<BTreeMap<u64, NetNsId>> = Mutex::new(BTreeMap::new());

/// Whether the socket of this number belongs to a tap that this process made, watches,
/// or [was told of](note_in).
pub(crate) fn is_tap(inode: u64) -> bool {
    own().contains_key(&inode)
}

/// The numbers of the sockets of the taps in this namespace: for another process,
/// which is to leave them out as well.
pub(crate) fn taps_in(id: NetNsId) -> Vec<u64> {
    let own = own();
    let there = own.iter().filter(|(_, place)| **place == id);
    there.map(|(inode, _)| *inode).collect()
}

/// Notes what [`taps_in`] gave in another process.
pub(crate) fn note_in(id: NetNsId, inodes: impl IntoIterator<Item = u64>) {
    own().extend(inodes.into_iter().map(|inode| (inode, id)));
}

pub(super) fn note(id: NetNsId, sockets: &Sockets) {
    note_in(id, numbers(sockets));
}

/// To be called before the sockets are closed: others may get their numbers then.
pub(super) fn forget(sockets: &Sockets) {
    let mut own = own();
    for number in numbers(sockets) {
        own.remove(&number);
    }
}

fn numbers(sockets: &Sockets) -> impl Iterator<Item = u64> + use<> {
    let both = [sockets.frames.as_fd(), sockets.links.as_fd()];
    let known = both.map(|socket| namespace::identify(socket).ok());
    known.into_iter().flatten().map(|(_, inode)| inode)
}

fn own() -> MutexGuard<'static, BTreeMap<u64, NetNsId>> {
    OWN.lock().unwrap_or_else(PoisonError::into_inner)
}
