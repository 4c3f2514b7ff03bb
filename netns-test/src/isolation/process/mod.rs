//! Process isolation: the body runs in a process of its own, so that the
//! whole process is in the namespace and a crash is that test's failure only.
//!
//! ```text
//! test process                                  this executable, started again
//! ------------                                  ------------------------------
//! socketpair, fork, user namespace, execve ---> libtest runs the one test that is named;
//!                                               its expansion finds the marker and serves
//! request: name, distance of the body,    --->  fork (server), or nothing (born for one test)
//!   result socket, stdout, stderr               network namespace, `lo`, views, body on a thread
//! output, as it comes                     <---  stdout and stderr
//! network namespace                       <---  before the body
//! its pidfd, if the body has a limit      <---  right before the body
//! its record, if somebody asks for it     <---  right before the body, and before the outcome
//! warnings                                <---
//! "it fails", if it is to be paused,      <---  and it waits for the end of that
//!   and one end of a pipe
//! outcome                                 <---  last of all; then _exit
//! wait status, if no outcome came         <---  from the server
//! ```
//!
//! What can break between two steps, and who notices: a refused namespace is
//! named by the child before execve (a pipe) or in the outcome; a name that
//! libtest does not know, a crash, an exit and a killed server all end the
//! result socket without an outcome, and that is a failure. What the network
//! looked like is then read from the namespace that was sent before: by the test
//! process, or, for an ordinary user, by a further child (`remains`). Nothing waits for
//! the end of the output, which a process that the body left behind may hold
//! open. A body with a limit is watched by its own process, and that by this one.

mod backup;
mod child;
mod client;
mod handle;
mod message;
mod output;
mod pausing;
mod remains;
mod server;
mod start;
mod waiting;

use std::io::{self, Write};
use std::os::fd::AsFd;
use std::process::ExitStatus;
use std::time::Duration;

use crate::env::{self, Role};
use crate::isolation::process::child::Net;
use crate::isolation::process::message::{Request, send_started};
use crate::sys::fork::Alone;
use crate::sys::{channel, exec, process};
use crate::test::Test;

pub(crate) use client::{is_refusal, run};
pub(crate) use remains::Remains;

/// How long the main thread may take to fall asleep after it started a test.
const PATIENCE: Duration = Duration::from_secs(5);

/// How a test ended whose body was to run in a process.
#[derive(Debug)]
pub(crate) enum Ended {
    /// The body returned, and its value's report is this status.
    Returned(u8),
    /// The body panicked; the text of the payload, if it was text.
    Panicked(Option<String>),
    /// The test fails, however its body ended; why has been printed.
    Condemned,
    /// The body took too long; what it was at has been printed.
    TimedOut,
    /// It took too long, and the process had to be ended from outside; what it was at
    /// has been printed.
    Frozen(Remains),
    /// The process ended before it told an outcome.
    Died(ExitStatus, Remains),
    /// The fork server ended, and the process with it.
    Orphaned(Remains),
}

/// Does not return in a process that was started to serve; does nothing in any other.
pub(crate) fn serve_if_asked(test: &'static Test) {
    let Some((fd, role)) = env::asked_to_serve() else {
        return;
    };
    let Ok(requests) = exec::inherited_channel(fd) else {
        return;
    };
    let alone = Alone::prove(PATIENCE);
    if let Ok(alone) = &alone {
        alone.remove_variable(env::SERVE);
    }
    // What libtest has printed so far is for the null device, not for the test's output.
    let _ = io::stdout().flush();
    match (role, alone) {
        (Role::Server, Ok(alone)) => server::serve(alone, requests, test.body),
        (Role::Server, Err(why)) => {
            let _ = channel::send(requests.as_fd(), why.as_bytes(), &[]);
            process::exit_now(0)
        }
        (Role::Reporter, _) => remains::serve(&requests),
        (Role::OneTest, _) => {
            let message = channel::receive(requests.as_fd()).ok().flatten();
            let Some(request) = message.and_then(Request::parse) else {
                process::exit_now(1);
            };
            drop(requests);
            let _ = send_started(request.result.as_fd());
            // It follows its parent since its birth; from here on its children follow as well.
            let _ = process::die_with_parent();
            let prepared = child::prepare(request.home, Net::Born, request.views);
            child::finish(request, test.body, prepared)
        }
    }
}
