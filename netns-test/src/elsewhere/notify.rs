//! What comes and goes inside of a namespace, told to callbacks: Linux has namespaces.

#[path = "../notify/notice.rs"]
mod notice;

use std::convert::Infallible;

use crate::error::Error;
use crate::netns::NetNs;

pub use notice::{Event, Item, Notice, Notify, Protocol};

/// A callback on a namespace's list, which leaves it when this is dropped.
#[derive(Debug)]
pub struct Registration {
    never: Infallible,
}

/// How to listen to the kernel; for those who know better than the defaults.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options(());

impl NetNs {
    /// Registers `callback`.
    ///
    /// # Errors
    ///
    /// None.
    pub fn notify(&self, _callback: impl Notify) -> Result<Registration, Error> {
        match self.never {}
    }

    /// [`NetNs::notify`] with options.
    ///
    /// # Errors
    ///
    /// None.
    pub fn notify_with(
        &self,
        _options: Options,
        _callback: impl Notify,
    ) -> Result<Registration, Error> {
        match self.never {}
    }

    /// Takes the callback of the type of `callback` off this namespace's list.
    ///
    /// # Errors
    ///
    /// None.
    pub fn notify_unregister<C: Notify>(&self, _callback: &C) -> Result<(), Error> {
        match self.never {}
    }
}

impl Options {
    /// How many bytes of messages the kernel keeps that were not taken yet.
    #[must_use]
    pub fn receive_buffer(self, _bytes: usize) -> Self {
        self
    }
}

impl Registration {
    /// Takes the callback off the list.
    ///
    /// # Errors
    ///
    /// None.
    pub fn unregister(self) -> Result<(), Error> {
        match self.never {}
    }

    /// Leaves the callback on the list until the namespace ends.
    pub fn keep(self) {
        match self.never {}
    }
}
