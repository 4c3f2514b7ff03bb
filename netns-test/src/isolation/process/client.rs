//! The side of the test process: asks for a body to be run, and waits.

use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, ExitStatus};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::signal::{Signal, killpg};

use crate::env::{self, Role};
use crate::error::{Error, ErrorKind};
use crate::isolation::enter::Home;
use crate::isolation::process::Ended;
use crate::isolation::process::message::{Outcome, READY, Report, Reports, Request};
use crate::isolation::process::output::{Forward, Output};
use crate::isolation::view::Views;
use crate::sys::capability::{self, NET_ADMIN, SYS_ADMIN};
use crate::sys::exec::{self, Birth};
use crate::sys::{channel, code, process};
use crate::test::{Body, Test};

/// How long a server may take from its start to its first word: it loads the
/// program and runs what the program runs before `main`.
const START: Duration = Duration::from_secs(60);

/// What libtest itself would take from the environment, and what the
/// arguments say instead.
const UNSET: [&str; 3] = [
    "RUST_TEST_THREADS",
    "RUST_TEST_SHUFFLE",
    "RUST_TEST_SHUFFLE_SEED",
];

/// Runs the body of `test` in a process of its own.
///
/// # Errors
///
/// No process could be started, or it could not enter a namespace; the body
/// did not run.
pub(crate) fn run(test: &'static Test) -> Result<Ended, Error> {
    let direct = may_make_namespaces()?;
    match attempt(test, !direct) {
        // Capabilities alone do not decide; where they do not suffice, a user namespace may.
        Err(error) if direct && is_refusal(&error) => {
            USER_NAMESPACE.store(true, Ordering::Relaxed);
            discard_server();
            attempt(test, true)
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

fn attempt(test: &'static Test, user: bool) -> Result<Ended, Error> {
    if env::one_test_in_process() {
        return run_in_new_process(test, user);
    }
    for _ in 0..2 {
        let Some(server) = server(test, user)? else {
            return run_in_new_process(test, user);
        };
        match ask(&server, test) {
            // It has ended since it was last asked; nothing ran.
            Err(Asked::Gone) => discard_server(),
            Err(Asked::Failed(error)) => return Err(error),
            Ok(ended) => return Ok(ended),
        }
    }
    Err(Error::new(
        ErrorKind::Process,
        "reach the fork server: it ends as soon as it is asked",
    ))
}

/// A fork server that is ready.
#[derive(Debug)]
struct Server {
    requests: OwnedFd,
    /// The body that distances are measured from.
    base: Body,
    pidfd: OwnedFd,
    child: Mutex<Child>,
}

impl Drop for Server {
    fn drop(&mut self) {
        let child = self.child.get_mut().unwrap_or_else(PoisonError::into_inner);
        let _ = end_group(child);
    }
}

/// The server of this process: `None` where it said that it cannot fork.
type Known = Option<Option<Arc<Server>>>;

static SERVER: Mutex<Known> = Mutex::new(None);

fn known_server() -> MutexGuard<'static, Known> {
    SERVER.lock().unwrap_or_else(PoisonError::into_inner)
}

fn discard_server() {
    let discarded = known_server().take();
    drop(discarded);
}

/// The server, started by the first test that needs it; `None` if forking
/// is not safe in this program.
fn server(test: &'static Test, user: bool) -> Result<Option<Arc<Server>>, Error> {
    let mut known = known_server();
    if let Some(server) = &*known {
        return Ok(server.clone());
    }
    let server = start_server(test, user)?.map(Arc::new);
    *known = Some(server.clone());
    Ok(server)
}

fn start_server(test: &'static Test, user: bool) -> Result<Option<Server>, Error> {
    let birth = Birth {
        user,
        net: false,
        with_thread: false,
    };
    for name in names(test) {
        let (requests, child) = start(&name, Role::Server, birth)?;
        let pidfd = process::pidfd_open(process::number(&child))
            .map_err(|error| Error::system("pidfd_open", error))?;
        let server = Server {
            requests,
            base: test.body,
            pidfd,
            child: Mutex::new(child),
        };
        match first_word(&server.requests)? {
            Some(word) if word == READY => return Ok(Some(server)),
            Some(_) => return Ok(None),
            None => {}
        }
    }
    Err(unknown_name(test))
}

/// The names under which libtest may know the test: its path, and the name of
/// the thread that runs it, which differs where something else registered it.
fn names(test: &Test) -> impl Iterator<Item = String> {
    let thread = thread::current().name().map(str::to_owned);
    let other = thread.filter(|thread| thread != test.name());
    std::iter::once(test.name().to_owned()).chain(other)
}

fn unknown_name(test: &Test) -> Error {
    Error::new(
        ErrorKind::Process,
        format!(
            "run `{}` in a process of its own: the test binary, started again with \
             `{0} --exact`, ended without running it",
            test.name()
        ),
    )
    .with_hint(
        "the test must be known to the binary's harness by its full path; \
         with a harness other than libtest use `isolation = \"thread\"`",
    )
}

fn first_word(requests: &OwnedFd) -> Result<Option<Vec<u8>>, Error> {
    let timeout = PollTimeout::try_from(START).unwrap_or(PollTimeout::MAX);
    let failed = |error| Error::system("wait for the fork server to start", error);
    match wait_for(&mut [readable(requests.as_fd())], timeout).map_err(failed)? {
        0 => Err(failed(io::ErrorKind::TimedOut.into())),
        _ => channel::receive(requests.as_fd())
            .map(|message| message.map(|message| message.bytes))
            .map_err(failed),
    }
}

/// Starts this executable again, as if for the test `name` alone.
fn start(name: &str, role: Role, birth: Birth) -> Result<(OwnedFd, Child), Error> {
    let (mine, theirs) =
        channel::pair().map_err(|error| Error::system("make a socket pair", error))?;
    let arguments = [
        name,
        "--exact",
        "--nocapture",
        "--include-ignored",
        "--test-threads=1",
    ];
    let marker = env::serve_marker(&theirs, role);
    let child = exec::start(
        &arguments,
        (env::SERVE, marker),
        &UNSET,
        theirs.as_fd(),
        birth,
    )
    .map_err(|refused| Error::system(refused.step, refused.error))?;
    Ok((mine, child))
}

/// Why asking a server came to nothing.
enum Asked {
    Gone,
    Failed(Error),
}

fn ask(server: &Server, test: &Test) -> Result<Ended, Asked> {
    let failed = |what| move |error| Asked::Failed(Error::system(what, error));
    let mut waiting = Waiting::new().map_err(Asked::Failed)?;
    let distance = code::distance(server.base, test.body);
    waiting
        .send(server.requests.as_fd(), test, distance)
        .map_err(|error| match error.kind() {
            io::ErrorKind::BrokenPipe | io::ErrorKind::ConnectionReset => Asked::Gone,
            _ => failed("ask the fork server")(error),
        })?;
    match waiting.wait(server.pidfd.as_fd()) {
        Ok(Last::Outcome(outcome)) => ended(outcome).map_err(Asked::Failed),
        Ok(Last::Status(status)) => Ok(Ended::Died(status)),
        Ok(Last::Nothing { .. }) => Ok(Ended::Orphaned),
        Err(error) => Err(failed("wait for the test's process")(error)),
    }
}

/// Runs the body in a process that is started for it alone.
fn run_in_new_process(test: &'static Test, user: bool) -> Result<Ended, Error> {
    let birth = Birth {
        user,
        net: true,
        with_thread: true,
    };
    for name in names(test) {
        match run_under_name(&name, test, birth)? {
            Last::Outcome(outcome) => return ended(outcome),
            Last::Status(status) => return Ok(Ended::Died(status)),
            Last::Nothing { .. } => {}
        }
    }
    Err(unknown_name(test))
}

/// [`Last::Nothing`] if libtest does not know the name.
fn run_under_name(name: &str, test: &'static Test, birth: Birth) -> Result<Last, Error> {
    let failed = |error| Error::system("wait for the test's process", error);
    let mut waiting = Waiting::new()?;
    let (requests, mut child) = start(name, Role::OneTest, birth)?;
    let pidfd = process::pidfd_open(process::number(&child)).map_err(failed)?;
    let last = match waiting.send(requests.as_fd(), test, 0) {
        // It has ended before it was asked; how is seen below.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {
            Ok(Last::Nothing { started: false })
        }
        sent => sent.and_then(|()| waiting.wait(pidfd.as_fd())),
    };
    let status = end_group(&mut child);
    match last.map_err(failed)? {
        Last::Nothing { started } => {
            let status = status.map_err(failed)?;
            Ok(if started || status.signal().is_some() {
                Last::Status(status)
            } else {
                Last::Nothing { started }
            })
        }
        told => Ok(told),
    }
}

/// Ends what is left of a child's process group, then buries the child.
fn end_group(child: &mut Child) -> io::Result<ExitStatus> {
    // A child that has ended by itself keeps its own status; the signal comes too late for it.
    let _ = killpg(process::number(child), Signal::SIGKILL);
    child.wait()
}

fn ended(outcome: Outcome) -> Result<Ended, Error> {
    match outcome {
        Outcome::Returned(status) => Ok(Ended::Returned(status)),
        Outcome::Panicked(text) => Ok(Ended::Panicked(text)),
        Outcome::NotEntered(error) => Err(error),
    }
}

/// The last that was heard of a test's process.
#[derive(Debug)]
enum Last {
    Outcome(Outcome),
    Status(ExitStatus),
    Nothing { started: bool },
}

/// A test that runs elsewhere, seen from here.
#[derive(Debug)]
struct Waiting {
    reports: Reports,
    /// The other side's ends, until they are sent.
    result: Option<OwnedFd>,
    output: Option<Output>,
}

impl Waiting {
    fn new() -> Result<Self, Error> {
        let (mine, theirs) =
            channel::pair().map_err(|error| Error::system("make a socket pair", error))?;
        let output = Output::new(env::output_is_captured())
            .map_err(|error| Error::system("make a pipe for the test's output", error))?;
        Ok(Self {
            reports: Reports::new(mine),
            result: Some(theirs),
            output: Some(output),
        })
    }

    /// Sends the request, and closes this side's copies of what went with it:
    /// an end that nobody holds is then seen as such.
    fn send(&mut self, to: BorrowedFd<'_>, test: &Test, distance: u64) -> io::Result<()> {
        let result = self.result.take().expect("a request is sent once");
        let (stdout, stderr) = (io::stdout(), io::stderr());
        let streams = match &self.output {
            Some(Output::Captured { write, .. }) => [write.as_fd(), write.as_fd()],
            _ => [stdout.as_fd(), stderr.as_fd()],
        };
        Request::send(
            to,
            test.name(),
            distance,
            Views::of(test.views),
            Home::of_this_process(),
            [result.as_fd(), streams[0], streams[1]],
        )
    }

    /// Forwards output until there is an outcome, or nobody who could send one.
    /// `death` becomes readable when the process that runs or forks the test ends.
    fn wait(mut self, death: BorrowedFd<'_>) -> io::Result<Last> {
        let mut output = self.output.take().and_then(Output::into_reader);
        let mut started = false;
        let last = loop {
            let mut fds = vec![readable(self.reports.as_fd()), readable(death)];
            if let Some(output) = output.as_ref().filter(|output| output.is_open()) {
                fds.push(readable(output.as_fd()));
            }
            wait_for(&mut fds, PollTimeout::NONE)?;
            let dead = fds[1].any().unwrap_or(false);
            if let Some(output) = &mut output {
                output.forward()?;
            }
            match self.reports.next() {
                Ok(Some(Report::Started)) => started = true,
                Ok(Some(Report::Outcome(outcome))) => break Last::Outcome(outcome),
                Ok(Some(Report::Status(status))) => {
                    break Last::Status(ExitStatus::from_raw(status));
                }
                Ok(None) => break Last::Nothing { started },
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    if dead {
                        break Last::Nothing { started };
                    }
                }
                Err(error) => return Err(error),
            }
        };
        if let Some(output) = &mut output {
            Forward::finish(output)?;
        }
        Ok(last)
    }
}

fn readable(fd: BorrowedFd<'_>) -> PollFd<'_> {
    PollFd::new(fd, PollFlags::POLLIN)
}

fn wait_for(fds: &mut [PollFd<'_>], timeout: PollTimeout) -> io::Result<i32> {
    loop {
        match poll(fds, timeout) {
            Err(Errno::EINTR) => {}
            ready => return Ok(ready?),
        }
    }
}
