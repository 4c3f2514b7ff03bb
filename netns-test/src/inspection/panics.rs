//! What the network looked like when the body panicked: before the panic unwinds,
//! and drops the sockets that the body holds.

use std::fmt;
use std::panic::{self, PanicHookInfo};
use std::sync::{Arc, Mutex, Once, PoisonError};
use std::time::{Duration, Instant};

use crate::error::Error;
use crate::netns::NetNs;
use crate::state::State;
use crate::watch::Watch;
use crate::witness::{See, Witness, Witnessed};

/// A body may catch thousands of panics, as one that tries many inputs does. So
/// many are looked into,
const LOOKS: u32 = 16;
/// in so much time altogether.
const BUDGET: Duration = Duration::from_millis(200);

/// The panics of a body, which are looked into as long as this lives.
pub(super) struct Panics {
    body: Arc<Mutex<Body>>,
    _witnessed: Witnessed,
}

/// The body that runs on a thread, or on one that this waits for.
struct Body {
    ns: NetNs,
    watch: Watch,
    looks: u32,
    spent: Duration,
    /// At the last panic, unless that was one too many.
    seen: Option<Result<State, Error>>,
}

impl Panics {
    /// Those of the calling thread.
    pub(super) fn begin(ns: &NetNs, watch: &Watch) -> Self {
        static HOOK: Once = Once::new();
        HOOK.call_once(|| {
            let before = panic::take_hook();
            panic::set_hook(Box::new(move |info| {
                before(info);
                if let Some(witness) = Witness::here() {
                    witness.see(info);
                }
            }));
        });
        let body = Arc::new(Mutex::new(Body {
            ns: ns.another(),
            watch: watch.clone(),
            looks: 0,
            spent: Duration::ZERO,
            seen: None,
        }));
        let witness = Witness::new(body.clone());
        Self {
            body,
            _witnessed: Witness::of_this_thread(Some(witness)),
        }
    }

    /// What was seen at the last panic, if there was one and it was looked into.
    pub(super) fn end(self) -> Option<Result<State, Error>> {
        let mut body = self.body.lock().unwrap_or_else(PoisonError::into_inner);
        body.seen.take()
    }
}

impl fmt::Debug for Panics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Panics").finish_non_exhaustive()
    }
}

impl See for Mutex<Body> {
    fn see(&self, info: &PanicHookInfo<'_>) {
        // One at a time: a thread that waits does not panic.
        if let Ok(mut body) = self.try_lock() {
            body.look(info);
        }
    }
}

impl Body {
    /// Reads on another thread, of which a panic stays there: one in a hook would abort.
    fn look(&mut self, info: &PanicHookInfo<'_>) {
        // What was true at an earlier panic is not at this one.
        self.seen = None;
        if self.looks >= LOOKS || self.spent >= BUDGET || self.watch.expects(info.payload()) {
            return;
        }
        self.looks += 1;
        let begun = Instant::now();
        self.seen = Some(State::at_once(&self.ns));
        self.spent += begun.elapsed();
    }
}
