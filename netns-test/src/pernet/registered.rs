//! A registration in a `static`.

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use once_cell::sync::OnceCell;

use crate::callback;
use crate::error::Error;
use crate::pernet::{Pernet, Registration, register_device, register_subsys};

/// What [`setup!`](crate::setup!) makes of a `static`: operations that are
/// registered once in each process, before the first body of a test, and
/// stay so. It stands for the [`Registration`], as in `ns.pernet(&DNS)`.
///
/// Where code uses it before, in a test that is no `#[netns_test]` for example,
/// they are registered then, and an error is a panic.
pub struct Registered<P: Pernet> {
    make: fn() -> P,
    register: fn(Arc<P>) -> Result<Registration<P>, Error>,
    registration: OnceCell<Registration<P>>,
}

impl<P: Pernet> Registered<P> {
    /// As [`register_subsys`] does it.
    pub const fn subsys(make: fn() -> P) -> Self {
        Self {
            make,
            register: register_subsys::<Arc<P>>,
            registration: OnceCell::new(),
        }
    }

    /// As [`register_device`] does it.
    pub const fn device(make: fn() -> P) -> Self {
        Self {
            make,
            register: register_device::<Arc<P>>,
            registration: OnceCell::new(),
        }
    }

    /// Registers the operations, unless they are.
    ///
    /// # Errors
    ///
    /// Those of [`register_subsys`].
    pub fn register(&self) -> Result<&Registration<P>, Error> {
        if let Some(registration) = self.registration.get() {
            return Ok(registration);
        }
        // A callback of this very registration would wait for it.
        callback::refuse_within("register pernet operations")?;
        self.registration
            .get_or_try_init(|| (self.register)(Arc::new((self.make)())))
    }
}

impl<P: Pernet> Deref for Registered<P> {
    type Target = Registration<P>;

    fn deref(&self) -> &Registration<P> {
        match self.register() {
            Ok(registration) => registration,
            Err(error) => panic!("failed to {error}: {:?}", std::error::Error::source(&error)),
        }
    }
}

impl<P: Pernet> fmt::Debug for Registered<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Registered")
            .field(&self.registration.get())
            .finish()
    }
}
