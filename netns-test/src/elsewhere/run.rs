//! What the portable modules need of a handle.

use super::netns::NetNs;
use crate::error::Error;

impl NetNs {
    /// Runs `f` in this namespace.
    ///
    /// # Errors
    ///
    /// None.
    pub fn run<T: Send>(&self, _: impl FnOnce() -> T + Send) -> Result<T, Error> {
        match self.never {}
    }
}
