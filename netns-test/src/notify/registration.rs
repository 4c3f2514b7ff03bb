//! A callback that is registered.

use std::any::TypeId;
use std::fmt;
use std::sync::Arc;

use super::desk::cause;
use super::hub::Hub;
use super::notice::Notify;
use super::subscriber::{Callback, Subscriber, Who};
use crate::error::Error;
use crate::netns::NetNs;

/// A callback on a namespace's list, which leaves it when this is dropped.
#[must_use = "the callback leaves when this is dropped"]
pub struct Registration {
    hub: Arc<Hub>,
    who: Who,
    is_kept: bool,
}

impl Registration {
    pub(super) fn new<C: Notify>(ns: &NetNs, room: usize, callback: C) -> Result<Self, Error> {
        let hub = ns.life().part::<Hub>();
        let who = Who {
            kind: TypeId::of::<C>(),
            number: Some(hub.number()),
        };
        let subscriber = Subscriber {
            who,
            callback: Callback::new(callback),
            next: 0,
            replay: None,
            failure: None,
        };
        hub.register(ns, room, subscriber)?;
        Ok(Self {
            hub,
            who,
            is_kept: false,
        })
    }

    /// Takes the callback off the list, and tells it of everything that still
    /// exists that it is gone, the last first. No other callback hears of that. When this
    /// returns, the callback is not called any more.
    ///
    /// # Errors
    ///
    /// `NotFound` (`ESRCH`) if it is not on the list: the namespace has ended, or
    /// [`NetNs::notify_unregister`] took it off. `Callback` if the callback has
    /// panicked since it was registered, with what the first panic said.
    /// `Deadlock` as of [`NetNs::notify`]. Except for the last, it is off the list nevertheless.
    pub fn unregister(mut self) -> Result<(), Error> {
        self.is_kept = true;
        self.hub.unregister(self.who)
    }

    /// Leaves the callback on the list until the namespace ends. One that
    /// this crate did not make ends with the process.
    pub fn keep(mut self) {
        self.is_kept = true;
    }
}

impl Drop for Registration {
    /// As [`Registration::unregister`]; panics of the callback are told when the namespace is closed.
    fn drop(&mut self) {
        if self.is_kept {
            return;
        }
        if let Err(error) = self.hub.unregister(self.who) {
            if error.kind() == crate::error::ErrorKind::Callback {
                self.hub.remember(cause(&error));
            }
        }
    }
}

impl fmt::Debug for Registration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Registration").finish_non_exhaustive()
    }
}
