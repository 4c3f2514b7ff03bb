//! A body, and what is done before and after it: on its thread, and when that has ended.

use std::panic::{self, AssertUnwindSafe};
use std::process::ExitCode;

use crate::capture;
use crate::error::{self, Error};
use crate::inspection::{self, Inspection, Leavings};
use crate::isolation::limit::Limited;
use crate::isolation::view::Scope;
use crate::lifetime;
use crate::mark::Mark;
use crate::netns::NetNs;
use crate::pause::Stop;
use crate::record::{Cause, Place};
use crate::report::pause as words;
use crate::report::teardown;
use crate::setting::{Isolation, Leaks};
use crate::watch::{Ending, Watch};

/// What came of a body, and of what was done after it.
#[derive(Debug)]
pub(crate) struct Finished {
    pub(crate) body: Ending,
    /// The test fails in any case; why is printed.
    pub(crate) condemned: bool,
    leavings: Option<Leavings>,
    stop: Stop,
}

/// The whole life of `ns`, which the calling thread is in, and in the middle of
/// it the body of the test `name`. What ends a namespace runs even if the body panics.
///
/// # Errors
///
/// A hook failed before the body, which has not run.
pub(super) fn run(
    name: &str,
    watch: &Watch,
    scope: Scope,
    limited: &Limited,
    ns: NetNs,
    body: impl FnOnce(&NetNs) -> ExitCode,
) -> Result<Finished, Error> {
    capture::begin(name, watch, &ns);
    let ns = lifetime::begin(ns)?;
    let looks = watch.leaks != Leaks::Allow;
    let leavings = looks.then(|| Leavings::begin(&ns, scope == Scope::Process));
    // Until the namespace has ended, since whoever looks into a failed test's comes late.
    let mark = Mark::set(&ns, name);
    let inspection = Inspection::begin(name, watch, &ns);
    let record = &watch.record;
    record.begin_body(|| place(&ns, scope));
    limited.begin(&ns);
    // Whoever takes the result raises the panic again.
    let body = panic::catch_unwind(AssertUnwindSafe(|| body(&ns)));
    let in_time = limited.end();
    if in_time {
        record.end_body();
        if let Some(cause) = record.is_wanted().then(|| watch.cause(&body)).flatten() {
            record.fail(|| cause);
        }
    }
    // Of what comes too late, nobody hears.
    let denied = in_time && inspection.finish(&body);
    let mut stop = Stop::of(name, watch, &ns);
    if in_time {
        stop.at(words::after_body(watch, &body, denied));
    }
    let ended = ns.close();
    if let Err(error) = &ended {
        teardown::print(name, error);
        record.fail(|| Cause::Teardown(error::chain(error)));
    }
    if in_time {
        stop.at(ended.is_err().then(words::after_teardown));
    }
    stop.keep(mark);
    Ok(Finished {
        body,
        condemned: denied || ended.is_err(),
        leavings,
        stop,
    })
}

fn place(ns: &NetNs, scope: Scope) -> Place {
    Place {
        isolation: match scope {
            Scope::Thread => Isolation::Thread,
            Scope::Process => Isolation::Process,
        },
        inode: ns.id().numbers().1,
        cookie: ns.known_cookie(),
    }
}

impl Finished {
    /// Looks what the body has left, now that its thread has ended, and with it
    /// all that was the thread's own. Returns what is to be said although the test passes.
    pub(super) fn look_back(&mut self, name: &str, watch: &Watch, scope: Scope) -> Option<String> {
        let leavings = self.leavings.take()?;
        let failed = self.condemned || !watch.is_success(&self.body);
        let apart = scope == Scope::Process;
        let left = inspection::look_back(name, watch, leavings, apart, failed);
        self.condemned |= left.condemned;
        self.stop
            .at((left.condemned && !failed).then(words::after_leaks));
        left.warning
    }
}

/// How the run of a body ended.
#[derive(Debug)]
pub(crate) enum Ran {
    Finished(Finished),
    /// It runs still; what it is at is printed.
    TimedOut,
}
