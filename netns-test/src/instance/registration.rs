//! Who is registered: a name, callbacks, and how often they ran.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::error::Error;
use crate::instance;
use crate::instance::callbacks::{Callbacks, Instance};
use crate::instance::machine::Step;
use crate::instance::statistics::Statistics;
use crate::kstat::Tally;

/// A registration as the framework keeps it.
pub(super) struct Registered {
    pub(super) name: String,
    /// Which registration this is, among those of one name as well.
    pub(super) number: u64,
    pub(super) callbacks: Box<dyn Callbacks>,
    /// In the order of [`Step::ALL`].
    pub(super) steps: [Tally; Step::ALL.len()],
}

impl Registered {
    pub(super) fn new(name: String, callbacks: impl Instance) -> Self {
        static LAST: AtomicU64 = AtomicU64::new(0);
        Self {
            name,
            number: LAST.fetch_add(1, Ordering::Relaxed),
            callbacks: Box::new(callbacks),
            steps: Default::default(),
        }
    }
}

/// An [`Instance`] that is registered, until this value is dropped.
///
/// Dropping it is a silent [`unregister`](Registration::unregister): it
/// waits for the callbacks as well, and their panics go unseen.
#[must_use = "it unregisters when it is dropped"]
pub struct Registration {
    registered: Arc<Registered>,
    keep: bool,
}

impl Registration {
    pub(super) fn of(registered: &Arc<Registered>) -> Self {
        Self {
            registered: Arc::clone(registered),
            keep: false,
        }
    }

    /// The name of the registration.
    pub fn name(&self) -> &str {
        &self.registered.name
    }

    /// How often the callbacks have run, and how long they took.
    pub fn statistics(&self) -> Statistics {
        let [create, shutdown, destroy] = &self.registered.steps;
        Statistics {
            created: create.count(),
            shut_down: shutdown.count(),
            destroyed: destroy.count(),
            time_to_create: create.time(),
            time_to_shut_down: shutdown.time(),
            time_to_destroy: destroy.time(),
        }
    }

    /// Takes the registration back. `shutdown` runs in every namespace, newest first, then
    /// `destroy` in every one; when this returns, no callback runs, nor ever will.
    ///
    /// # Errors
    ///
    /// - [`NotFound`](crate::ErrorKind::NotFound): it was taken back by its name before.
    /// - [`Deadlock`](crate::ErrorKind::Deadlock): this is called inside of one of its
    ///   own callbacks. It stays registered.
    /// - [`Callback`](crate::ErrorKind::Callback): a callback panicked. All have run, and
    ///   the registration is gone.
    /// - [`System`](crate::ErrorKind::System), [`Process`](crate::ErrorKind::Process): a
    ///   namespace could not be entered. There, no callback has run, and the state was dropped;
    ///   the registration is gone.
    ///
    /// # References
    ///
    /// `net_instance_unregister(9F)`
    pub fn unregister(mut self) -> Result<(), Error> {
        let unregistered = instance::unregister_this(&self.registered);
        self.keep = true;
        unregistered
    }

    /// Stays registered until the process ends, or until
    /// [`unregister`](instance::unregister()) is called with the name.
    pub fn keep(mut self) {
        self.keep = true;
    }
}

impl Drop for Registration {
    fn drop(&mut self) {
        if !self.keep {
            let _ = instance::unregister_this(&self.registered);
        }
    }
}

impl fmt::Debug for Registration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Registration")
            .field("name", &self.name())
            .field("statistics", &self.statistics())
            .finish_non_exhaustive()
    }
}
