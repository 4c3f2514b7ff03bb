//! Who sees the panics of a thread: of one that runs a body, and of those for which
//! that waits, since their panics go on in it without being seen again.

use std::cell::RefCell;
use std::panic::PanicHookInfo;
use std::sync::Arc;

thread_local! {
    static HERE: RefCell<Option<Witness>> = const { RefCell::new(None) };
}

/// Somebody who is to see panics, before they unwind.
pub(crate) trait See: Send + Sync {
    fn see(&self, info: &PanicHookInfo<'_>);
}

/// Who sees the panics of one or more threads.
#[derive(Clone)]
pub(crate) struct Witness(Arc<dyn See>);

impl Witness {
    pub(crate) fn new(who: Arc<dyn See>) -> Self {
        Self(who)
    }

    /// That of the calling thread.
    pub(crate) fn here() -> Option<Self> {
        // A thread that is over its locals runs no body any more.
        let here = HERE.try_with(|here| here.try_borrow().ok()?.clone());
        here.ok().flatten()
    }

    /// Has the panics of the calling thread seen by this one, or by nobody, until what is
    /// returned is dropped.
    pub(crate) fn of_this_thread(witness: Option<Self>) -> Witnessed {
        Witnessed {
            before: set(witness),
        }
    }

    pub(crate) fn see(&self, info: &PanicHookInfo<'_>) {
        self.0.see(info);
    }
}

/// A thread whose panics are seen.
pub(crate) struct Witnessed {
    before: Option<Witness>,
}

impl Drop for Witnessed {
    fn drop(&mut self) {
        set(self.before.take());
    }
}

fn set(witness: Option<Witness>) -> Option<Witness> {
    HERE.try_with(|here| here.replace(witness)).ok().flatten()
}
