//! How a namespace that this crate makes comes and goes: the order in which
//! the systems of hooks hear of it.

use std::panic;
use std::thread;

use crate::callback;
use crate::capture;
use crate::error::{Error, ErrorKind};
use crate::instance::{self, Inside};
use crate::netns::life::Stage;
use crate::netns::{NetNs, lineage, make};
use crate::notify;
use crate::pernet;
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
    /// says why; inside of a test it does not), or a hook failed
    /// ([`ErrorKind::Callback`]); or it is a hook that asks ([`ErrorKind::Deadlock`]).
    ///
    /// # References
    ///
    /// unshare(2), `CLONE_NEWNET`
    pub fn new() -> Result<Self, Error> {
        callback::refuse_within("make a network namespace")?;
        let inside = Inside::here();
        let sink = capture::here();
        let origin = lineage::origin_here();
        let make = || {
            let ns = make::new_here(Patience::new())?;
            if let Some(origin) = &origin {
                lineage::note(origin, &ns);
            }
            if let Some(sink) = &sink {
                sink.tap(&ns, "a namespace that the test made");
            }
            begin(ns)
        };
        thread::scope(|scope| {
            thread::Builder::new()
                .name("netns-test new".into())
                .spawn_scoped(scope, || inside.carry(make))
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
    if let Err(error) = pernet::create(&ns) {
        ns.life().set_stage(Stage::Over);
        return Err(error);
    }
    // From here on, what fails ends the namespace as its drop does.
    let ns = ns.ending_with(end);
    instance::create_all(&ns)?;
    Ok(ns)
}

fn end(ns: &NetNs) -> Result<(), Error> {
    if instance::is_called_for(ns) {
        return end_later(ns);
    }
    ns.life().set_stage(Stage::ShuttingDown);
    let ended = instance::end_all(ns);
    let notified = notify::stop(ns);
    let exited = pernet::destroy(ns);
    ns.life().set_stage(Stage::Over);
    ended.and(notified).and(exited)
}

/// Ends `ns` when the callback has returned that the calling thread is inside of.
fn end_later(ns: &NetNs) -> Result<(), Error> {
    let again = ns.another();
    thread::Builder::new()
        .name("netns-test end".into())
        .spawn(move || end(&again))
        .map_err(|error| Error::new(ErrorKind::Process, "start a thread").with_source(error))?;
    let id = ns.id();
    Err(Error::new(
        ErrorKind::Deadlock,
        format!("wait for the end of network namespace {id} inside of a callback for it"),
    )
    .with_hint("it ends when the callback has returned; close it after that to see how"))
}
