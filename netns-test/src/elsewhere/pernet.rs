//! Hooks for namespaces: on this system there is none, and nothing is registered.

#[path = "../pernet/ops.rs"]
mod ops;

use std::convert::Infallible;
use std::fmt;
use std::marker::PhantomData;
use std::ops::Deref;
use std::sync::Arc;

use crate::error::{Error, ErrorKind};
use crate::netns::NetNs;

pub use ops::{IntoOps, Pernet};

/// Registers hooks; on this system they are of no use.
///
/// # Errors
///
/// Always [`ErrorKind::Unsupported`].
pub fn register_subsys<O: IntoOps>(_: O) -> Result<Registration<O::Ops>, Error> {
    Err(unsupported())
}

/// Registers hooks; on this system they are of no use.
///
/// # Errors
///
/// Always [`ErrorKind::Unsupported`].
pub fn register_device<O: IntoOps>(_: O) -> Result<Registration<O::Ops>, Error> {
    Err(unsupported())
}

fn unsupported() -> Error {
    Error::new(
        ErrorKind::Unsupported,
        "register hooks for network namespaces: only Linux has them",
    )
}

/// Hooks that are registered; on this system none are.
pub struct Registration<P: Pernet> {
    never: Infallible,
    ops: PhantomData<P>,
}

impl<P: Pernet> Registration<P> {
    /// Unregisters the hooks.
    ///
    /// # Errors
    ///
    /// None.
    pub fn unregister(self) -> Result<(), Error> {
        match self.never {}
    }

    /// Leaves the hooks registered.
    pub fn keep(self) {
        match self.never {}
    }

    /// The operations that are registered.
    pub fn ops(&self) -> &P {
        match self.never {}
    }
}

/// What [`setup!`](crate::setup!) makes of a `static`; on this system nothing is set up.
pub struct Registered<P: Pernet> {
    make: fn() -> P,
}

impl<P: Pernet> Registered<P> {
    /// As [`register_subsys`] does it.
    pub const fn subsys(make: fn() -> P) -> Self {
        Self { make }
    }

    /// As [`register_device`] does it.
    pub const fn device(make: fn() -> P) -> Self {
        Self { make }
    }

    /// Registers the operations.
    ///
    /// # Errors
    ///
    /// Always [`ErrorKind::Unsupported`].
    pub fn register(&self) -> Result<&Registration<P>, Error> {
        Err(unsupported())
    }
}

impl<P: Pernet> fmt::Debug for Registration<P> {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.never {}
    }
}

impl<P: Pernet> fmt::Debug for Registered<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Registered").finish_non_exhaustive()
    }
}

impl<P: Pernet> Deref for Registered<P> {
    type Target = Registration<P>;

    fn deref(&self) -> &Registration<P> {
        panic!("failed to {}", unsupported())
    }
}

impl NetNs {
    /// The value that these hooks have in this namespace.
    pub fn pernet<P: Pernet>(&self, registration: &Registration<P>) -> Option<Arc<P::Value>> {
        match registration.never {}
    }
}
