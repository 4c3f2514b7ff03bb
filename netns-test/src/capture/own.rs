//! Which sockets are taps: a report on the sockets of a test leaves them out.

use std::collections::BTreeSet;
use std::os::fd::AsFd;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::capture::tap::Sockets;
use crate::sys::namespace;

/// By the numbers of their inodes, as in `socket:[4711]`.
static OWN: Mutex<BTreeSet<u64>> = Mutex::new(BTreeSet::new());

/// Whether the socket of this number belongs to a tap that this process made or watches.
pub(crate) fn is_tap(inode: u64) -> bool {
    own().contains(&inode)
}

pub(super) fn note(sockets: &Sockets) {
    own().extend(numbers(sockets));
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

fn own() -> MutexGuard<'static, BTreeSet<u64>> {
    OWN.lock().unwrap_or_else(PoisonError::into_inner)
}
