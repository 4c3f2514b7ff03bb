//! Thread isolation: a fresh thread enters a network namespace, runs the
//! body, and ends. It is never restored and never used again.

use std::panic;
use std::process::ExitCode;
use std::thread;

use crate::error::{Error, ErrorKind};
use crate::inspection::{self, Place};
use crate::isolation::body::{self, Ran};
use crate::isolation::enter::{Home, Surroundings};
use crate::isolation::limit::{TooLate, limit};
use crate::isolation::pool;
use crate::isolation::setup::{self, Asking};
use crate::isolation::view::{Scope, Views};
use crate::netns::{NetNs, make};
use crate::pause;
use crate::report::leaks;
use crate::report::pause as words;
use crate::sys::namespace::Patience;
use crate::tasks::known::Known;
use crate::test::Test;
use crate::watch::Watch;

/// Runs `body` on a thread in a new network namespace, as the body of `test`.
///
/// # Errors
///
/// The thread could not be started or could not enter, or a hook failed; the
/// body did not run.
pub(crate) fn run(
    test: &'static Test,
    watch: &Watch,
    body: impl FnOnce(&NetNs) -> ExitCode + Send + 'static,
) -> Result<Ran, Error> {
    let home = Home::of_this_process();
    let views = Views::of(test.views);
    let (asking, asked) = setup::from_home().unzip();
    let _waits = Known::here();
    let (limited, limiting) = limit(watch.timeout);
    let thread = thread::Builder::new()
        .name(test.name().into())
        .spawn({
            let watch = watch.clone();
            move || {
                let _runs = Known::here();
                let ns = enter(home, views)?;
                asking.map_or(Ok(()), Asking::ask)?;
                body::run(test.name(), &watch, Scope::Thread, &limited, ns, body)
            }
        })
        .map_err(|error| {
            Error::new(ErrorKind::Process, "start a thread for the test").with_source(error)
        })?;
    if let Some(asked) = asked {
        asked.answer();
    }
    if let Some(TooLate { limit, ns }) = limiting.wait() {
        watch.record.end_body();
        // Its thread can't be ended, and goes on alone.
        inspection::overdue(test.name(), limit, &ns, Place::Thread);
        pause::pause_running(test.name(), watch, words::at_limit(limit), &ns);
        return Ok(Ran::TimedOut);
    }
    let mut finished = thread
        .join()
        .unwrap_or_else(|payload| panic::resume_unwind(payload))?;
    if let Some(warning) = finished.look_back(test.name(), watch, Scope::Thread) {
        leaks::print_aloud(&warning);
    }
    Ok(Ran::Finished(finished))
}

fn enter(home: Home, views: Views) -> Result<NetNs, Error> {
    let ns = match pool::enter_a_ready_namespace() {
        Some(ns) => ns,
        None => make::new_here(Patience::new())?,
    };
    Surroundings::furnish(ns, home, views, Scope::Thread)?.accept(views)
}
