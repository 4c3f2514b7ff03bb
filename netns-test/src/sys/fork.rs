//! Fork without exec, which is right only where no other thread runs.

use std::fs;
use std::io;
use std::thread;
use std::time::{Duration, Instant};

use nix::unistd::{ForkResult, Pid, fork, getpid};

/// Proof that the calling thread is the only one of its process that runs:
/// beside it there is only the main thread, and that one sleeps in a futex
/// until this thread ends.
///
/// A copy of the process that is made now holds no lock that its one thread
/// does not own.
#[derive(Debug)]
pub(crate) struct Alone(());

impl Alone {
    /// Waits until the main thread sleeps, at most `patience`.
    ///
    /// # Errors
    ///
    /// There are other threads, or the main thread goes on running. The text
    /// says which.
    pub(crate) fn prove(patience: Duration) -> Result<Self, String> {
        let deadline = Instant::now() + patience;
        loop {
            let threads = fs::read_dir("/proc/self/task")
                .map_err(|error| format!("`/proc/self/task`: {error}"))?
                .count();
            if threads > 2 {
                return Err(format!("the process has {threads} threads, not two"));
            }
            match main_thread_sleeps() {
                Ok(true) => return Ok(Self(())),
                Ok(false) if Instant::now() < deadline => thread::yield_now(),
                Ok(false) => return Err("the main thread does not sleep".into()),
                Err(error) => return Err(format!("the main thread's state: {error}")),
            }
        }
    }

    /// Makes a copy of this process: `None` in the copy.
    #[expect(clippy::unused_self, reason = "it is the proof")]
    pub(crate) fn fork(&self) -> io::Result<Option<Pid>> {
        // SAFETY: `self` proves that no other thread runs, so none holds a lock.
        match unsafe { fork() }? {
            ForkResult::Child => Ok(None),
            ForkResult::Parent { child } => Ok(Some(child)),
        }
    }

    /// Removes a variable of this process's environment.
    #[expect(clippy::unused_self, reason = "it is the proof")]
    pub(crate) fn remove_variable(&self, name: &str) {
        // SAFETY: `self` proves that no other thread runs, so none uses the environment.
        unsafe { std::env::remove_var(name) };
    }
}

/// `S` in `/proc/PID/stat`, inside futex(2) as `/proc/PID/syscall` says. A kernel
/// that does not show the system call has to be believed the state alone.
fn main_thread_sleeps() -> io::Result<bool> {
    let main = getpid();
    let directory = format!("/proc/self/task/{main}");
    let stat = fs::read_to_string(format!("{directory}/stat"))?;
    // The name, in parentheses, may contain anything; the state follows the last one.
    let sleeps = stat
        .rsplit_once(')')
        .is_some_and(|(_, rest)| rest.trim_start().starts_with('S'));
    if !sleeps {
        return Ok(false);
    }
    let Ok(call) = fs::read_to_string(format!("{directory}/syscall")) else {
        return Ok(true);
    };
    let number = call.split_whitespace().next();
    Ok(number == Some(libc::SYS_futex.to_string().as_str()))
}
