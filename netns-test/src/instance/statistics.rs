//! How often callbacks ran.

use std::time::Duration;

/// How often the callbacks of a registration have run, in all namespaces and in
/// those that are gone, and how long they took together.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct Statistics {
    /// In how many namespaces `create` has returned.
    pub created: u64,
    /// In how many namespaces `shutdown` has run.
    pub shut_down: u64,
    /// In how many namespaces `destroy` has run.
    pub destroyed: u64,
    /// What `create` took.
    pub time_to_create: Duration,
    /// What `shutdown` took.
    pub time_to_shut_down: Duration,
    /// What `destroy` took.
    pub time_to_destroy: Duration,
}
