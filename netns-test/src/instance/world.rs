//! All registrations, and all namespaces that they are told of. Nothing is
//! called here, and nothing of a user's is dropped: that takes time, and the
//! lock is everyone's.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::instance::registration::Registered;
use crate::instance::slot::{Slot, Stack};
use crate::netns::NetId;

static WORLD: Mutex<World> = Mutex::new(World {
    registrations: Vec::new(),
    stacks: Vec::new(),
});

/// Both lists, oldest first.
pub(super) struct World {
    registrations: Vec<Entry>,
    stacks: Vec<Living>,
}

struct Entry {
    registered: Arc<Registered>,
    /// New namespaces are not told any more, and the name is still taken.
    leaving: bool,
}

struct Living {
    stack: Arc<Stack>,
    /// In the order of registration.
    slots: Vec<Arc<Slot>>,
    /// Its end has begun.
    condemned: bool,
}

pub(super) fn lock() -> MutexGuard<'static, World> {
    WORLD.lock().unwrap_or_else(PoisonError::into_inner)
}

impl World {
    /// Lists a registration, with a slot in each namespace whose end has not
    /// begun: these are returned, those of the newest namespace first. `None` if
    /// the name is taken.
    pub(super) fn register(&mut self, registered: &Arc<Registered>) -> Option<Vec<Arc<Slot>>> {
        let mut known = self.registrations.iter();
        if known.any(|entry| entry.registered.name == registered.name) {
            return None;
        }
        self.registrations.push(Entry {
            registered: Arc::clone(registered),
            leaving: false,
        });
        let alive = self.stacks.iter_mut().filter(|living| !living.condemned);
        let slots = alive.rev().map(|living| {
            let slot = Slot::new(registered, &living.stack);
            living.slots.push(Arc::clone(&slot));
            slot
        });
        Some(slots.collect())
    }

    /// The registration of this name that has not begun to leave.
    pub(super) fn named(&self, name: &str) -> Option<Arc<Registered>> {
        let mut staying = self.registrations.iter().filter(|entry| !entry.leaving);
        let entry = staying.find(|entry| entry.registered.name == name);
        entry.map(|entry| Arc::clone(&entry.registered))
    }

    /// Has a registration begin to leave: its slots, those of the newest
    /// namespace first. `None` if it has begun before.
    pub(super) fn leave(&mut self, registered: &Arc<Registered>) -> Option<Vec<Arc<Slot>>> {
        let mut staying = self.registrations.iter_mut().filter(|entry| !entry.leaving);
        staying
            .find(|entry| Arc::ptr_eq(&entry.registered, registered))?
            .leaving = true;
        let slots = self.stacks.iter().rev().flat_map(|living| &living.slots);
        let own = slots.filter(|slot| Arc::ptr_eq(&slot.registered, registered));
        Some(own.cloned().collect())
    }

    /// Takes a registration out of the list, for the caller to drop what is returned after the lock.
    pub(super) fn forget(&mut self, registered: &Arc<Registered>) -> impl Sized + use<> {
        let is_other = |other: &Arc<Registered>| !Arc::ptr_eq(other, registered);
        let entries = take_unless(&mut self.registrations, |entry| is_other(&entry.registered));
        let slots: Vec<_> = self
            .stacks
            .iter_mut()
            .map(|living| take_unless(&mut living.slots, |slot| is_other(&slot.registered)))
            .collect();
        (entries, slots)
    }

    /// Lists a namespace, with a slot for each registration: these are returned, oldest first.
    pub(super) fn add(&mut self, stack: Stack) -> Vec<Arc<Slot>> {
        let stack = Arc::new(stack);
        let staying = self.registrations.iter().filter(|entry| !entry.leaving);
        let slots: Vec<_> = staying
            .map(|entry| Slot::new(&entry.registered, &stack))
            .collect();
        self.stacks.push(Living {
            stack,
            slots: slots.clone(),
            condemned: false,
        });
        slots
    }

    /// Has the end of a namespace begin, so that it gets no more slots: those that it
    /// has, oldest first.
    pub(super) fn condemn(&mut self, netid: NetId) -> Vec<Arc<Slot>> {
        let mut stacks = self.stacks.iter_mut();
        let Some(living) = stacks.find(|living| living.stack.netid == netid) else {
            return Vec::new();
        };
        living.condemned = true;
        living.slots.clone()
    }

    /// Takes a namespace out of the list, for the caller to drop what is returned after the lock.
    pub(super) fn remove(&mut self, netid: NetId) -> impl Sized + use<> {
        take_unless(&mut self.stacks, |living| living.stack.netid != netid)
    }
}

/// What is not kept, for its end not to come under the lock.
fn take_unless<T>(list: &mut Vec<T>, keep: impl Fn(&T) -> bool) -> Vec<T> {
    let (kept, taken) = std::mem::take(list).into_iter().partition(keep);
    *list = kept;
    taken
}
