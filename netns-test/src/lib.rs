//! A network of its own for every test.

#[cfg(target_os = "linux")]
#[doc(hidden)]
#[path = "private.rs"]
pub mod __private;
#[cfg(target_os = "linux")]
mod access;
#[cfg(target_os = "linux")]
mod env;
#[cfg(target_os = "linux")]
mod error;
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
#[cfg(all(target_os = "linux", feature = "tokio"))]
mod runtime;
#[cfg(target_os = "linux")]
mod setting;
#[cfg(target_os = "linux")]
mod sys;
#[cfg(target_os = "linux")]
mod test;

#[cfg(target_os = "linux")]
pub use access::{Access, Answer, Cause, Lacking, Limitation, Refusal, Remedy, Route, access};
#[cfg(target_os = "linux")]
pub use error::{Error, ErrorKind};
#[cfg(target_os = "linux")]
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
#[cfg(target_os = "linux")]
pub use setting::Isolation;
