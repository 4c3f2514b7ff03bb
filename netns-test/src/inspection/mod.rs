//! What a test is looked at for, beside its own assertions: before its body, and
//! between its body and the end of its namespace.

mod egress;
mod foreign;
mod leaks;
mod networks;
mod panics;
mod timeout;

use crate::error::Error;
use crate::inspection::panics::Panics;
use crate::netns::NetNs;
use crate::record::Cause;
use crate::report::leaks as words;
use crate::report::state::{self, When};
use crate::setting::Leaks;
use crate::state::State;
use crate::watch::{Ending, Watch};

pub(crate) use leaks::Leavings;
pub(crate) use timeout::{Place, print as overdue, print_frozen as frozen};

/// A test whose body runs.
#[derive(Debug)]
pub(crate) struct Inspection<'a> {
    name: &'a str,
    watch: &'a Watch,
    ns: &'a NetNs,
    panics: Panics,
    egress: egress::Before,
}

impl<'a> Inspection<'a> {
    /// To be called on the body's thread, right before the body.
    pub(crate) fn begin(name: &'a str, watch: &'a Watch, ns: &'a NetNs) -> Self {
        Self {
            name,
            watch,
            ns,
            panics: Panics::begin(ns, watch),
            egress: egress::begin(watch),
        }
    }

    /// Looks at what the body has left, prints what there is to say, and returns
    /// whether the test has to fail for it. To be called where
    /// [`Inspection::begin`] was, right after the body.
    pub(crate) fn finish(self, ending: &Ending) -> bool {
        let Self {
            name, watch, ns, ..
        } = self;
        let at_panic = self.panics.end();
        let is_success = watch.is_success(ending);
        let denied = egress::finish(name, watch, &self.egress, is_success);
        if !is_success {
            show_state(name, ns, at_panic.filter(|_| ending.is_err()));
        }
        if denied {
            watch.record.fail(|| Cause::Egress);
        }
        if denied || !is_success {
            foreign::mention(name);
        }
        denied
    }
}

/// Shows what the networks of the test `name` looked like at the panic that ended its body,
/// or look like now: where there was none, or something came between.
fn show_state(name: &str, ns: &NetNs, at_panic: Option<Result<State, Error>>) {
    let (when, state) = match at_panic {
        Some(state) => {
            let compared = state.map(|mut state| {
                state.compare();
                state
            });
            (When::AtPanic, compared)
        }
        None => (When::AfterBody, State::read(ns)),
    };
    state::print(name, when, &state);
}

/// What is said of what a test left behind, and whether it fails for it.
#[derive(Debug, Default)]
pub(crate) struct Leftovers {
    pub(crate) condemned: bool,
    /// To be printed where the test's output is not seen: the test passes.
    pub(crate) warning: Option<String>,
}

/// Looks what the test `name` has left. To be called when the body's thread has
/// ended; `failed`: the test fails in any case.
pub(crate) fn look_back(
    name: &str,
    watch: &Watch,
    leavings: Leavings,
    apart: bool,
    failed: bool,
) -> Leftovers {
    let left = leavings.look(name);
    watch
        .record
        .note(|facts| facts.leaks = Some(words::list(&left)));
    if left.is_nothing() {
        return Leftovers::default();
    }
    let text = words::text(name, &left, apart);
    let condemned = watch.leaks == Leaks::Deny && left.is_own();
    if condemned {
        watch.record.fail(|| Cause::Leaks);
    }
    if condemned || failed {
        words::print(&text);
        return Leftovers {
            condemned,
            warning: None,
        };
    }
    Leftovers {
        condemned,
        warning: Some(text),
    }
}
