//! The bodies that run on threads of this process now.
//!
//! A body that calls `exit(0)` would end the process with every other test,
//! and Cargo would take the status for success. So a process that exits while
//! a body runs says so, and fails.

use std::io::Write;
use std::sync::{Mutex, MutexGuard, Once, PoisonError};

use crate::report;
use crate::sys::{exit, process};

static RUNNING: Mutex<Vec<&'static str>> = Mutex::new(Vec::new());

/// A body runs while this lives.
#[derive(Debug)]
pub(crate) struct Running(&'static str);

impl Running {
    /// Notes that the body of the test `name` is about to run.
    pub(crate) fn note(name: &'static str) -> Self {
        static WATCH: Once = Once::new();
        WATCH.call_once(|| {
            // Without the handler an exit is as silent as under `#[test]`; nothing else is lost.
            let _ = exit::at_exit(refuse_to_exit);
        });
        names().push(name);
        Self(name)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let mut names = names();
        if let Some(index) = names.iter().position(|name| *name == self.0) {
            names.swap_remove(index);
        }
    }
}

fn names() -> MutexGuard<'static, Vec<&'static str>> {
    RUNNING.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The status of a test binary whose tests failed.
const FAILED: i32 = 101;

extern "C" fn refuse_to_exit() {
    let names = names();
    if names.is_empty() {
        return;
    }
    // Past libtest's capture, which nobody will print any more.
    let _ = std::io::stderr().write_all(report::ended::exit_amid(&names).as_bytes());
    process::exit_now(FAILED);
}
