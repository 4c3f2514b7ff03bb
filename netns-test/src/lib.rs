//! A network of its own for every test.

#![cfg_attr(
    not(target_os = "linux"),
    expect(dead_code, reason = "what Linux alone needs")
)]

// Everywhere: what a user and an expansion name.
#[doc(hidden)]
#[path = "private.rs"]
pub mod __private;
mod answer;
mod before_main;
mod error;
#[cfg(feature = "tokio")]
mod runtime;
mod setting;
mod test;

#[cfg(target_os = "linux")]
mod access;
#[cfg(target_os = "linux")]
mod env;
#[cfg(target_os = "linux")]
mod isolation;
#[cfg(target_os = "linux")]
mod lifecycle;
#[cfg(target_os = "linux")]
mod netns;
#[cfg(target_os = "linux")]
mod report;
#[cfg(target_os = "linux")]
mod running;
#[cfg(target_os = "linux")]
mod sys;

// On other systems, modules of the same names.
#[cfg(not(target_os = "linux"))]
mod elsewhere;
#[cfg(not(target_os = "linux"))]
use elsewhere::{access, isolation, lifecycle, netns};

pub use access::access;
pub use answer::{Access, Answer, Cause, Lacking, Limitation, Refusal, Remedy, Route};
pub use error::{Error, ErrorKind};
pub use netns::{Link, NetNs, NetNsId};
/// ```
/// use std::net::TcpListener;
///
/// use netns_test::{NetNs, netns_test};
///
/// #[netns_test]
/// fn binds_the_real_port() -> std::io::Result<()> {
///     let _http = TcpListener::bind("127.0.0.1:80")?;
///     Ok(())
/// }
///
/// #[netns_test(isolation = "process", if_unsupported = "skip")]
/// #[should_panic(expected = "more than `lo`")]
/// fn looks_around(ns: &NetNs) {
///     assert!(ns.links().unwrap().len() > 1, "more than `lo`");
/// }
///
/// # #[cfg(feature = "tokio")]
/// #[netns_test(flavor = "multi_thread", worker_threads = 2)]
/// async fn has_a_runtime_inside() -> Result<(), Box<dyn std::error::Error>> {
///     Ok(())
/// }
/// ```
///
pub use netns_test_macros::netns_test;
pub use setting::Isolation;
