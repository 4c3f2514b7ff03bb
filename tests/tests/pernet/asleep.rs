//! When a thread waits for something.

use std::fs;
use std::thread::{Scope, ScopedJoinHandle};

use netns_test_tests::state::wait_until;
use nix::unistd::{Pid, gettid};

/// Starts a thread that does nothing but `f`, and returns when it waits in there.
pub(crate) fn start_and_block<'scope, T: Send + 'scope>(
    scope: &'scope Scope<'scope, '_>,
    f: impl FnOnce() -> T + Send + 'scope,
) -> ScopedJoinHandle<'scope, T> {
    let (begun, begins) = std::sync::mpsc::channel();
    let handle = scope.spawn(move || {
        begun.send(gettid()).unwrap();
        f()
    });
    let thread = begins.recv().unwrap();
    wait_until("the thread waits", || is_asleep(thread));
    handle
}

/// Whether it waits for a lock or a condition, and not for a system call of another kind.
fn is_asleep(thread: Pid) -> bool {
    let call = fs::read_to_string(format!("/proc/self/task/{thread}/syscall")).unwrap();
    call.split(' ').next() == Some(&libc::SYS_futex.to_string())
}
