//! What comes and goes inside of a namespace: interfaces, addresses, routes
//! and protocols, told to callbacks.
//!
//! ```no_run
//! use std::sync::mpsc;
//!
//! use netns_test::notify::Notice;
//!
//! # let ns = netns_test::NetNs::new()?;
//! let (heard, notices) = mpsc::channel();
//! let registration = ns.notify(move |notice: &Notice| {
//!     let _ = heard.send(notice.to_string());
//! })?;
//! // All that is there has been told by now.
//! assert!(notices.try_iter().any(|line| line.contains("register interface 1: lo:")));
//! // Here, `ip link add` would be heard of.
//! registration.unregister()?;
//! # Ok::<(), netns_test::Error>(())
//! ```
//!
//! The model is illumos's `net_instance_notify_register(9F)`, with its events
//! of interfaces, over the multicast groups of rtnetlink(7):
//!
//! - A new callback is told of all that exists before [`NetNs::notify`] returns,
//!   each thing after those it needs: protocols, interfaces by index, addresses
//!   and routes as they are listed. One that leaves is told that all of that is gone,
//!   the other way round. The others hear nothing of either.
//! - What happens is told to all callbacks in the order of registration, once for each thing.
//! - All callbacks of a namespace run on one thread, which is inside of it and
//!   starts with the first callback and ends with the last. So they never run at the same time, and one
//!   that is slow delays the others; the kernel's messages are taken meanwhile.
//! - A callback may register and unregister callbacks, itself included: that is
//!   done at once, within its call. It must not wait for a thread that does so.
//! - If the kernel loses messages, all is compared, the differences are told,
//!   and [`Event::Resync`] follows.
//! - Of an IPv4 route that goes with its interface or address the kernel does
//!   not tell: the routes are then compared when its other messages are done with.
//! - A panic of a callback stops nobody else. It is an error of
//!   [`NetNs::notify`] if it comes while the callback is told what exists, and
//!   else of [`Registration::unregister`], or, where that is not called, of
//!   [`NetNs::close`].
//! - When a namespace that this crate made ends, each callback that is left
//!   leaves, in the order of registration.
//!
//! What has no meaning here: something that goes is gone, whether it is in use
//! or not, and it is the kernel that keeps the names of interfaces apart.

mod desk;
mod hub;
mod inlet;
mod known;
mod notice;
mod order;
mod registration;
#[cfg(test)]
mod samples;
mod source;
mod subscriber;
mod table;
#[cfg(test)]
mod tests;
mod waits;

use std::any::TypeId;

use crate::error::Error;
use crate::netns::NetNs;
use crate::netns::life::Stage;

pub(crate) use hub::Hub;
pub use notice::{Event, Item, Notice, Notify, Protocol};
pub use registration::Registration;
use subscriber::Who;

/// How to listen to the kernel; for those who know better than the defaults.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    room: usize,
}

impl NetNs {
    /// Registers `callback`: it is told of all that exists, before this returns,
    /// and of all that happens from then on.
    ///
    /// # Errors
    ///
    /// - `AlreadyExists` (`EEXIST`): a callback of this type is registered for this
    ///   namespace, with whatever argument; see [`Notify`].
    /// - `ShutDown` (`ESHUTDOWN`): the end of the namespace has begun.
    /// - `Callback`: it panicked, and is not registered. It has been told that
    ///   what it took before is gone.
    /// - `Deadlock` (`EDEADLK`): this was called in a callback of another namespace, for
    ///   which a callback of this one waits.
    /// - `System` or `Process`: the namespace can't be entered or listened to,
    ///   or no thread could be started.
    ///
    /// # References
    ///
    /// `net_instance_notify_register(9F)`; rtnetlink(7)
    pub fn notify(&self, callback: impl Notify) -> Result<Registration, Error> {
        self.notify_with(Options::default(), callback)
    }

    /// [`NetNs::notify`] with options. Those of the first callback count.
    ///
    /// # Errors
    ///
    /// As of [`NetNs::notify`].
    pub fn notify_with(
        &self,
        options: Options,
        callback: impl Notify,
    ) -> Result<Registration, Error> {
        if self.life().stage() >= Stage::ShuttingDown {
            return Err(hub::shut_down());
        }
        Registration::new(self, options.room, callback)
    }

    /// Takes the callback of the type of `callback` off this namespace's list,
    /// as [`Registration::unregister`] does, wherever its registration is.
    ///
    /// ```no_run
    /// use netns_test::notify::Notice;
    ///
    /// fn listen(notice: &Notice) {}
    ///
    /// # let ns = netns_test::NetNs::new()?;
    /// ns.notify(listen)?.keep();
    /// ns.notify_unregister(&listen)?;
    /// # Ok::<(), netns_test::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As of [`Registration::unregister`].
    ///
    /// # References
    ///
    /// `net_instance_notify_unregister(9F)`
    pub fn notify_unregister<C: Notify>(&self, callback: &C) -> Result<(), Error> {
        let _ = callback;
        let who = Who {
            kind: TypeId::of::<C>(),
            number: None,
        };
        self.life().part::<Hub>().unregister(who)
    }
}

/// All callbacks of a namespace that ends leave, and the threads end.
///
/// # Errors
///
/// `Callback` if one panicked and nobody was told; `Deadlock` as of [`NetNs::notify`].
pub(crate) fn stop(ns: &NetNs) -> Result<(), Error> {
    ns.life().part::<Hub>().end()
}

impl Options {
    /// How many bytes of messages the kernel keeps that were not taken yet: 32
    /// MiB. An ordinary user is granted `net.core.rmem_max` for each socket, and up to
    /// sixteen of them share the messages by what they are about. (Then, in a
    /// hurry, things that do not depend on each other may be told in another order.)
    /// What does not fit is lost, and [`Event::Resync`] follows.
    #[must_use]
    pub fn receive_buffer(self, bytes: usize) -> Self {
        Self { room: bytes }
    }
}

impl Default for Options {
    fn default() -> Self {
        Self { room: 32 << 20 }
    }
}
