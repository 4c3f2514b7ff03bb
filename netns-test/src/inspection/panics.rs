//! What the network looked like when the body panicked: before the panic unwinds,
//! and drops the sockets that the body holds.

use std::cell::RefCell;
use std::panic::{self, PanicHookInfo};
use std::sync::Once;
use std::time::{Duration, Instant};

use crate::error::Error;
use crate::netns::NetNs;
use crate::state::State;
use crate::watch::Watch;

/// A body may catch thousands of panics, as one that tries many inputs does. So
/// many are looked into,
const LOOKS: u32 = 16;
/// in so much time altogether.
const BUDGET: Duration = Duration::from_millis(200);

thread_local! {
    static BODY: RefCell<Option<Body>> = const { RefCell::new(None) };
}

/// The body that runs on a thread.
struct Body {
    ns: NetNs,
    watch: Watch,
    looks: u32,
    spent: Duration,
    /// At the last panic, unless that was one too many.
    seen: Option<Result<State, Error>>,
}

/// Has the panics of the calling thread looked into until [`end`].
pub(super) fn begin(ns: &NetNs, watch: &Watch) {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let before = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            before(info);
            look(info);
        }));
    });
    BODY.set(Some(Body {
        ns: ns.another(),
        watch: watch.clone(),
        looks: 0,
        spent: Duration::ZERO,
        seen: None,
    }));
}

/// What was seen at the last panic, if there was one and it was looked into.
pub(super) fn end() -> Option<Result<State, Error>> {
    BODY.take()?.seen
}

fn look(info: &PanicHookInfo<'_>) {
    // Other threads are no bodies, and one that is over its locals is none any more.
    let _ = BODY.try_with(|body| {
        if let Ok(mut body) = body.try_borrow_mut() {
            if let Some(body) = body.as_mut() {
                body.look(info);
            }
        }
    });
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
