//! The expansion causes no warning in a crate that takes none, and the lint
//! attributes of a test mean what they say.
#![deny(warnings, clippy::all, clippy::pedantic)]
#![deny(missing_docs, unreachable_pub, unused_qualifications, unreachable_code)]
#![deny(
    unused,
    rust_2024_compatibility,
    let_underscore_drop,
    single_use_lifetimes
)]
#![deny(unused_results, elided_lifetimes_in_paths, redundant_lifetimes)]
#![deny(missing_debug_implementations, trivial_casts, variant_size_differences)]
#![deny(clippy::unwrap_used, clippy::expect_used, clippy::allow_attributes)]
#![deny(clippy::absolute_paths, clippy::missing_docs_in_private_items)]
#![forbid(unsafe_code)]

use std::process::{ExitCode, exit};

use netns_test::{NetNs, netns_test};
use netns_test_tests::proof;
use tokio::task::yield_now;

/// Not seen by anyone but this file.
#[netns_test]
fn plain() {
    proof::ran();
}

/// Takes its namespace.
#[netns_test(isolation = "auto", if_unsupported = "fail", views = true)]
fn parameter(ns: &NetNs) -> Result<(), String> {
    proof::ran();
    if ns.links().map_err(|e| e.to_string())?.len() == 1 {
        return Ok(());
    }
    Err("more than `lo`".into())
}

/// Awaits nothing.
#[netns_test]
async fn without_await() {
    proof::ran();
}

/// Awaits something.
#[netns_test(flavor = "multi_thread", worker_threads = 1)]
async fn with_await(ns: &NetNs) -> Result<(), String> {
    proof::ran();
    yield_now().await;
    ns.links().map(drop).map_err(|e| e.to_string())
}

/// Does not return.
#[netns_test]
#[should_panic(expected = "diverges")]
fn body_that_diverges() {
    proof::ran();
    panic!("diverges")
}

/// Does not return, and awaits.
#[netns_test]
#[should_panic(expected = "diverges")]
async fn async_body_that_diverges() {
    proof::ran();
    yield_now().await;
    panic!("diverges")
}

/// An exit code.
#[netns_test]
fn exit_code() -> ExitCode {
    proof::ran();
    ExitCode::SUCCESS
}

/// A test attribute below.
#[netns_test]
#[tokio::test]
async fn inner_attribute() {
    proof::ran();
    yield_now().await;
}

/// What the attribute expects is in the body.
#[netns_test]
#[expect(
    unused_variables,
    clippy::unwrap_used,
    reason = "what this test is about"
)]
fn expectations() {
    let unused = "1".parse::<u8>().unwrap();
    proof::ran();
}

/// The same of a parameter.
#[netns_test]
#[expect(unused_variables, reason = "what this test is about")]
fn expectations_of_the_parameter(ns: &NetNs) {
    proof::ran();
}

/// Clippy's setting for tests finds the body of this one.
#[netns_test]
fn lint_levels_in_the_body() {
    #![expect(unused_variables, reason = "what this test is about")]
    let unused = 1;
    proof::ran();
}

/// Public, as a test in a library may be.
pub mod public {
    use super::{netns_test, proof};

    /// A public test.
    #[netns_test]
    pub fn test() {
        proof::ran();
    }
}

#[test]
fn are_registered_and_run_once() {
    proof::assert_registered(&[
        "plain",
        "parameter",
        "without_await",
        "with_await",
        "body_that_diverges",
        "async_body_that_diverges",
        "exit_code",
        "inner_attribute",
        "expectations",
        "expectations_of_the_parameter",
        "lint_levels_in_the_body",
        "public::test",
    ]);
}

mod about {
    use super::{exit, netns_test, proof, yield_now};

    /// Ends the process, so it runs only when asked for.
    #[netns_test]
    #[ignore = "ends the process"]
    fn never_returns() -> ! {
        proof::ran();
        exit(0)
    }

    /// Ends the process, so it runs only when asked for.
    #[netns_test]
    #[ignore = "ends the process"]
    async fn never_returns_async() -> ! {
        proof::ran();
        yield_now().await;
        exit(0)
    }

    #[test]
    fn bodies_that_never_return_run() {
        for name in ["about::never_returns", "about::never_returns_async"] {
            let text = proof::output(&["--exact", name, "--nocapture", "--ignored"]);
            assert!(text.contains(&format!("of its own: {name}")), "{text}");
        }
    }
}
