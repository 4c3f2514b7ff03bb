//! Namespaces made ahead, for the threads of a process that runs several tests.
//!
//! From the second test on, one worker keeps [`AHEAD`] namespaces ready: it
//! unshares, sets `lo` up, keeps a descriptor, and goes back to where it was,
//! since a worker that stayed would keep the last one alive. A test takes a ready one
//! or makes its own at once: it never waits, and nobody gets a namespace twice.

use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::sync::{Condvar, Mutex, MutexGuard, OnceLock, PoisonError};
use std::thread;

use crate::netns::{NetNs, make};
use crate::sys::namespace::{self, Patience};
use crate::tasks::known::Known;

/// How many namespaces are kept ready; 3 and 4 are no faster.
const AHEAD: usize = 2;

#[derive(Debug, Default)]
struct Pool {
    stock: Mutex<Stock>,
    taken: Condvar,
}

#[derive(Debug, Default)]
struct Stock {
    ready: Vec<NetNs>,
    worker: Worker,
}

#[derive(Debug, Default, Eq, PartialEq)]
enum Worker {
    /// No test has asked yet.
    #[default]
    Unneeded,
    /// One test has asked; most processes that run one run no other.
    Expected,
    /// It works.
    Started,
    /// It met an error: each test makes its own namespace and meets it itself.
    Gone,
}

/// Moves the calling thread into a namespace that was made ahead, if there is one.
pub(crate) fn enter_a_ready_namespace() -> Option<NetNs> {
    static POOL: OnceLock<Pool> = OnceLock::new();
    let ready = POOL.get_or_init(Pool::default).take()?;
    namespace::enter_net(ready.as_fd()).is_ok().then_some(ready)
}

impl Pool {
    fn take(&'static self) -> Option<NetNs> {
        let mut stock = self.lock();
        match stock.worker {
            Worker::Unneeded => stock.worker = Worker::Expected,
            Worker::Expected => {
                let started = thread::Builder::new()
                    .name("netns-test pool".into())
                    .spawn(|| self.work());
                stock.worker = match started {
                    Ok(_) => Worker::Started,
                    Err(_) => Worker::Gone,
                };
            }
            Worker::Started | Worker::Gone => {}
        }
        let ready = stock.ready.pop();
        drop(stock);
        if ready.is_some() {
            self.taken.notify_one();
        }
        ready
    }

    /// The worker's life: it ends with the process, or with the first error.
    fn work(&self) {
        let _known = Known::here();
        let Ok(parking) = parking() else {
            return self.give_up();
        };
        loop {
            // Where there are too many, what is kept ready here is in the way of a test.
            let made = make::new_here(Patience::none());
            // Back in any case: else the worker's own stay would keep a namespace alive.
            let (Ok(ns), Ok(())) = (made, namespace::enter_net(parking.as_fd())) else {
                return self.give_up();
            };
            let mut stock = self.lock();
            stock.ready.push(ns);
            while stock.ready.len() >= AHEAD {
                stock = self
                    .taken
                    .wait(stock)
                    .unwrap_or_else(PoisonError::into_inner);
            }
        }
    }

    fn give_up(&self) {
        let mut stock = self.lock();
        stock.worker = Worker::Gone;
        stock.ready.clear();
    }

    fn lock(&self) -> MutexGuard<'_, Stock> {
        self.stock.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Where the worker is between two namespaces: at home; or, where it could not
/// go back there, in a namespace that it makes for the purpose. A process in a
/// user namespace may not return to a network namespace that was made outside.
///
/// # References
///
/// setns(2): `CAP_SYS_ADMIN` in the user namespace that owns the target.
fn parking() -> io::Result<OwnedFd> {
    let home = namespace::open_current_net()?;
    if namespace::enter_net(home.as_fd()).is_ok() {
        return Ok(home);
    }
    namespace::unshare_net()?;
    namespace::open_current_net()
}
