//! The fork server, seen from the test process: one, started by the first
//! test that needs it.

use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::process::Child;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use nix::poll::PollTimeout;

use crate::env::Role;
use crate::error::Error;
use crate::isolation::process::message::READY;
use crate::isolation::process::start::{Started, end_group, names, start, unknown_name};
use crate::isolation::process::waiting::{readable, wait_for};
use crate::sys::exec::{Birth, Unmapped};
use crate::sys::{channel, process};
use crate::test::{Body, Test};

/// How long a server may take from its start to its first word: it loads the
/// program and runs what the program runs before `main`.
const START: Duration = Duration::from_secs(60);

/// A fork server that is ready.
#[derive(Debug)]
pub(super) struct Server {
    pub(super) requests: OwnedFd,
    /// The body that distances are measured from.
    pub(super) base: Body,
    /// Readable when it has ended.
    pub(super) pidfd: OwnedFd,
    /// What its tests have to do without.
    pub(super) unmapped: Option<Unmapped>,
    child: Mutex<Child>,
}

impl Drop for Server {
    fn drop(&mut self) {
        let child = self.child.get_mut().unwrap_or_else(PoisonError::into_inner);
        let _ = end_group(child);
    }
}

/// The server of this process: `None` where it said that it cannot fork.
type Known = Option<Option<Arc<Server>>>;

static SERVER: Mutex<Known> = Mutex::new(None);

fn known_server() -> MutexGuard<'static, Known> {
    SERVER.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Lets the next test start another server, unless another test has done so since.
pub(super) fn discard(server: &Arc<Server>) {
    let mut known = known_server();
    if matches!(&*known, Some(Some(present)) if Arc::ptr_eq(present, server)) {
        *known = None;
    }
}

/// Lets the next test start another server.
pub(super) fn discard_any() {
    let discarded = known_server().take();
    drop(discarded);
}

/// The server, started by the first test that needs it; `None` if forking
/// is not safe in this program.
pub(super) fn server(test: &'static Test, user: bool) -> Result<Option<Arc<Server>>, Error> {
    let mut known = known_server();
    if let Some(server) = &*known {
        return Ok(server.clone());
    }
    let server = start_server(test, user)?.map(Arc::new);
    *known = Some(server.clone());
    Ok(server)
}

fn start_server(test: &'static Test, user: bool) -> Result<Option<Server>, Error> {
    let birth = Birth {
        user,
        net: false,
        existing: None,
        with_thread: false,
    };
    for name in names(test) {
        let Started {
            requests,
            child,
            unmapped,
        } = start(&name, Role::Server, birth)?;
        let pidfd = process::pidfd_open(process::number(&child))
            .map_err(|error| Error::system("pidfd_open", error))?;
        let server = Server {
            requests,
            base: test.body,
            pidfd,
            unmapped,
            child: Mutex::new(child),
        };
        match first_word(&server.requests)? {
            Some(word) if word == READY => return Ok(Some(server)),
            Some(_) => return Ok(None),
            None => {}
        }
    }
    Err(unknown_name(test))
}

fn first_word(requests: &OwnedFd) -> Result<Option<Vec<u8>>, Error> {
    let timeout = PollTimeout::try_from(START).unwrap_or(PollTimeout::MAX);
    let failed = |error| Error::system("wait for the fork server to start", error);
    match wait_for(&mut [readable(requests.as_fd())], timeout).map_err(failed)? {
        0 => Err(failed(io::ErrorKind::TimedOut.into())),
        _ => channel::receive(requests.as_fd())
            .map(|message| message.map(|message| message.bytes))
            .map_err(failed),
    }
}
