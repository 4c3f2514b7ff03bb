//! Which callbacks the calling thread is inside of, so that what would wait
//! for itself is refused.

use std::cell::RefCell;

use crate::netns::{NetId, NetNs};

thread_local! {
    static RUNNING: RefCell<Vec<Callback>> = const { RefCell::new(Vec::new()) };
}

/// A callback that runs: of the registration of this number, in this namespace.
#[derive(Clone, Copy, Debug)]
pub(super) struct Callback {
    pub(super) registration: u64,
    pub(super) netid: NetId,
}

/// The callbacks that a thread is inside of: its own, and those that wait for it.
#[derive(Debug)]
pub(crate) struct Inside(Vec<Callback>);

impl Inside {
    /// Those of the calling thread.
    pub(crate) fn here() -> Self {
        Self(RUNNING.with_borrow(Clone::clone))
    }

    /// Runs `f` on a fresh thread for which the thread waits that this comes from.
    pub(crate) fn carry<T>(self, f: impl FnOnce() -> T) -> T {
        RUNNING.set(self.0);
        f()
    }
}

/// Runs a callback, which must not unwind.
pub(super) fn run<T>(callback: Callback, f: impl FnOnce() -> T) -> T {
    RUNNING.with_borrow_mut(|running| running.push(callback));
    let value = f();
    RUNNING.with_borrow_mut(Vec::pop);
    value
}

/// Whether this is inside of a callback of the registration `number`.
pub(super) fn is_inside_of(number: u64) -> bool {
    any(|callback| callback.registration == number)
}

/// Whether this is inside of a callback for `ns`.
pub(crate) fn is_called_for(ns: &NetNs) -> bool {
    ns.netid()
        .is_some_and(|netid| any(|callback| callback.netid == netid))
}

fn any(matches: impl Fn(&Callback) -> bool) -> bool {
    RUNNING.with_borrow(|running| running.iter().any(matches))
}
