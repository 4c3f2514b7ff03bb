use std::convert::Infallible;
use std::marker::PhantomData;

use crate::elsewhere::netns::NetNs;
use crate::error::Error;

/// While it lives, the thread that made it is in another namespace.
#[derive(Debug)]
pub struct Entered<'ns> {
    never: Infallible,
    namespace: PhantomData<(&'ns NetNs, *const ())>,
}

impl NetNs {
    /// Moves the calling thread into this namespace for as long as the guard lives.
    ///
    /// # Errors
    ///
    /// None.
    pub fn enter(&self) -> Result<Entered<'_>, Error> {
        match self.never {}
    }
}

impl Drop for Entered<'_> {
    fn drop(&mut self) {
        match self.never {}
    }
}
