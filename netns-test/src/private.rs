//! What an expansion of `#[netns_test]` names. No part of the public API:
//! it changes without notice, together with the macro crate.

pub use std::concat;
pub use std::module_path;
pub use std::process::{ExitCode, Termination};

pub use crate::access::policy::IfUnsupported;
pub use crate::isolation::Isolation;
pub use crate::isolation::before_main::enter_user_namespace_before_main;
pub use crate::lifecycle::run;
pub use crate::netns::NetNs;
#[cfg(feature = "tokio")]
pub use crate::runtime::{Flavor, Runtime};
pub use crate::test::{Body, Test};
/// The attribute, by the name that other macros look for.
pub use netns_test_macros::netns_test as test;

/// Runs a body and turns what it returns into what libtest asks of it. Prints
/// an `Err`, on the thread of the body, as `#[test]` would.
pub fn report<T: Termination>(body: impl FnOnce() -> T) -> ExitCode {
    body().report()
}

/// A type that a test can have as a parameter.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a parameter of a `#[netns_test]`",
    label = "not a parameter that a test can have",
    note = "a test may take `&NetNs`, its network namespace"
)]
pub trait Parameter<'ns> {
    /// The parameter of the test that runs in `ns`.
    fn of(ns: &'ns NetNs) -> Self;
}

impl<'ns> Parameter<'ns> for &'ns NetNs {
    fn of(ns: &'ns NetNs) -> Self {
        ns
    }
}
