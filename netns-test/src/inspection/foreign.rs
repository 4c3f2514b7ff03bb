//! Namespaces of tests that are over, in which threads were left. Who uses such a
//! thread from another test, as by a runtime in a `static`, works in the wrong network.

use std::collections::BTreeSet;
use std::ffi::c_int;
use std::fs;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::netns::NetNs;
use crate::report::leaks::{self, Foreign};
use crate::sockets::SocketEntry;
use crate::tasks::{OWN, Thread};

/// One such namespace.
#[derive(Debug)]
pub(super) struct Haunted {
    pub(super) ns: NetNs,
    /// The test that is over.
    of: String,
    /// The names and numbers of the threads that it left.
    left: Vec<(String, u32)>,
    known: Mutex<Known>,
}

/// What nothing has to be said of any more.
#[derive(Debug)]
struct Known {
    threads: BTreeSet<u32>,
    sockets: BTreeSet<u64>,
}

static HAUNTED: Mutex<Vec<Arc<Haunted>>> = Mutex::new(Vec::new());

/// All of them that still have a thread in them.
pub(super) fn haunted() -> Vec<Arc<Haunted>> {
    let mut all = lock(&HAUNTED);
    all.retain(|haunted| haunted.is_inhabited());
    all.clone()
}

/// Notes that the test `name`, which is over, has left these threads in `ns`, with these sockets.
pub(super) fn haunt(
    name: &str,
    ns: &NetNs,
    threads: &[Thread],
    sockets: impl IntoIterator<Item = u64>,
) {
    let haunted = Haunted {
        ns: ns.another(),
        of: name.to_owned(),
        left: threads
            .iter()
            .map(|thread| (thread.name.clone(), thread.tid))
            .collect(),
        known: Mutex::new(Known {
            threads: threads.iter().map(|thread| thread.tid).collect(),
            sockets: sockets.into_iter().collect(),
        }),
    };
    lock(&HAUNTED).push(Arc::new(haunted));
}

/// Tells the failing test `name` of all of them.
pub(super) fn mention(name: &str) {
    for Haunted { of, left, .. } in haunted().iter().map(|haunted| &**haunted) {
        leaks::print(&leaks::mention(name, of, left));
    }
}

impl Haunted {
    fn is_inhabited(&self) -> bool {
        let known = lock(&self.known);
        let mut threads = known.threads.iter();
        threads.any(|tid| fs::exists(format!("{OWN}/{tid}")).unwrap_or(false))
    }

    pub(super) fn knows_thread(&self, tid: u32) -> bool {
        lock(&self.known).threads.contains(&tid)
    }

    pub(super) fn knows_socket(&self, inode: u64) -> bool {
        lock(&self.known).sockets.contains(&inode)
    }

    /// What is to be said of these newcomers; each of them is told of once.
    pub(super) fn meet(
        &self,
        mut threads: Vec<Thread>,
        mut sockets: Vec<(c_int, SocketEntry)>,
    ) -> Option<Foreign> {
        let mut known = lock(&self.known);
        threads.retain(|thread| known.threads.insert(thread.tid));
        sockets.retain(|(_, socket)| socket.inode.is_none_or(|inode| known.sockets.insert(inode)));
        drop(known);
        (!threads.is_empty() || !sockets.is_empty()).then(|| Foreign {
            of: self.of.clone(),
            left: self.left.clone(),
            threads,
            sockets,
        })
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
