//! Starting the test binary again, under the name of one test.

use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::process::{Child, ExitStatus};
use std::thread;

use nix::sys::signal::{Signal, killpg};

use crate::env::{self, Role};
use crate::error::{Error, ErrorKind};
use crate::sys::exec::{self, Birth, Unmapped};
use crate::sys::{channel, process};
use crate::test::Test;

/// What libtest itself would take from the environment, and what the
/// arguments say instead.
const UNSET: [&str; 3] = [
    "RUST_TEST_THREADS",
    "RUST_TEST_SHUFFLE",
    "RUST_TEST_SHUFFLE_SEED",
];

/// The names under which libtest may know the test: its path, and the name of
/// the thread that runs it, which differs where something else registered it.
pub(super) fn names(test: &Test) -> impl Iterator<Item = String> {
    let thread = thread::current().name().map(str::to_owned);
    let other = thread.filter(|thread| thread != test.name());
    std::iter::once(test.name().to_owned()).chain(other)
}

pub(super) fn unknown_name(test: &Test) -> Error {
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

/// A process that has been started for one test, or to serve.
#[derive(Debug)]
pub(super) struct Started {
    pub(super) requests: OwnedFd,
    pub(super) child: Child,
    pub(super) unmapped: Option<Unmapped>,
}

/// Starts this executable again, as if for the test `name` alone.
pub(super) fn start(name: &str, role: Role, birth: Birth) -> Result<Started, Error> {
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
    let (child, unmapped) = exec::start(
        &arguments,
        (env::SERVE, marker),
        &UNSET,
        theirs.as_fd(),
        birth,
    )
    .map_err(|refused| Error::system(refused.step, refused.error))?;
    Ok(Started {
        requests: mine,
        child,
        unmapped,
    })
}

/// Ends what is left of a child's process group, then buries the child.
pub(super) fn end_group(child: &mut Child) -> io::Result<ExitStatus> {
    // A child that has ended by itself keeps its own status; the signal comes too late for it.
    let _ = killpg(process::number(child), Signal::SIGKILL);
    child.wait()
}
