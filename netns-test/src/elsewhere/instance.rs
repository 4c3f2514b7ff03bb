//! What is created in every network namespace and destroyed with it; on this
//! system there is none, and nothing can be registered.

#[path = "../instance/callbacks.rs"]
mod callbacks;
#[path = "../instance/statistics.rs"]
mod statistics;

use std::convert::Infallible;

use crate::error::{Error, ErrorKind};

pub use callbacks::Instance;
pub use statistics::Statistics;

/// An [`Instance`] that is registered, until this value is dropped.
#[derive(Debug)]
pub struct Registration {
    never: Infallible,
}

/// Registers callbacks, which takes Linux.
///
/// # Errors
///
/// Always.
pub fn register(name: impl Into<String>, callbacks: impl Instance) -> Result<Registration, Error> {
    drop(callbacks);
    let name = name.into();
    Err(Error::new(
        ErrorKind::Unsupported,
        format!("register instance `{name}`: it needs Linux"),
    ))
}

/// Takes back what was registered under `name`: nothing.
///
/// # Errors
///
/// Always.
pub fn unregister(name: &str) -> Result<(), Error> {
    Err(Error::new(
        ErrorKind::NotFound,
        format!("unregister instance `{name}`: it is not registered"),
    ))
}

impl Registration {
    /// The name of the registration.
    pub fn name(&self) -> &str {
        match self.never {}
    }

    /// How often the callbacks have run, and how long they took.
    pub fn statistics(&self) -> Statistics {
        match self.never {}
    }

    /// Takes the registration back.
    ///
    /// # Errors
    ///
    /// None.
    pub fn unregister(self) -> Result<(), Error> {
        match self.never {}
    }

    /// Stays registered until the process ends.
    pub fn keep(self) {
        match self.never {}
    }
}
