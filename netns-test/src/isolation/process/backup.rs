//! The limit of a body whose own process does not see to it: it is stopped, say.

use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::time::{Duration, Instant};

use nix::poll::PollTimeout;

use crate::inspection;
use crate::report::pause as words;
use crate::sys::process;

/// How much longer than the body the process may take, to say that the body took too long.
const GRACE: Duration = Duration::from_secs(5);

/// What is done when the test's process says nothing.
#[derive(Debug)]
pub(super) struct Backup(Option<Limit>);

#[derive(Debug)]
struct Limit {
    pid: i32,
    /// The process, whatever its number means by then.
    process: OwnedFd,
    allowed: Duration,
    deadline: Instant,
}

impl Backup {
    /// Waits for ever.
    pub(super) fn none() -> Self {
        Self(None)
    }

    /// Waits from now on for as long as the body may take, and some more.
    pub(super) fn begin(pid: i32, process: OwnedFd, limit: Option<Duration>) -> Self {
        Self(limit.and_then(|limit| {
            let deadline = Instant::now().checked_add(limit)?.checked_add(GRACE)?;
            Some(Limit {
                pid,
                process,
                allowed: limit,
                deadline,
            })
        }))
    }

    /// How long to wait for a word.
    pub(super) fn patience(&self) -> PollTimeout {
        let Some(Limit { deadline, .. }) = &self.0 else {
            return PollTimeout::NONE;
        };
        let left = deadline.saturating_duration_since(Instant::now());
        // A part of a millisecond would be cut off, and asked for again and again.
        PollTimeout::try_from(left + Duration::from_millis(1)).unwrap_or(PollTimeout::MAX)
    }

    /// Whether that was too long.
    pub(super) fn is_over(&self) -> bool {
        let limit = self.0.as_ref();
        limit.is_some_and(|limit| limit.deadline <= Instant::now())
    }

    /// Does something that does not count.
    pub(super) fn wait_for(&mut self, something: impl FnOnce()) {
        let since = Instant::now();
        something();
        if let Some(Limit { deadline, .. }) = &mut self.0 {
            *deadline += since.elapsed();
        }
    }

    /// Says what the process of the test `name` is at.
    pub(super) fn tell(&self, name: &str) {
        if let Some(Limit { pid, allowed, .. }) = &self.0 {
            inspection::frozen(name, *allowed, *pid);
        }
    }

    /// Why the test fails, and the process that is about to be ended.
    pub(super) fn why(&self) -> Option<(String, BorrowedFd<'_>)> {
        let limit = self.0.as_ref()?;
        Some((words::at_limit(limit.allowed), limit.process.as_fd()))
    }

    /// Ends the process. Whoever has started it ends its group then.
    pub(super) fn end(self) {
        if let Some(Limit { process, .. }) = self.0 {
            // An error means that it has ended by itself.
            let _ = process::kill(process.as_fd());
        }
    }
}
