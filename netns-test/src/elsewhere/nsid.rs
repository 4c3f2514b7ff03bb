//! Numbers of namespaces for others.

use super::netns::NetNs;
use crate::error::Error;

impl NetNs {
    /// The number by which this namespace knows `other`.
    ///
    /// # Errors
    ///
    /// None.
    pub fn nsid(&self, _: &Self) -> Result<Option<u32>, Error> {
        match self.never {}
    }

    /// Has this namespace know `other` by a number.
    ///
    /// # Errors
    ///
    /// None.
    pub fn assign_nsid(&self, _: &Self, _: Option<u32>) -> Result<u32, Error> {
        match self.never {}
    }
}
