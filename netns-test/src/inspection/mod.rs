//! What a test is looked at for, beside its own assertions: before its body, and
//! between its body and the end of its namespace.

mod egress;
mod foreign;
mod leaks;
mod panics;
mod timeout;

use crate::error::Error;
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
    egress: egress::Before,
}

impl<'a> Inspection<'a> {
    /// To be called on the body's thread, right before the body.
    pub(crate) fn begin(name: &'a str, watch: &'a Watch, ns: &'a NetNs) -> Self {
        panics::begin(ns, watch);
        Self {
            name,
            watch,
            ns,
            egress: egress::begin(watch),
        }
    }

    /// Looks at what the body has left, prints what there is to say, and returns
    /// whether the test has to fail for it. To be called where
    /// [`Inspection::begin`] was, right after the body.
    pub(crate) fn finish(self, ending: &Ending) -> bool {
        let at_panic = panics::end();
        let is_success = self.watch.is_success(ending);
        let denied = egress::finish(self.name, self.watch, &self.egress, is_success);
        if !is_success {
            self.show_state(at_panic.filter(|_| ending.is_err()));
        }
        if denied {
            self.watch.record.fail(|| Cause::Egress);
        }
        if denied || !is_success {
            foreign::mention(self.name);
        }
        denied
    }

    /// Shows what the network looked like at the panic that ended the body, or
    /// looks like now: where there was none, or something came between.
    fn show_state(&self, at_panic: Option<Result<State, Error>>) {
        let (when, state) = match at_panic {
            Some(state) => {
                let compared = state.map(|mut state| {
                    state.compare();
                    state
                });
                (When::AtPanic, compared)
            }
            None => (When::AfterBody, State::read(self.ns)),
        };
        state::print(self.name, when, &state);
    }
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
