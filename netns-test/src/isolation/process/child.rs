//! The process that belongs to one test: it enters a namespace, runs the
//! body, tells the outcome, and ends.

use std::io::{self, Write};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::panic;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use nix::unistd::getpid;

use crate::callback;
use crate::capture;
use crate::env;
use crate::error::{Error, ErrorKind};
use crate::inspection::{self, Place};
use crate::isolation::body::{self, Finished};
use crate::isolation::enter::{Home, Surroundings};
use crate::isolation::limit::{TooLate, limit};
use crate::isolation::process::message::{
    Outcome, PAUSED, Request, TAP, send_limited, send_network, send_outcome, send_record,
    send_warning,
};
use crate::isolation::setup;
use crate::isolation::view::{Scope, Views};
use crate::netns::make;
use crate::pause;
use crate::report::pause as words;
use crate::setting::Capture;
use crate::sys::namespace::Patience;
use crate::sys::{coverage, process};
use crate::tasks::known::Known;
use crate::test::Body;
use crate::watch::{Watch, status};

/// Whether the process was born in a namespace of its own or has to make one.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Net {
    Born,
    Make,
}

/// How long the output of a body that hangs may take to be written out.
const FLUSH: Duration = Duration::from_millis(200);

/// Enters a namespace with as much around it as `views` wants.
pub(super) fn prepare(home: Home, net: Net, views: Views) -> Result<Surroundings, Error> {
    let ns = match net {
        Net::Make => make::new_here(Patience::new())?,
        Net::Born => make::make_usable()?,
    };
    Surroundings::furnish(ns, home, views, Scope::Process)
}

/// Runs `body` as `request` says, and ends the process.
///
/// Nothing of this unwinds: a panic that reached libtest in here would be
/// reported to nobody, and the exit status would say success.
pub(super) fn finish(request: Request, body: Body, prepared: Result<Surroundings, Error>) -> ! {
    let Request {
        name,
        watch,
        views,
        result,
        stdout,
        stderr,
        ..
    } = request;
    coverage::begin(env::profile_pattern().as_deref());
    if watch.capture != Capture::Off {
        // Without a descriptor to spare, the test does without a capture.
        if let Ok(result) = result.try_clone() {
            capture::send_through(result, TAP);
        }
    }
    if watch.pause {
        // Without one, it goes on without a pause.
        if let Ok(result) = result.try_clone() {
            pause::ask_through(result, PAUSED, flush_if_possible);
        }
    }
    let outcome = match speak_through(stdout, stderr) {
        Ok(()) => run(&name, &watch, body, views, prepared, result.as_fd()),
        Err(error) => Outcome::NotEntered(Error::system("dup2 the test's output", error)),
    };
    if !matches!(outcome, Outcome::TimedOut) {
        flush();
    }
    coverage::write();
    let _ = send_record(result.as_fd(), &watch.record);
    let told = send_outcome(result.as_fd(), &outcome);
    process::exit_now(i32::from(told.is_err()))
}

fn flush() {
    let _ = io::stdout().flush();
    process::flush_c_streams();
}

/// [`flush`], unless a body that hangs holds the lock of a stream.
fn flush_if_possible() {
    let (flushed, is_flushed) = mpsc::channel();
    let started = thread::Builder::new()
        .name("netns-test flush".into())
        .spawn(move || {
            flush();
            let _ = flushed.send(());
        });
    if started.is_ok() {
        let _ = is_flushed.recv_timeout(FLUSH);
    }
}

/// Makes the two descriptors this process's stdout and stderr.
fn speak_through(stdout: OwnedFd, stderr: OwnedFd) -> io::Result<()> {
    for (stream, number) in [(stdout, 1), (stderr, 2)] {
        process::replace_descriptor(stream.as_fd(), number)?;
    }
    Ok(())
}

fn run(
    name: &str,
    watch: &Watch,
    body: Body,
    views: Views,
    prepared: Result<Surroundings, Error>,
    result: BorrowedFd<'_>,
) -> Outcome {
    let ns = match prepared.and_then(|surroundings| surroundings.accept(views)) {
        Ok(ns) => ns,
        Err(error) => return Outcome::NotEntered(error),
    };
    // For the case that this process ends before it can tell what it saw. Nobody's verdict
    // depends on it.
    let mounts = watch.pause.then(pause::mounts_here).and_then(Result::ok);
    let _ = send_network(result, ns.as_fd(), mounts.as_ref().map(AsFd::as_fd));
    drop(mounts);
    let _waits = Known::here();
    let (limited, limiting) = limit(watch.timeout);
    // With a limit, the other side sees to it as well: this process may be stopped as a whole.
    let says = watch.timeout.is_some() || watch.record.is_wanted();
    let to_be_told = says.then(|| result.try_clone_to_owned().ok()).flatten();
    // A thread of its own, for the name that a panic's message begins with.
    let started = thread::Builder::new().name(name.to_owned()).spawn({
        let (name, watch) = (name.to_owned(), watch.clone());
        move || {
            let _runs = Known::here();
            setup::run()?;
            body::run(&name, &watch, Scope::Process, &limited, ns, |ns| {
                if let Some(result) = to_be_told {
                    announce(&result, &watch);
                }
                body(ns)
            })
        }
    });
    let thread = match started {
        Ok(thread) => thread,
        Err(error) => {
            return Outcome::NotEntered(
                Error::new(ErrorKind::Process, "start a thread for the test").with_source(error),
            );
        }
    };
    if let Some(TooLate { limit, ns }) = limiting.wait() {
        watch.record.end_body();
        flush_if_possible();
        inspection::overdue(name, limit, &ns, Place::Process);
        pause::pause_running(name, watch, words::at_limit(limit), &ns);
        return Outcome::TimedOut;
    }
    let finished = thread
        .join()
        .unwrap_or_else(|payload| panic::resume_unwind(payload));
    let mut finished = match finished {
        Ok(finished) => finished,
        Err(error) => return Outcome::NotEntered(error),
    };
    if let Some(warning) = finished.look_back(name, watch, Scope::Process) {
        let _ = send_warning(result.as_fd(), &warning);
    }
    match finished {
        Finished {
            condemned: true, ..
        } => Outcome::Condemned,
        Finished {
            body: Err(payload), ..
        } => Outcome::Panicked(callback::panic_text(&*payload).map(str::to_owned)),
        Finished { body: Ok(code), .. } => Outcome::Returned(status(code)),
    }
}

/// Says that the body begins, and that it has a limit.
fn announce(result: &OwnedFd, watch: &Watch) {
    // For the case that this process ends before it can tell what it saw.
    let _ = send_record(result.as_fd(), &watch.record);
    if watch.timeout.is_some() {
        // Who can't be told still has the limit of this process itself.
        let _ = process::pidfd_open(getpid()).and_then(|own| send_limited(result.as_fd(), &own));
    }
}
