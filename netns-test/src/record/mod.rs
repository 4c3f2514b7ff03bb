//! What is known of one run of a test, for those who ask for it: noted when it happens,
//! so that it is there however the test ends. A test's process has a record of its own
//! and sends it, right before the body and again at the end.

mod cause;
mod leak;
mod wire;

use std::path::PathBuf;
use std::process;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::setting::Isolation;
use crate::sys::clock;

pub(crate) use cause::Cause;
pub(crate) use leak::{Leak, LeakKind};

/// Where it is noted; nowhere if nobody asks. The thread of a body and the one that
/// waits for it share one.
#[derive(Clone, Debug)]
pub(crate) struct Record(Option<Arc<Shared>>);

#[derive(Debug)]
struct Shared {
    /// The process that noted that the test was called, and that tells of it. A body may
    /// fork, and then there is a copy.
    process: u32,
    facts: Mutex<Option<Facts>>,
}

/// What is known. A moment is the time since the machine was started.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(crate) struct Facts {
    /// When the test was called.
    called: Duration,
    /// The body, if it has begun.
    body: Option<Body>,
    /// Why the test does not pass, or did not run.
    pub(crate) cause: Option<Cause>,
    /// It did not run, and libtest takes it for a success.
    pub(crate) is_skipped: bool,
    /// What outlived the body, if somebody looked.
    pub(crate) leaks: Option<Vec<Leak>>,
    /// How often it tried to leave its namespace, if somebody looked.
    pub(crate) egress: Option<Attempts>,
    /// Files that are kept of it.
    pub(crate) artefacts: Vec<PathBuf>,
}

/// A body that has begun.
#[derive(Clone, Debug, Eq, PartialEq)]
struct Body {
    place: Place,
    began: Duration,
    ended: Option<Duration>,
}

/// Where a body runs.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Place {
    /// On a thread or in a process.
    pub(crate) isolation: Isolation,
    /// Of its network namespace.
    pub(crate) inode: u64,
    /// Of its network namespace, where the kernel has cookies.
    pub(crate) cookie: Option<u64>,
}

/// How often a packet had no route.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) struct Attempts {
    pub(crate) v4: u64,
    pub(crate) v6: u64,
}

/// How long the parts of a test took; the last two if its body has begun.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Times {
    pub(crate) setup: Duration,
    pub(crate) body: Option<Duration>,
    pub(crate) teardown: Option<Duration>,
}

impl Record {
    /// Notes nothing.
    pub(crate) fn none() -> Self {
        Self(None)
    }

    /// The test is called now.
    pub(crate) fn begin() -> Self {
        let facts = Facts {
            called: now(),
            ..Facts::default()
        };
        Self(Some(Arc::new(Shared {
            process: process::id(),
            facts: Mutex::new(Some(facts)),
        })))
    }

    /// Whether anything is noted.
    pub(crate) fn is_wanted(&self) -> bool {
        self.0.is_some()
    }

    /// The body begins.
    pub(crate) fn begin_body(&self, place: impl FnOnce() -> Place) {
        self.note(|facts| {
            facts.body = Some(Body {
                place: place(),
                began: now(),
                ended: None,
            });
        });
    }

    /// The body has ended, unless that was noted before.
    pub(crate) fn end_body(&self) {
        self.note(|facts| {
            if let Some(body) = &mut facts.body {
                body.ended.get_or_insert_with(now);
            }
        });
    }

    /// Why the test does not pass: the first cause counts.
    pub(crate) fn fail(&self, cause: impl FnOnce() -> Cause) {
        self.note(|facts| {
            facts.cause.get_or_insert_with(cause);
        });
    }

    /// Adds what is known now.
    pub(crate) fn note(&self, add: impl FnOnce(&mut Facts)) {
        if let Some(facts) = self.lock().as_deref_mut().and_then(Option::as_mut) {
            add(facts);
        }
    }

    /// Takes what is known. It is known once, to one process, and nothing is noted after that.
    pub(crate) fn close(&self) -> Option<Facts> {
        let is_copy = self.0.as_ref()?.process != process::id();
        if is_copy { None } else { self.lock()?.take() }
    }

    /// As bytes, for another process.
    pub(crate) fn to_wire(&self) -> Option<Vec<u8>> {
        self.lock()?.as_ref().map(wire::write)
    }

    /// Adds what another process has noted: what [`Record::to_wire`] has made.
    pub(crate) fn add_from_wire(&self, bytes: &[u8]) {
        self.note(|facts| {
            // The other side is this same program; what it did not mean is not noted.
            if let Some(theirs) = wire::read(bytes) {
                *facts = Facts {
                    called: facts.called,
                    artefacts: std::mem::take(&mut facts.artefacts),
                    ..theirs
                };
            }
        });
    }

    fn lock(&self) -> Option<MutexGuard<'_, Option<Facts>>> {
        let facts = &self.0.as_ref()?.facts;
        Some(facts.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Facts {
    /// Where the body ran, if it did.
    pub(crate) fn place(&self) -> Option<Place> {
        self.body.as_ref().map(|body| body.place)
    }

    /// How long its parts took, if it is over now.
    pub(crate) fn times(&self) -> Times {
        self.times_until(now())
    }

    fn times_until(&self, now: Duration) -> Times {
        let Some(body) = &self.body else {
            return Times {
                setup: now.saturating_sub(self.called),
                body: None,
                teardown: None,
            };
        };
        let ended = body.ended.unwrap_or(now);
        Times {
            setup: body.began.saturating_sub(self.called),
            body: Some(ended.saturating_sub(body.began)),
            teardown: Some(now.saturating_sub(ended)),
        }
    }
}

fn now() -> Duration {
    clock::monotonic().unwrap_or_default()
}

#[cfg(test)]
mod tests;
