//! How long a body may take. Its own thread and the one that waits for it settle
//! under one lock whether it ended in time, so that there is one answer.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::netns::NetNs;

/// The two sides of a limit: that of the body, and that of the thread that waits for it.
pub(crate) fn limit(timeout: Option<Duration>) -> (Limited, Limiting) {
    let shared = timeout.map(|timeout| {
        Arc::new(Shared {
            timeout,
            phase: Mutex::new(Phase::Before),
            changed: Condvar::new(),
        })
    });
    (Limited(shared.clone()), Limiting(shared))
}

#[derive(Debug)]
struct Shared {
    timeout: Duration,
    phase: Mutex<Phase>,
    changed: Condvar,
}

#[derive(Debug)]
enum Phase {
    Before,
    During { since: Instant, ns: NetNs },
    InTime,
    TooLate,
}

/// On the body's thread. Dropped without a word, it ends the waiting.
#[derive(Debug)]
pub(crate) struct Limited(Option<Arc<Shared>>);

/// On the thread that waits.
#[derive(Debug)]
pub(crate) struct Limiting(Option<Arc<Shared>>);

/// A body that did not end in time.
#[derive(Debug)]
pub(crate) struct TooLate {
    pub(crate) limit: Duration,
    /// Where it hangs.
    pub(crate) ns: NetNs,
}

impl Limited {
    /// The body begins, in `ns`.
    pub(crate) fn begin(&self, ns: &NetNs) {
        if let Some(shared) = &self.0 {
            *shared.lock() = Phase::During {
                since: Instant::now(),
                ns: ns.another(),
            };
            shared.changed.notify_one();
        }
    }

    /// The body has ended; whether in time.
    pub(crate) fn end(&self) -> bool {
        self.0.as_ref().is_none_or(|shared| shared.end())
    }
}

impl Drop for Limited {
    fn drop(&mut self) {
        self.end();
    }
}

impl Limiting {
    /// Waits until the body has ended, or for as long as it may take; at once if it
    /// may take for ever.
    pub(crate) fn wait(self) -> Option<TooLate> {
        let shared = self.0?;
        let mut phase = shared.lock();
        loop {
            let left = match &*phase {
                Phase::Before => None,
                Phase::During { since, .. } => Some(shared.timeout.saturating_sub(since.elapsed())),
                Phase::InTime | Phase::TooLate => return None,
            };
            let Some(left) = left else {
                let changed = shared.changed.wait(phase);
                phase = changed.unwrap_or_else(PoisonError::into_inner);
                continue;
            };
            if left.is_zero() {
                break;
            }
            let changed = shared.changed.wait_timeout(phase, left);
            phase = changed.unwrap_or_else(PoisonError::into_inner).0;
        }
        match std::mem::replace(&mut *phase, Phase::TooLate) {
            Phase::During { ns, .. } => Some(TooLate {
                limit: shared.timeout,
                ns,
            }),
            _ => None,
        }
    }
}

impl Shared {
    fn end(&self) -> bool {
        let mut phase = self.lock();
        if matches!(*phase, Phase::TooLate) {
            return false;
        }
        let before = std::mem::replace(&mut *phase, Phase::InTime);
        drop(phase);
        drop(before);
        self.changed.notify_one();
        true
    }

    fn lock(&self) -> MutexGuard<'_, Phase> {
        self.phase.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
