//! Closing packet sockets, which the kernel lets wait for an RCU grace period, some
//! 10 ms, and which is therefore nothing that a test should wait for.
//!
//! There are as many threads as there are sockets to be closed at a time, up to a
//! bound: they wait for the same period. A thread that has had nothing to do for a while ends.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use crate::capture::tap::Sockets;

/// Beyond these, whoever comes closes on its own.
const MOST: usize = 32;
const PATIENCE: Duration = Duration::from_millis(200);

#[derive(Debug, Default)]
struct Waiting {
    sockets: VecDeque<Sockets>,
    threads: usize,
    idle: usize,
}

static WAITING: Mutex<Waiting> = Mutex::new(Waiting {
    sockets: VecDeque::new(),
    threads: 0,
    idle: 0,
});
static SOMETHING: Condvar = Condvar::new();

/// Has `sockets` closed soon. To be called at home, where the threads stay.
pub(super) fn later(sockets: Sockets) {
    let mut waiting = waiting();
    if waiting.idle <= waiting.sockets.len() {
        if waiting.threads == MOST {
            drop(waiting);
            return drop(sockets);
        }
        let started = thread::Builder::new()
            .name("netns-test close".into())
            .spawn(close);
        if started.is_err() {
            drop(waiting);
            return drop(sockets);
        }
        waiting.threads += 1;
    }
    waiting.sockets.push_back(sockets);
    SOMETHING.notify_one();
}

fn close() {
    let mut waiting = waiting();
    loop {
        while let Some(sockets) = waiting.sockets.pop_front() {
            drop(waiting);
            drop(sockets);
            waiting = self::waiting();
        }
        waiting.idle += 1;
        let (again, timeout) = SOMETHING
            .wait_timeout(waiting, PATIENCE)
            .unwrap_or_else(PoisonError::into_inner);
        waiting = again;
        waiting.idle -= 1;
        if timeout.timed_out() && waiting.sockets.is_empty() {
            waiting.threads -= 1;
            return;
        }
    }
}

fn waiting() -> MutexGuard<'static, Waiting> {
    WAITING.lock().unwrap_or_else(PoisonError::into_inner)
}
