//! How a namespace that this crate makes comes and goes: the order in which
//! the systems of hooks hear of it.

use std::panic::{self, AssertUnwindSafe};
use std::thread;

use crate::error::{Error, ErrorKind};
use crate::netns::life::{self, Stage};
use crate::netns::{NetNs, make};
use crate::notify;
use crate::sys::namespace::Patience;

impl NetNs {
    /// Makes a network namespace: `lo` is up, and nothing else is in it. The
    /// caller does not move, and nothing refers to the namespace but the handle.
    ///
    /// ```no_run
    /// let ns = netns_test::NetNs::new()?;
    /// assert_eq!(ns.links()?.len(), 1);
    /// # Ok::<(), netns_test::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// The kernel refuses namespaces to this process ([`access()`](crate::access())
    /// says why; inside of a test it does not), or a hook failed.
    ///
    /// # References
    ///
    /// unshare(2), `CLONE_NEWNET`
    pub fn new() -> Result<Self, Error> {
        thread::scope(|scope| {
            thread::Builder::new()
                .name("netns-test new".into())
                .spawn_scoped(scope, || begin(make::new_here(Patience::new())?))
                .map_err(|error| {
                    Error::new(ErrorKind::Process, "start a thread").with_source(error)
                })?
                .join()
                .unwrap_or_else(|panic| panic::resume_unwind(panic))
        })
    }
}

/// Begins the life of `ns`, which the calling thread is in. The handle that is
/// returned is the one with which it ends.
pub(crate) fn begin(ns: NetNs) -> Result<NetNs, Error> {
    ns.life().set_stage(Stage::Starting);
    ns.life().number();
    life::publish(&ns);
    Ok(ns.ending_with(end))
}

fn end(ns: &NetNs) -> Result<(), Error> {
    ns.life().set_stage(Stage::ShuttingDown);
    life::unpublish(ns);
    let notified = notify::stop(ns);
    ns.life().set_stage(Stage::Over);
    notified
}

/// What came of a body, and of what ran after it.
#[derive(Debug)]
pub(crate) struct Finished<T> {
    pub(crate) body: thread::Result<T>,
    pub(crate) teardown: Result<(), Error>,
}

/// The whole life of `ns`, which the calling thread is in: `body` runs in the
/// middle of it, and what ends a namespace runs even if it panics.
///
/// # Errors
///
/// A hook failed before the body, which has not run.
pub(crate) fn around<T>(ns: NetNs, body: impl FnOnce(&NetNs) -> T) -> Result<Finished<T>, Error> {
    let ns = begin(ns)?;
    // Whoever takes the result raises the panic again.
    let body = panic::catch_unwind(AssertUnwindSafe(|| body(&ns)));
    Ok(Finished {
        body,
        teardown: ns.close(),
    })
}
