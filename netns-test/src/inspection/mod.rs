//! What a test is looked at for, beside its own assertions: before its body, and
//! between its body and the end of its namespace.

mod panics;

use crate::error::Error;
use crate::netns::NetNs;
use crate::report::state::{self, When};
use crate::state::State;
use crate::watch::{Ending, Watch};

/// A test whose body runs.
#[derive(Debug)]
pub(crate) struct Inspection<'a> {
    name: &'a str,
    watch: &'a Watch,
    ns: &'a NetNs,
}

impl<'a> Inspection<'a> {
    /// To be called on the body's thread, right before the body.
    pub(crate) fn begin(name: &'a str, watch: &'a Watch, ns: &'a NetNs) -> Self {
        panics::begin(ns, watch);
        Self { name, watch, ns }
    }

    /// Looks at what the body has left, prints what there is to say, and returns
    /// whether the test has to fail for it. To be called where
    /// [`Inspection::begin`] was, right after the body.
    pub(crate) fn finish(self, ending: &Ending) -> bool {
        let at_panic = panics::end();
        if !self.watch.is_success(ending) {
            self.show_state(at_panic.filter(|_| ending.is_err()));
        }
        false
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
