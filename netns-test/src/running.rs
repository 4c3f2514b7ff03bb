//! The bodies that run on threads of this process now.
//!
//! A body that calls `exit(0)` would end the process with every other test,
//! and Cargo would take the status for success. So a process that exits while
//! a body runs says so, and fails.

use std::io::Write;
use std::sync::{Mutex, MutexGuard, Once, PoisonError};

use nix::unistd::{getpid, gettid};

use crate::record::{Cause, Record};
use crate::report;
use crate::sys::{exit, process};

static RUNNING: Mutex<Vec<Entry>> = Mutex::new(Vec::new());

#[derive(Debug)]
struct Entry {
    name: &'static str,
    record: Record,
    /// Its test is over, since it took too long: it need not end before the process does.
    abandoned: bool,
}

/// A body runs while this lives.
#[derive(Debug)]
pub(crate) struct Running(&'static str);

impl Running {
    /// Notes that the body of the test `name` is about to run.
    pub(crate) fn note(name: &'static str, record: Record) -> Self {
        static WATCH: Once = Once::new();
        WATCH.call_once(|| {
            // Without the handler an exit is as silent as under `#[test]`; nothing else is lost.
            let _ = exit::at_exit(refuse_to_exit);
        });
        entries().push(Entry {
            name,
            record,
            abandoned: false,
        });
        Self(name)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let mut entries = entries();
        if let Some(index) = entries.iter().position(|entry| entry.name == self.0) {
            entries.swap_remove(index);
        }
    }
}

/// Notes that nobody waits for the body of the test `name` any more.
pub(crate) fn abandon(name: &str) {
    let mut entries = entries();
    if let Some(entry) = entries.iter_mut().find(|entry| entry.name == name) {
        entry.abandoned = true;
    }
}

fn entries() -> MutexGuard<'static, Vec<Entry>> {
    RUNNING.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The status of a test binary whose tests failed.
const FAILED: i32 = 101;

extern "C" fn refuse_to_exit() {
    // The main thread ends the process when all tests are over; a body that was
    // abandoned is none, and must not end it before with a status of its own.
    let is_end = getpid() == gettid();
    let entries = entries();
    let running: Vec<_> = entries
        .iter()
        .filter(|entry| !(entry.abandoned && is_end))
        .collect();
    if running.is_empty() {
        return;
    }
    let names: Vec<_> = running.iter().map(|entry| entry.name).collect();
    // Past libtest's capture, which nobody will print any more.
    let _ = std::io::stderr().write_all(report::ended::exit_amid(&names).as_bytes());
    // Nobody comes to tell of these any more. One that was abandoned has been told of.
    for Entry { name, record, .. } in running {
        record.end_body();
        record.fail(|| Cause::Exits);
        report::account::close(name, None, record, false);
    }
    process::exit_now(FAILED);
}
