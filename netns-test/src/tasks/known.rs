//! The threads of this process that are accounted for: those of tests that run on
//! threads, those that wait for them, and this crate's own. Nobody has to ask where they are.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::sync::{Mutex, MutexGuard, PoisonError};

use nix::unistd::{getpid, gettid};

use super::{OWN, number};
use crate::sys::process;

static KNOWN: Mutex<Vec<u32>> = Mutex::new(Vec::new());

fn known() -> MutexGuard<'static, Vec<u32>> {
    KNOWN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A thread that is known while this lives.
#[derive(Debug)]
pub(crate) struct Known(u32);

impl Known {
    /// The calling thread.
    pub(crate) fn here() -> Self {
        let tid = number(gettid());
        known().push(tid);
        Self(tid)
    }
}

impl Drop for Known {
    fn drop(&mut self) {
        let mut known = known();
        if let Some(index) = known.iter().position(|tid| *tid == self.0) {
            known.swap_remove(index);
        }
    }
}

/// Takes those out that are known.
pub(crate) fn leave_out(threads: &mut Vec<u32>) {
    let known = known();
    threads.retain(|tid| !known.contains(tid));
}

/// Whether this process has no threads but its first one, those that are known, and
/// `also`; `false` where that can't be told. In a process that has just been forked many
/// times faster than a list, for which the kernel makes a directory for each thread.
///
/// # References
///
/// `proc_task_getattr` in fs/proc/base.c: the directory has a link for each thread.
pub(crate) fn are_all(also: &[u32]) -> bool {
    let mut expected = known().clone();
    for tid in also.iter().chain(&[number(getpid())]) {
        if !expected.contains(tid) {
            expected.push(*tid);
        }
    }
    // The count comes first: of whom it counts and who then ends, there is one too few below,
    // and who is new and known is not expected.
    let Ok(directory) = fs::metadata(OWN) else {
        return false;
    };
    let mut there = 0;
    for tid in expected {
        there += u64::from(process::has_thread(tid));
    }
    directory.nlink() == there + 2
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;
    use std::thread;

    use super::*;

    #[test]
    fn a_thread_more_is_noticed() {
        // Other tests run on threads of their own, so all that are there are listed first.
        let (tell, told) = mpsc::channel();
        let (end, ended) = mpsc::channel::<()>();
        let stranger = thread::spawn(move || {
            tell.send(number(gettid())).unwrap();
            let _ = ended.recv();
        });
        let stranger_number = told.recv().unwrap();
        let mut others = crate::tasks::numbers(OWN);
        others.retain(|tid| *tid != stranger_number);
        assert!(!are_all(&others));
        assert!(!are_all(&[]));
        drop(end);
        stranger.join().unwrap();
    }

    #[test]
    fn who_is_known_is_left_out_until_that_is_over() {
        let here = number(gettid());
        let known = Known::here();
        let mut threads = vec![here];
        leave_out(&mut threads);
        assert_eq!(threads, []);
        drop(known);
        threads.push(here);
        leave_out(&mut threads);
        assert_eq!(threads, [here]);
    }
}
