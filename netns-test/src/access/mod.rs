//! What this machine lets this process do, and why not.
//!
//! [`probe`] tries, [`classify`] explains what was refused, [`remedy`] knows
//! what to do about it, [`policy`] what becomes of the test.

mod classify;
mod explain;
mod limitation;
mod place;
pub(crate) mod policy;
mod probe;
mod refusal;
mod remedy;
#[cfg(test)]
pub(crate) mod samples;

use std::sync::OnceLock;

pub use limitation::{Lacking, Limitation};
pub use refusal::{Answer, Cause, Refusal, Remedy};

/// What this process may do: by trying, never by looking at a user id or a
/// sysctl.
///
/// ```no_run
/// let access = netns_test::access();
/// match access.refusal() {
///     None => println!("works, by {:?}", access.route()),
///     Some(refusal) => {
///         println!("{} -> {}: {}", refusal.step(), refusal.answer(), refusal.because());
///         for remedy in refusal.remedies() {
///             println!("{}: {}", remedy.what(), remedy.commands().join("; "));
///         }
///     }
/// }
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Access {
    verdict: Result<Route, Box<Refusal>>,
    limitations: Vec<Limitation>,
}

/// How this process comes into a network namespace.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Route {
    /// It makes one itself, with the capabilities that it has.
    Direct,
    /// It makes a user namespace first, and has the capabilities in there.
    ///
    /// # References
    ///
    /// `user_namespaces(7)`
    UserNamespace,
}

impl Access {
    /// The route that works, if one does.
    pub fn route(&self) -> Option<Route> {
        self.verdict.as_ref().ok().copied()
    }

    /// Why no route works, if none does.
    pub fn refusal(&self) -> Option<&Refusal> {
        self.verdict.as_ref().err().map(Box::as_ref)
    }

    /// What a test has to do without although a route works.
    pub fn limitations(&self) -> &[Limitation] {
        &self.limitations
    }
}

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
