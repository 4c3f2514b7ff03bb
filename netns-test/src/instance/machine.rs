//! The steps of one registration in one namespace: each runs at most once, in
//! order, and never two at a time.
//!
//! This file knows nothing else, so that a model checker can compile it with
//! locks of its own.

use crate::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// What happens to an instance, in this order.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Step {
    Create,
    Shutdown,
    Destroy,
}

impl Step {
    pub(crate) const ALL: [Self; 3] = [Self::Create, Self::Shutdown, Self::Destroy];
}

/// How far an instance is. Where illumos has three flags for each step, this
/// has the same in two values: steps before `completed` are completed, the one
/// after them is in progress if `in_progress`, and is needed by whoever waits.
#[derive(Debug, Default)]
struct Progress {
    completed: usize,
    in_progress: bool,
}

/// The steps of one instance.
#[derive(Debug, Default)]
pub(crate) struct Machine {
    progress: Mutex<Progress>,
    changed: Condvar,
}

impl Machine {
    /// Returns when the step `to` has completed. Calls `perform` for it, and
    /// before that for the steps that have to precede it, as far as nobody else
    /// does; the lock is not held meanwhile. `perform` must not unwind, or those
    /// who wait for it wait for ever.
    pub(crate) fn advance(&self, to: Step, mut perform: impl FnMut(Step)) {
        let mut progress = self.lock();
        while progress.completed <= to as usize {
            if progress.in_progress {
                progress = self
                    .changed
                    .wait(progress)
                    .unwrap_or_else(PoisonError::into_inner);
                continue;
            }
            let step = Step::ALL[progress.completed];
            progress.in_progress = true;
            drop(progress);
            perform(step);
            progress = self.lock();
            progress.in_progress = false;
            progress.completed += 1;
            self.changed.notify_all();
        }
    }

    fn lock(&self) -> MutexGuard<'_, Progress> {
        self.progress.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
