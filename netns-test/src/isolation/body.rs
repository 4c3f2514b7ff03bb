//! A body, and what is done on its thread before and after it.

use std::panic::{self, AssertUnwindSafe};
use std::process::ExitCode;

use crate::error::Error;
use crate::inspection::Inspection;
use crate::lifetime;
use crate::mark::Mark;
use crate::netns::NetNs;
use crate::report::teardown;
use crate::watch::{Ending, Watch};

/// What came of a body, and of what was done after it.
#[derive(Debug)]
pub(crate) struct Finished {
    pub(crate) body: Ending,
    /// The test fails in any case; why is printed.
    pub(crate) condemned: bool,
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
    ns: NetNs,
    body: impl FnOnce(&NetNs) -> ExitCode,
) -> Result<Finished, Error> {
    let ns = lifetime::begin(ns)?;
    // Until the namespace has ended, since whoever looks into a failed test's comes late.
    let _mark = Mark::set(&ns, name);
    let inspection = Inspection::begin(name, watch, &ns);
    // Whoever takes the result raises the panic again.
    let body = panic::catch_unwind(AssertUnwindSafe(|| body(&ns)));
    let denied = inspection.finish(&body);
    let ended = ns.close();
    if let Err(error) = &ended {
        teardown::print(name, error);
    }
    Ok(Finished {
        body,
        condemned: denied || ended.is_err(),
    })
}
