//! The side of the test process: asks for a body to be run, and waits.

use std::io;
use std::os::fd::AsFd;
use std::os::unix::process::ExitStatusExt;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::env::{self, Role};
use crate::error::{Error, ErrorKind};
use crate::isolation::process::Ended;
use crate::isolation::process::handle::{self, Server, server};
use crate::isolation::process::message::Outcome;
use crate::isolation::process::remains::Remains;
use crate::isolation::process::start::{Started, end_group, names, start, unknown_name};
use crate::isolation::process::waiting::{Heard, Last, Waiting};
use crate::report::note;
use crate::sys::capability::{self, NET_ADMIN, SYS_ADMIN};
use crate::sys::exec::{Birth, Unmapped};
use crate::sys::{code, process};
use crate::test::Test;
use crate::watch::Watch;

/// Runs the body of `test` in a process of its own.
///
/// # Errors
///
/// No process could be started, or it could not enter a namespace; the body
/// did not run.
pub(crate) fn run(test: &'static Test, watch: &Watch) -> Result<Ended, Error> {
    let direct = may_make_namespaces()?;
    match attempt(test, watch, !direct) {
        // Capabilities alone do not decide; where they do not suffice, a user namespace may.
        Err(error) if direct && is_refusal(&error) => {
            USER_NAMESPACE.store(true, Ordering::Relaxed);
            handle::discard_any();
            attempt(test, watch, true)
        }
        ended => ended,
    }
}

/// Set when capabilities turned out not to suffice.
static USER_NAMESPACE: AtomicBool = AtomicBool::new(false);

/// Without these two capabilities the kernel makes no usable network
/// namespace; with them something else may refuse it.
fn may_make_namespaces() -> Result<bool, Error> {
    let effective =
        capability::effective_capabilities().map_err(|error| Error::system("capget", error))?;
    let needed = SYS_ADMIN | NET_ADMIN;
    Ok(effective & needed == needed && !USER_NAMESPACE.load(Ordering::Relaxed))
}

/// Whether the kernel, or a filter in front of it, said no to a namespace.
pub(crate) fn is_refusal(error: &Error) -> bool {
    let errno = error.raw_os_error();
    error.kind() == ErrorKind::System
        && matches!(errno, Some(libc::EPERM | libc::EACCES | libc::ENOSYS))
}

fn attempt(test: &'static Test, watch: &Watch, user: bool) -> Result<Ended, Error> {
    if env::one_test_in_process() {
        return run_in_new_process(test, watch, user);
    }
    for _ in 0..2 {
        let Some(server) = server(test, user)? else {
            return run_in_new_process(test, watch, user);
        };
        match ask(&server, test, watch) {
            // It has ended since it was last asked; nothing ran.
            Err(Asked::Gone) => handle::discard(&server),
            Err(Asked::Failed(error)) => return Err(error),
            Ok(ended) => return Ok(ended),
        }
    }
    Err(Error::new(
        ErrorKind::Process,
        "reach the fork server: it ends as soon as it is asked",
    ))
}

/// Why asking a server came to nothing.
enum Asked {
    Gone,
    Failed(Error),
}

fn ask(server: &Server, test: &Test, watch: &Watch) -> Result<Ended, Asked> {
    let failed = |what| move |error| Asked::Failed(Error::system(what, error));
    note_unmapped(server.unmapped.as_ref());
    let mut waiting = Waiting::new(test.name()).map_err(Asked::Failed)?;
    let distance = code::distance(server.base, test.body);
    waiting
        .send(server.requests.as_fd(), test, watch, distance)
        .map_err(|error| match error.kind() {
            io::ErrorKind::BrokenPipe | io::ErrorKind::ConnectionReset => Asked::Gone,
            _ => failed("ask the fork server")(error),
        })?;
    match waiting.wait(server.pidfd.as_fd(), watch) {
        Ok(Heard { last, network }) => match last {
            Last::Outcome(outcome) => ended(outcome).map_err(Asked::Failed),
            Last::Status(status) => Ok(Ended::Died(status, Remains::of(network))),
            Last::Frozen => Ok(Ended::Frozen(Remains::of(network))),
            Last::Nothing { .. } => Ok(Ended::Orphaned(Remains::of(network))),
        },
        Err(error) => Err(failed("wait for the test's process")(error)),
    }
}

/// Runs the body in a process that is started for it alone.
fn run_in_new_process(test: &'static Test, watch: &Watch, user: bool) -> Result<Ended, Error> {
    let birth = Birth {
        user,
        net: true,
        existing: None,
        with_thread: true,
    };
    for name in names(test) {
        let Heard { last, network } = run_under_name(&name, test, watch, birth)?;
        match last {
            Last::Outcome(outcome) => return ended(outcome),
            Last::Status(status) => return Ok(Ended::Died(status, Remains::of(network))),
            Last::Frozen => return Ok(Ended::Frozen(Remains::of(network))),
            Last::Nothing { .. } => {}
        }
    }
    Err(unknown_name(test))
}

/// Of [`Last::Nothing`] if libtest does not know the name.
fn run_under_name(
    name: &str,
    test: &'static Test,
    watch: &Watch,
    birth: Birth,
) -> Result<Heard, Error> {
    let failed = |error| Error::system("wait for the test's process", error);
    let mut waiting = Waiting::new(test.name())?;
    let Started {
        requests,
        mut child,
        unmapped,
    } = start(name, Role::OneTest, birth)?;
    note_unmapped(unmapped.as_ref());
    let pidfd = process::pidfd_open(process::number(&child)).map_err(failed)?;
    let heard = match waiting.send(requests.as_fd(), test, watch, 0) {
        // It has ended before it was asked; how is seen below.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(Heard {
            last: Last::Nothing { started: false },
            network: None,
        }),
        sent => sent.and_then(|()| waiting.wait(pidfd.as_fd(), watch)),
    };
    let status = end_group(&mut child);
    let mut heard = heard.map_err(failed)?;
    if let Last::Nothing { started } = heard.last {
        let status = status.map_err(failed)?;
        if started || status.signal().is_some() {
            heard.last = Last::Status(status);
        }
    }
    Ok(heard)
}

fn ended(outcome: Outcome) -> Result<Ended, Error> {
    match outcome {
        Outcome::Returned(status) => Ok(Ended::Returned(status)),
        Outcome::Panicked(text) => Ok(Ended::Panicked(text)),
        Outcome::Condemned => Ok(Ended::Condemned),
        Outcome::TimedOut => Ok(Ended::TimedOut),
        Outcome::NotEntered(error) => Err(error),
    }
}

/// A test without a map of its ids is the overflow user; the rest works.
fn note_unmapped(unmapped: Option<&Unmapped>) {
    if let Some(unmapped) = unmapped {
        note::print(unmapped);
    }
}
