//! Code that runs in a namespace, on a thread of its own.

use std::os::fd::{AsFd, BorrowedFd};
use std::panic;
use std::thread;

use crate::callback::{Continued, UnderWay};
use crate::error::{Error, ErrorKind};
use crate::netns::{NetNs, NetNsId};
use crate::sys::namespace;

impl NetNs {
    /// Runs `f` in this namespace, on another thread, and returns what it
    /// returned. The caller waits and does not move; a panic of `f` goes on in
    /// the caller.
    ///
    /// The thread ends with `f` and is not restored, so that there is nothing that
    /// could fail after `f`: an error of this method means that `f` did not run.
    /// Threads that `f` starts are in this namespace as well. The thread has the
    /// caller's name and mounts: in it, `/proc/thread-self/net` is this
    /// namespace's, and `/proc/net` is not.
    ///
    /// ```no_run
    /// use std::net::TcpListener;
    ///
    /// use netns_test::NetNs;
    ///
    /// let ns = NetNs::new()?;
    /// let server = ns.run(|| TcpListener::bind("127.0.0.1:80"))??;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// No thread could be started, or the kernel refused to enter the namespace.
    ///
    /// # Panics
    ///
    /// If `f` does.
    ///
    /// # References
    ///
    /// setns(2)
    pub fn run<T: Send>(&self, f: impl FnOnce() -> T + Send) -> Result<T, Error> {
        let operation = UnderWay::here();
        thread::scope(|scope| {
            let inside = || {
                let _continued = Continued::on_this_thread(operation);
                enter(self.as_fd(), self.id())?;
                Ok(f())
            };
            thread_like_this_one()
                .spawn_scoped(scope, inside)
                .map_err(not_started)?
                .join()
                .unwrap_or_else(|panic| panic::resume_unwind(panic))
        })
    }
}

/// A thread that has the caller's name, with which the message of a panic begins.
fn thread_like_this_one() -> thread::Builder {
    let builder = thread::Builder::new();
    match thread::current().name() {
        Some(name) => builder.name(name.to_owned()),
        None => builder,
    }
}

fn not_started(error: std::io::Error) -> Error {
    Error::new(ErrorKind::Process, "start a thread").with_source(error)
}

/// Moves the calling thread into the namespace `id`, to which `fd` is open.
fn enter(fd: BorrowedFd<'_>, id: NetNsId) -> Result<(), Error> {
    namespace::enter_net(fd)
        .map_err(|error| Error::system(format!("enter network namespace {id}"), error))
}
