//! Hooks that run for every namespace that this crate makes in this process, as
//! the kernel's pernet operations do for all: for those of tests, and for those
//! of [`NetNs::new`](crate::NetNs::new).
//!
//! What every test of a binary needs in its network is registered once: a sysctl, a
//! server on its real port, a watcher. [`setup!`](crate::setup!) does it before
//! the first test, [`register_subsys`] at any time:
//!
//! ```
//! use std::error::Error;
//! use std::net::UdpSocket;
//! use std::thread;
//!
//! use netns_test::pernet::Pernet;
//! use netns_test::{NetNs, netns_test};
//!
//! /// Answers every question on 127.0.0.53:53 with itself.
//! struct DnsStub;
//!
//! struct Stub {
//!     socket: UdpSocket,
//! }
//!
//! impl Pernet for DnsStub {
//!     type Value = Stub;
//!
//!     /// Runs in the namespace: the port is free, and so is every other.
//!     fn init(&self, _: &NetNs) -> Result<Stub, Box<dyn Error + Send + Sync>> {
//!         let socket = UdpSocket::bind("127.0.0.53:53")?;
//!         let server = socket.try_clone()?;
//!         thread::spawn(move || {
//!             let mut message = [0; 512];
//!             // Nothing at all ends it.
//!             while let Ok((length @ 1.., client)) = server.recv_from(&mut message) {
//!                 let _ = server.send_to(&message[..length], client);
//!             }
//!         });
//!         Ok(Stub { socket })
//!     }
//!
//!     fn exit(&self, _: &NetNs, stub: &Stub) {
//!         let _ = stub.socket.send_to(&[], "127.0.0.53:53");
//!     }
//! }
//!
//! netns_test::setup! {
//!     static DNS: DnsStub = DnsStub;
//! }
//!
//! #[netns_test]
//! fn asks(ns: &NetNs) -> Result<(), Box<dyn Error>> {
//!     let client = UdpSocket::bind("127.0.0.1:0")?;
//!     client.send_to(b"who?", "127.0.0.53:53")?;
//!     assert_eq!(client.recv(&mut [0; 4])?, 4);
//!     assert!(ns.pernet(&DNS).is_some());
//!     Ok(())
//! }
//! # fn main() {}
//! ```
//!
//! `tests/fixtures.rs` among the project's examples has more of them.
//!
//! # Order
//!
//! In a new namespace the subsystems begin in the order of their registration, then the
//! devices in theirs. If one does not begin, those before it are undone, and the
//! namespace does not come about: a test fails before its body.
//!
//! A namespace ends in passes: [`pre_exit`](Pernet::pre_exit) of all, in the reverse order;
//! then for each [`exit`](Pernet::exit) and [`exit_batch`](Pernet::exit_batch); then the values go,
//! which others may still hold. Namespaces that end at the same time may do so in one batch.
//!
//! A registration begins in all namespaces that live, the oldest first, and an
//! [`unregister`](Registration::unregister) ends in all. While either runs no namespace comes or
//! goes; different namespaces come and go at the same time.
//!
//! A panic in a callback is an error of what called it, and the others run. For
//! the end of a test's namespace it fails the test.
//!
//! # What differs from the kernel
//!
//! - [`NetNs::close`](crate::NetNs::close) and the drop of a handle return when all
//!   has ended, so that a test's next line can rely on it.
//! - The same operations can't be registered twice.
//! - What the kernel would hang in is refused, or put off until the callbacks have returned.
//! - A value is dropped when the last one who reads it lets go, not after a grace period.
//!
//! # Tests in processes
//!
//! The hooks of a test that runs in a process of its own are called there. What a test
//! or a plain `#[test]` registers in another process is not known there, which is
//! why [`setup!`](crate::setup!) runs in each.
//!
//! # References
//!
//! `register_pernet_subsys` and `register_pernet_device` in `net/core/net_namespace.c`

mod cleanup;
mod entry;
mod failure;
mod list;
mod ops;
mod pass;
mod registered;
mod registration;

use crate::callback::{self, Operation};
use crate::error::Error;
use crate::netns::{NetNs, life};
use cleanup::Cleanup;
use pass::Traveller;

pub use ops::{IntoOps, Pernet};
pub use registered::Registered;
pub use registration::{Registration, register_device, register_subsys};

/// Begins `ns`, which the calling thread is in, and publishes it.
///
/// # Errors
///
/// An `init` failed; what others began is undone, and nobody has seen the namespace.
pub(crate) fn create(ns: &NetNs) -> Result<(), Error> {
    let what = "make a network namespace";
    callback::refuse_within(what)?;
    if list::is_empty_during(|| life::publish(ns)) {
        return Ok(());
    }
    let _operation = Operation::begin(what)?;
    let list = list::read();
    for (index, entry) in list.entries().iter().enumerate() {
        if let Err(error) = entry.init(ns) {
            let mut begun = list.entries()[..index].to_vec();
            begun.reverse();
            let undone = pass::exit(&begun, &[ns.another()], Traveller::who_is_in(ns));
            return Err(failure::also(error, &undone.concat()));
        }
    }
    life::publish(ns);
    Ok(())
}

/// Hides `ns` and ends what began in it, together with what else has died by then.
///
/// # Errors
///
/// A callback panicked; all others have run.
pub(crate) fn destroy(ns: &NetNs) -> Result<(), Error> {
    static CLEANUP: Cleanup<NetNs, Result<(), Error>> = Cleanup::new();
    let what = "end a network namespace";
    callback::refuse_within(what)?;
    if list::is_empty_during(|| life::unpublish(ns)) {
        return Ok(());
    }
    let _operation = Operation::begin(what)?;
    CLEANUP.clean_up(ns.another(), end)
}

/// The kernel's `cleanup_net`.
fn end(batch: &[NetNs]) -> Vec<Result<(), Error>> {
    let list = list::read();
    batch.iter().for_each(life::unpublish);
    let mut entries = list.entries().to_vec();
    entries.reverse();
    let failures = pass::exit_inside(&entries, batch);
    failures.iter().map(|each| failure::any(each)).collect()
}
