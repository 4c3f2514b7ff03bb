//! Code that runs in a namespace, on a thread of its own.

use std::io;
use std::os::fd::AsFd;
use std::panic;
use std::thread::{self, JoinHandle};

use crate::backtrace::__rust_begin_short_backtrace;
use crate::callback::{Continued, UnderWay};
use crate::error::{Error, ErrorKind};
use crate::netns::NetNs;
use crate::sys::namespace;
use crate::witness::Witness;

impl NetNs {
    /// Runs `f` in this namespace, on another thread, and returns what it
    /// returned. The caller waits and does not move; a panic of `f` goes on in
    /// the caller.
    ///
    /// The thread ends with `f` and is not restored, so that there is nothing that
    /// could fail after `f`: an error of this method means that `f` did not run,
    /// and an error of `f` itself, in the inner of two `Result`s, is never lost.
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
    /// `f` did not run:
    ///
    /// - [`ErrorKind::NotPermitted`]: the namespace is owned by another user
    ///   namespace, or the thread has no `CAP_SYS_ADMIN` in its own;
    ///   [`Error::hint`] says which it is.
    /// - [`ErrorKind::NotNamespace`], [`ErrorKind::OtherNamespace`]: the handle was
    ///   made of a descriptor that is no network namespace's.
    /// - [`ErrorKind::Process`]: no thread could be started.
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
        let witness = Witness::here();
        thread::scope(|scope| {
            let inside = || {
                let _continued = Continued::on_this_thread(operation);
                let _witnessed = Witness::of_this_thread(witness);
                self.enter_here()?;
                Ok(__rust_begin_short_backtrace(f))
            };
            thread_like_this_one()
                .spawn_scoped(scope, inside)
                .map_err(not_started)?
                .join()
                .unwrap_or_else(|panic| panic::resume_unwind(panic))
        })
    }

    /// Starts a thread that lives in this namespace, and returns its handle;
    /// the caller does not move, nor wait. The thread has the caller's name and mounts.
    ///
    /// ```no_run
    /// use std::net::TcpListener;
    ///
    /// use netns_test::NetNs;
    ///
    /// let ns = NetNs::new()?;
    /// let server = ns.run(|| TcpListener::bind("127.0.0.1:80"))??;
    /// let accepts = ns.spawn(move || server.accept())?;
    /// ns.run(|| std::net::TcpStream::connect("127.0.0.1:80"))??;
    /// accepts.join().expect("it does not panic")?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Those of [`NetNs::run`]: there is no thread then.
    pub fn spawn<T: Send + 'static>(
        &self,
        f: impl FnOnce() -> T + Send + 'static,
    ) -> Result<JoinHandle<T>, Error> {
        let name = thread_like_this_one();
        // A thread is born where the one is that starts it, and so it is inside or there is none.
        self.run(|| name.spawn(f).map_err(not_started))?
    }

    /// Makes a socket in this namespace and hands it out: it stays in the
    /// namespace wherever it is used, and keeps it alive. `f` runs as under [`NetNs::run`].
    ///
    /// ```no_run
    /// use std::net::TcpListener;
    ///
    /// let ns = netns_test::NetNs::new()?;
    /// let server = ns.socket(|| TcpListener::bind("127.0.0.1:80"))?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// - Those of [`NetNs::run`].
    /// - [`ErrorKind::System`]: `f` failed, and its error is the source; or it
    ///   returned a descriptor that is not a socket's.
    /// - [`ErrorKind::OtherNamespace`]: the socket was made in another namespace;
    ///   it has been dropped.
    ///
    /// # References
    ///
    /// socket(7), `SO_NETNS_COOKIE`; `SIOCGSKNS` in net/socket.c
    pub fn socket<S: AsFd + Send>(
        &self,
        f: impl FnOnce() -> io::Result<S> + Send,
    ) -> Result<S, Error> {
        // Before Linux 5.14 there are no cookies.
        let cookie = self.try_cookie().ok();
        self.run(|| {
            let socket = f()
                .map_err(|error| Error::system(format!("make a socket in {}", self.id()), error))?;
            let fd = socket.as_fd();
            let is_inside = match cookie {
                Some(cookie) => namespace::net_cookie_of(fd).map(|found| found == cookie),
                None => namespace::open_net_of(fd)
                    .and_then(|ns| namespace::identify(ns.as_fd()))
                    .map(|found| found == self.id().numbers()),
            };
            match is_inside {
                Ok(true) => Ok(socket),
                Ok(false) => Err(Error::new(
                    ErrorKind::OtherNamespace,
                    format!("make a socket in {}: it was made elsewhere", self.id()),
                )),
                Err(error) => {
                    let id = self.id();
                    Err(Error::system(
                        format!("ask a socket whether it is in {id}"),
                        error,
                    ))
                }
            }
        })?
    }

    /// Runs `future` to its end in this namespace, on a current-thread runtime
    /// of tokio's that is built on a thread inside: all that the future opens
    /// and spawns is inside. The caller waits and does not move, and may be in
    /// another runtime; a panic of the future goes on in the caller.
    ///
    /// ```no_run
    /// use tokio::net::TcpListener;
    ///
    /// let ns = netns_test::NetNs::new()?;
    /// let port = ns.block_on(async {
    ///     let server = TcpListener::bind("127.0.0.1:0").await?;
    ///     server.local_addr().map(|address| address.port())
    /// })??;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Those of [`NetNs::run`].
    ///
    /// # Panics
    ///
    /// If the future does, or no runtime can be built.
    #[cfg(feature = "tokio")]
    pub fn block_on<F>(&self, future: F) -> Result<F::Output, Error>
    where
        F: Future<Output: Send> + Send,
    {
        self.run(|| crate::runtime::Runtime::new().block_on(future))
    }

    /// Moves the calling thread into this namespace.
    pub(crate) fn enter_here(&self) -> Result<(), Error> {
        namespace::enter_net(self.checked()?).map_err(|error| {
            self.not_entered(format!("enter network namespace {}", self.id()), error)
        })
    }

    /// What to say of a thread that was refused on its way in.
    pub(crate) fn not_entered(&self, operation: String, error: io::Error) -> Error {
        let kind = match error.raw_os_error() {
            Some(libc::EPERM) => {
                return Error::new(ErrorKind::NotPermitted, operation)
                    .with_source(error)
                    .with_hint(self.not_permitted_hint());
            }
            Some(libc::EINVAL) => ErrorKind::OtherNamespace,
            Some(libc::ENOENT | libc::ESRCH) => ErrorKind::NotFound,
            _ => ErrorKind::System,
        };
        Error::new(kind, operation).with_source(error)
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

fn not_started(error: io::Error) -> Error {
    Error::new(ErrorKind::Process, "start a thread").with_source(error)
}
