//! What an expansion of `#[netns_test]` names. No part of the public API:
//! it changes without notice, together with the macro crate.

pub use std::concat;
pub use std::module_path;
pub use std::process::{ExitCode, Termination};
pub use std::time::Duration;

use crate::backtrace::__rust_begin_short_backtrace;
pub use crate::isolation::before_main::enter_user_namespace_before_main;
pub use crate::lifecycle::run;
pub use crate::netns::NetNs;
#[cfg(feature = "tokio")]
pub use crate::runtime::{Flavor, Runtime};
pub use crate::setting::{Capture, Egress, IfUnsupported, Isolation, Leaks};
pub use crate::setup::Setup;
pub use crate::test::{Body, Test};
/// The attribute, by the name that other macros look for.
pub use netns_test_macros::netns_test as test;

/// Runs a body and turns what it returns into what libtest asks of it. Prints
/// an `Err`, on the thread of the body, as `#[test]` would.
pub fn report<T: Outcome>(body: impl FnOnce() -> T) -> ExitCode {
    __rust_begin_short_backtrace(body).report()
}

/// A value that a test can return: any [`Termination`], under a name that
/// explains itself where the value is none.
#[diagnostic::on_unimplemented(
    message = "a `#[netns_test]` cannot return `{Self}`",
    label = "not a value that a test can return",
    note = "a test may return `()`, `!`, `ExitCode`, another `impl Termination`, \
            or a `Result` of these whose error is `Debug`"
)]
pub trait Outcome {
    /// Prints an error, and says whether there was one.
    fn report(self) -> ExitCode;
}

#[diagnostic::do_not_recommend]
impl<T: Termination> Outcome for T {
    fn report(self) -> ExitCode {
        Termination::report(self)
    }
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
