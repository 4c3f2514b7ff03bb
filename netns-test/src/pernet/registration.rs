//! A registration: how callbacks begin and cease to be called.

use std::fmt;
use std::io;
use std::sync::Arc;

use crate::callback::{Operation, UnderWay};
use crate::error::{Error, ErrorKind};
use crate::netns::{NetNs, life};
use crate::pernet::entry::Entry;
use crate::pernet::list::{self, Kind};
use crate::pernet::{IntoOps, Pernet};
use crate::pernet::{failure, pass};

/// Registers `ops` as a subsystem: in a new namespace it begins after the
/// subsystems that were there before, and before all devices.
///
/// `init` is called for every namespace that lives, the oldest first, before
/// this returns; where it fails, it is undone in the others. Namespaces that
/// other code made are unknown to this crate and stay so.
///
/// # Errors
///
/// - [`ErrorKind::Callback`]: `init` failed in a namespace that lives; its error is
///   the [source](std::error::Error::source).
/// - [`ErrorKind::AlreadyExists`] (`EEXIST`): the same operations, not equal ones,
///   are registered.
/// - [`ErrorKind::Deadlock`]: called in a callback.
///
/// # References
///
/// `register_pernet_subsys` in `net/core/net_namespace.c`
pub fn register_subsys<O: IntoOps>(ops: O) -> Result<Registration<O::Ops>, Error> {
    register(ops.into_ops(), Kind::Subsys)
}

/// Registers `ops` as a device: in a new namespace it begins after all
/// subsystems, also those that are registered later, and so it ends before them.
/// Otherwise like [`register_subsys`].
///
/// # Errors
///
/// Those of [`register_subsys`].
///
/// # References
///
/// `register_pernet_device` in `net/core/net_namespace.c`
pub fn register_device<O: IntoOps>(ops: O) -> Result<Registration<O::Ops>, Error> {
    register(ops.into_ops(), Kind::Device)
}

fn register<P: Pernet>(ops: Arc<P>, kind: Kind) -> Result<Registration<P>, Error> {
    let _operation = Operation::begin("register pernet operations")?;
    let mut list = list::write();
    let entry = Arc::new(Entry::new(&ops));
    if list.entries().iter().any(|other| other.is_of(&ops)) {
        let what = format!("register `{}`", entry.name);
        return Err(Error::new(ErrorKind::AlreadyExists, what)
            .with_source(io::Error::from_raw_os_error(libc::EEXIST)));
    }
    replay(&entry)?;
    list.insert(Arc::clone(&entry), kind);
    Ok(Registration {
        ops,
        entry: Some(entry),
    })
}

/// Begins `entry` in all namespaces that live, or in none.
fn replay(entry: &Arc<Entry>) -> Result<(), Error> {
    let alive = life::alive();
    if alive.is_empty() {
        return Ok(());
    }
    pass::on_a_thread(|mut traveller| {
        for (index, ns) in alive.iter().enumerate() {
            let begun = traveller.go_to(ns).and_then(|()| entry.init(ns));
            if let Err(error) = begun {
                let undone = pass::exit(&[Arc::clone(entry)], &alive[..index], traveller);
                return Err(failure::also(error, &undone.concat()));
            }
        }
        Ok(())
    })?
}

fn unregister(entry: &Arc<Entry>) -> Result<(), Error> {
    let _operation = Operation::begin("unregister pernet operations")?;
    let mut list = list::write();
    list.remove(entry);
    let failures = pass::exit_inside(&[Arc::clone(entry)], &life::alive());
    failure::any(&failures.concat())
}

/// Callbacks that are called for every namespace, until this is dropped.
#[must_use = "the callbacks are unregistered when it is dropped"]
pub struct Registration<P: Pernet> {
    ops: Arc<P>,
    /// Until it is unregistered.
    entry: Option<Arc<Entry>>,
}

impl<P: Pernet> Registration<P> {
    /// Ends what the callbacks began, in every namespace that lives, as its end
    /// would, and calls them no more: when this returns, none of them runs.
    ///
    /// # Errors
    ///
    /// - [`ErrorKind::Callback`]: a callback panicked. The others have run, and the
    ///   operations are unregistered.
    /// - [`ErrorKind::Deadlock`]: called in a callback. The operations are
    ///   unregistered right after the callbacks.
    ///
    /// # References
    ///
    /// `unregister_pernet_subsys` in `net/core/net_namespace.c`
    pub fn unregister(mut self) -> Result<(), Error> {
        let Some(entry) = self.entry.as_ref() else {
            return Ok(());
        };
        let done = unregister(entry);
        let refused = |error: &Error| error.kind() == ErrorKind::Deadlock;
        // Else it is left to `drop`, which puts it off.
        if !done.as_ref().is_err_and(refused) {
            self.entry = None;
        }
        done
    }

    /// Leaves the callbacks registered for as long as the process lives.
    pub fn keep(mut self) {
        self.entry = None;
    }

    /// The operations that are registered.
    pub fn ops(&self) -> &P {
        &self.ops
    }
}

impl<P: Pernet> Drop for Registration<P> {
    /// Unregisters silently; in a callback, right after the callbacks.
    fn drop(&mut self) {
        let Some(entry) = self.entry.take() else {
            return;
        };
        match UnderWay::here() {
            None => drop(unregister(&entry)),
            Some(operation) => operation.put_off(move || drop(unregister(&entry))),
        }
    }
}

impl<P: Pernet> fmt::Debug for Registration<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.entry.as_ref().map(|entry| entry.name);
        f.debug_struct("Registration")
            .field("ops", &name)
            .finish_non_exhaustive()
    }
}

impl NetNs {
    /// The value that these callbacks have in this namespace: from when their `init`
    /// returned it until their last callback for the namespace did. `None` if the
    /// namespace is not one that this crate made in this process.
    ///
    /// # References
    ///
    /// `net_generic` in `include/net/netns/generic.h`
    pub fn pernet<P: Pernet>(&self, registration: &Registration<P>) -> Option<Arc<P::Value>> {
        let value = registration.entry.as_ref()?.value(self)?;
        value.downcast().ok()
    }
}
