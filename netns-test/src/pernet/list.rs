//! The one list of registrations, in the order in which they begin a namespace.

use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use crate::pernet::entry::Entry;

/// Held for reading while namespaces come and go, so that those do at the same
/// time, and for writing while registrations do: the kernel's `pernet_ops_rwsem`.
static LIST: RwLock<List> = RwLock::new(List {
    entries: Vec::new(),
    first_device: 0,
});

/// Subsystems in the order of their registration, then devices in theirs.
pub(super) struct List {
    entries: Vec<Arc<Entry>>,
    first_device: usize,
}

/// In which part of the list a registration is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Kind {
    Subsys,
    Device,
}

pub(super) fn read() -> RwLockReadGuard<'static, List> {
    LIST.read().unwrap_or_else(PoisonError::into_inner)
}

/// Whether nothing is registered: then `work` is done, with nobody to be called, and
/// nobody registers meanwhile.
pub(super) fn is_empty_during(work: impl FnOnce()) -> bool {
    let list = read();
    let is_empty = list.entries.is_empty();
    if is_empty {
        work();
    }
    is_empty
}

pub(super) fn write() -> RwLockWriteGuard<'static, List> {
    LIST.write().unwrap_or_else(PoisonError::into_inner)
}

impl List {
    pub(super) fn entries(&self) -> &[Arc<Entry>] {
        &self.entries
    }

    pub(super) fn insert(&mut self, entry: Arc<Entry>, kind: Kind) {
        match kind {
            Kind::Subsys => {
                self.entries.insert(self.first_device, entry);
                self.first_device += 1;
            }
            Kind::Device => self.entries.push(entry),
        }
    }

    pub(super) fn remove(&mut self, entry: &Arc<Entry>) {
        let same = |other: &Arc<Entry>| Arc::ptr_eq(other, entry);
        if let Some(index) = self.entries.iter().position(same) {
            self.entries.remove(index);
            if index < self.first_device {
                self.first_device -= 1;
            }
        }
    }
}
