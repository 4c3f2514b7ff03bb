//! Which namespaces were made from inside of which: in a test, those that are the test's.

use std::os::fd::OwnedFd;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, Weak};

use crate::netns::NetNs;
use crate::netns::id::{NetId, NetNsId};
use crate::netns::life::{self, Shared, Stage};
use crate::sys::namespace;

/// Where a namespace comes from, and what comes from it.
#[derive(Default)]
struct Lineage {
    /// From inside of which one it was made: of a line of them, the first.
    origin: OnceLock<NetId>,
    made: Mutex<Vec<Made>>,
}

/// A namespace that was made from inside of another one. Nothing is kept open for it.
#[derive(Clone, Debug)]
pub(crate) struct Made {
    id: NetNsId,
    /// By which it is known when something else has got its inode number.
    cookie: Option<u64>,
    shared: Weak<Shared>,
}

/// The origin of what the calling thread makes: in a test, the test's own namespace, also if
/// the thread is in one that was made from there.
pub(crate) fn origin_here() -> Option<NetNs> {
    let (device, inode) = namespace::current_net_id().ok()?;
    let id = NetNsId::from_numbers(device, inode);
    let here = life::find(|shared| shared.id == id)?;
    match lineage(&here).origin.get() {
        Some(origin) => life::find(|shared| shared.life().netid() == Some(*origin)),
        None => Some(here),
    }
}

/// Notes that `ns` comes from `origin`, which was [`origin_here`] where it was asked for.
pub(crate) fn note(origin: &NetNs, ns: &NetNs) {
    let Some(netid) = origin.netid() else { return };
    let _ = lineage(ns).origin.set(netid);
    made(&lineage(origin)).push(Made {
        id: ns.id(),
        cookie: ns.known_cookie(),
        shared: Arc::downgrade(&ns.shared),
    });
}

/// Those that come from `ns`, oldest first, whatever has become of them.
pub(crate) fn made_from(ns: &NetNs) -> Vec<Made> {
    made(&lineage(ns)).clone()
}

/// Those that come from `ns` and are alive, oldest first.
pub(crate) fn alive_from(ns: &NetNs) -> Vec<NetNs> {
    let made = made_from(ns);
    let handles = made.iter().filter_map(Made::handle);
    handles
        .filter(|ns| ns.life().stage() == Stage::Alive)
        .collect()
}

fn lineage(ns: &NetNs) -> Arc<Lineage> {
    ns.life().part()
}

fn made(lineage: &Lineage) -> MutexGuard<'_, Vec<Made>> {
    lineage.made.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Made {
    pub(crate) fn id(&self) -> NetNsId {
        self.id
    }

    pub(crate) fn known_cookie(&self) -> Option<u64> {
        self.cookie
    }

    /// Another handle to it, if there is one.
    pub(crate) fn handle(&self) -> Option<NetNs> {
        self.shared.upgrade().as_ref().map(NetNs::sharing)
    }

    /// A handle, if `fd` is open to this namespace and not to one that has got its number.
    pub(crate) fn recognize(&self, fd: OwnedFd) -> Option<NetNs> {
        let before = self.handle();
        let ns = NetNs::of_descriptor(fd).ok()?;
        let is_it = ns.id() == self.id
            && match self.cookie {
                Some(cookie) => ns.try_cookie().ok() == Some(cookie),
                // Before Linux 5.14: while there is a handle, nothing else gets the number.
                None => before.is_some(),
            };
        is_it.then_some(ns)
    }
}
