//! What this machine lets this process do, and why not.
//!
//! [`probe`] tries, [`classify`] explains what was refused, [`remedy`] knows
//! what to do about it, [`policy`] what becomes of the test.

mod classify;
mod explain;
mod place;
pub(crate) mod policy;
mod probe;
mod remedy;
#[cfg(test)]
pub(crate) mod samples;

use std::sync::OnceLock;

use crate::answer::Access;

/// Finds out what this process may do, and remembers it: the first call tries
/// it out in a forked child, within a few milliseconds (a second where a limit
/// on namespaces is reached); this process stays as it is.
///
/// # References
///
/// unshare(2), `user_namespaces(7)`; the probe follows systemd#31003: to fork a
/// small process that tries it is the only answer that holds for every kernel
/// and security module.
pub fn access() -> &'static Access {
    static ACCESS: OnceLock<Access> = OnceLock::new();
    ACCESS.get_or_init(|| classify::classify(&probe::observe()))
}
