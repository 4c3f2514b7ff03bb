//! Waiting for a test that runs in another process.

use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::process::ExitStatusExt;
use std::process::ExitStatus;

use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};

use crate::capture;
use crate::env;
use crate::error::Error;
use crate::isolation::enter::Home;
use crate::isolation::process::backup::Backup;
use crate::isolation::process::message::{Network, Outcome, Report, Reports, Request};
use crate::isolation::process::output::{Forward, Output};
use crate::isolation::view::Views;
use crate::report::leaks;
use crate::sys::channel;
use crate::test::Test;
use crate::watch::Watch;

/// The last that was heard of a test's process.
#[derive(Debug)]
pub(super) enum Last {
    Outcome(Outcome),
    Status(ExitStatus),
    /// It did not keep to its limit, and was ended.
    Frozen,
    Nothing {
        started: bool,
    },
}

/// What was heard of a test's process.
#[derive(Debug)]
pub(super) struct Heard {
    pub(super) last: Last,
    /// The test's namespace, if its body was about to run.
    pub(super) network: Option<Network>,
}

/// A test that runs elsewhere, seen from here.
#[derive(Debug)]
pub(super) struct Waiting {
    reports: Reports,
    /// The other side's ends, until they are sent.
    result: Option<OwnedFd>,
    output: Option<Output>,
    /// The test's.
    name: &'static str,
}

impl Waiting {
    pub(super) fn new(name: &'static str) -> Result<Self, Error> {
        let (mine, theirs) =
            channel::pair().map_err(|error| Error::system("make a socket pair", error))?;
        let output = Output::new(env::output_is_captured())
            .map_err(|error| Error::system("make a pipe for the test's output", error))?;
        Ok(Self {
            reports: Reports::new(mine),
            result: Some(theirs),
            output: Some(output),
            name,
        })
    }

    /// Sends the request, and closes this side's copies of what went with it:
    /// an end that nobody holds is then seen as such.
    pub(super) fn send(
        &mut self,
        to: BorrowedFd<'_>,
        test: &Test,
        watch: &Watch,
        distance: u64,
    ) -> io::Result<()> {
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
            watch,
            Home::of_this_process(),
            [result.as_fd(), streams[0], streams[1]],
        )
    }

    /// Forwards output until there is an outcome, or nobody who could send one.
    /// `death` becomes readable when the process that runs or forks the test ends.
    pub(super) fn wait(mut self, death: BorrowedFd<'_>, watch: &Watch) -> io::Result<Heard> {
        let mut backup = Backup::none();
        let mut output = self.output.take().and_then(Output::into_reader);
        let mut started = false;
        let last = loop {
            let mut fds = vec![readable(self.reports.as_fd()), readable(death)];
            if let Some(output) = output.as_ref().filter(|output| output.is_open()) {
                fds.push(readable(output.as_fd()));
            }
            wait_for(&mut fds, backup.patience())?;
            let dead = fds[1].any().unwrap_or(false);
            if let Some(output) = &mut output {
                output.forward()?;
            }
            match self.reports.next() {
                Ok(Some(Report::Started)) => started = true,
                Ok(Some(Report::Limited(pid, own))) => {
                    backup = Backup::begin(pid, own, watch.timeout);
                }
                Ok(Some(Report::Warning(warning))) => leaks::print_aloud(&warning),
                Ok(Some(Report::Record(bytes))) => watch.record.add_from_wire(&bytes),
                Ok(Some(Report::Paused(asked))) => {
                    if let Some(output) = &mut output {
                        output.forward()?;
                    }
                    backup.wait_for(|| self.reports.pause(self.name, &asked));
                }
                Ok(Some(Report::Tap(tap))) => capture::add(self.name, tap),
                Ok(Some(Report::Outcome(outcome))) => break Last::Outcome(outcome),
                Ok(Some(Report::Status(status))) => {
                    break Last::Status(ExitStatus::from_raw(status));
                }
                Ok(None) => break Last::Nothing { started },
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    if dead {
                        break Last::Nothing { started };
                    }
                    if backup.is_over() {
                        backup.tell(self.name);
                        if let Some((why, process)) = backup.why().filter(|_| watch.pause) {
                            self.reports.pause_at(self.name, &why, Some(process));
                        }
                        backup.end();
                        break Last::Frozen;
                    }
                }
                Err(error) => return Err(error),
            }
        };
        if let Some(output) = &mut output {
            Forward::finish(output)?;
        }
        let network = self.reports.into_network();
        Ok(Heard { last, network })
    }
}

pub(super) fn readable(fd: BorrowedFd<'_>) -> PollFd<'_> {
    PollFd::new(fd, PollFlags::POLLIN)
}

pub(super) fn wait_for(fds: &mut [PollFd<'_>], timeout: PollTimeout) -> io::Result<i32> {
    loop {
        match poll(fds, timeout) {
            Err(Errno::EINTR) => {}
            ready => return Ok(ready?),
        }
    }
}
