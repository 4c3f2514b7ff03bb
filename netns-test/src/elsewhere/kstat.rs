//! Named counters of one network namespace; on this system there is none.

#[path = "../kstat/snapshot.rs"]
mod snapshot;

use std::convert::Infallible;

use crate::error::{Error, ErrorKind};
use crate::netns::{NetId, NetNs};

pub use snapshot::Snapshot;

/// Counters of one namespace, by name.
#[derive(Debug)]
pub struct Kstat {
    never: Infallible,
}

impl Kstat {
    /// Makes counters in a namespace, which takes Linux.
    ///
    /// # Errors
    ///
    /// Always.
    pub fn create(
        _: NetId,
        module: &str,
        name: &str,
        _class: &str,
        _fields: &[&str],
    ) -> Result<Self, Error> {
        Err(Error::new(
            ErrorKind::Unsupported,
            format!("create kstat `{module}:{name}`: it needs Linux"),
        ))
    }

    /// Adds `n` to a counter.
    pub fn add(&self, _field: &str, _n: u64) {
        match self.never {}
    }

    /// Sets a counter.
    pub fn set(&self, _field: &str, _value: u64) {
        match self.never {}
    }

    /// Reads a counter.
    pub fn get(&self, _field: &str) -> u64 {
        match self.never {}
    }

    /// Takes the counters off the list of their namespace.
    pub fn delete(&self) {
        match self.never {}
    }
}

impl NetNs {
    /// The counters of this namespace.
    pub fn kstats(&self) -> Vec<Snapshot> {
        Vec::new()
    }
}
