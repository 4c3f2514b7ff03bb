//! What is created in every network namespace that this crate makes, and
//! destroyed with it: the IP instances of Solaris and illumos.
//!
//! An [`Instance`] is [registered](register()) under a name. It is created in
//! every namespace that lives then, newest first, and from then on in every new one:
//! that of each test, and what [`NetNs::new`] makes. When a namespace
//! ends, all instances are shut down, in the order of their registration; after
//! that they are destroyed, in the same order.
//!
//! ```no_run
//! use netns_test::instance::{self, Instance};
//! use netns_test::{NetId, NetNs};
//!
//! /// A server in every namespace.
//! struct Echo;
//!
//! impl Instance for Echo {
//!     type State = std::net::UdpSocket;
//!
//!     fn create(&self, _: NetId) -> Self::State {
//!         std::net::UdpSocket::bind("127.0.0.1:7").expect("port 7 of a new namespace is free")
//!     }
//!
//!     fn destroy(&self, _: NetId, server: Self::State) {
//!         drop(server);
//!     }
//! }
//!
//! let echo = instance::register("echo", Echo)?;
//! let ns = NetNs::new()?;
//! assert_eq!(echo.statistics().created, 1);
//! ns.close()?;
//! assert_eq!(echo.statistics().destroyed, 1);
//! echo.unregister()?;
//! # Ok::<(), netns_test::Error>(())
//! ```
//!
//! # Where callbacks run
//!
//! In the process that registered them, which for a test under process isolation is
//! the test's own. For a new namespace they run on the thread that makes it, else on a
//! thread of their own, which is in the namespace. What they
//! count is best kept in a [`Kstat`](crate::kstat::Kstat).
//!
//! # Differences from `pernet`
//!
//! Creation is not undone in reverse: shutdown and destroy have the order
//! of create. There is a phase of its own for shutdown. Where a create panics,
//! the others are still created before all are shut down and destroyed.
//!
//! # Hazards
//!
//! - A callback that waits for what waits for the callback waits for ever. Where that
//!   can be seen, it is refused with [`ErrorKind::Deadlock`]; two callbacks that unregister each
//!   other's registration on two threads can't be.
//! - `create` that makes a namespace is called for that one as well.
//!
//! # References
//!
//! `net_instance_register(9F)`, `net_instance(9S)`; `uts/common/io/neti_stack.c` of illumos

mod callbacks;
mod failure;
mod inside;
mod machine;
mod registration;
mod slot;
mod statistics;
mod world;

use std::sync::Arc;

use crate::error::{Error, ErrorKind};
use crate::kstat;
use crate::netns::NetNs;

pub use callbacks::Instance;
pub(crate) use inside::{Inside, is_called_for};
use machine::Step;
use registration::Registered;
pub use registration::Registration;
use slot::{Slot, Stack};
pub use statistics::Statistics;

/// Registers `callbacks` under `name`. They are created in every namespace that this crate made
/// in this process, newest first, except where the end has begun; this returns when all are.
///
/// # Errors
///
/// - [`AlreadyExists`](ErrorKind::AlreadyExists), without an errno: the name is taken.
/// - [`Callback`](ErrorKind::Callback): a `create` panicked. The others were
///   created, and then all of them were shut down and destroyed.
/// - [`NotPermitted`](ErrorKind::NotPermitted), [`System`](ErrorKind::System), [`Process`](ErrorKind::Process): a namespace
///   could not be entered, with the same end.
///
/// # References
///
/// `net_instance_register(9F)`
pub fn register(name: impl Into<String>, callbacks: impl Instance) -> Result<Registration, Error> {
    let registered = Arc::new(Registered::new(name.into(), callbacks));
    let slots = world::lock().register(&registered).ok_or_else(|| {
        let name = &registered.name;
        Error::new(
            ErrorKind::AlreadyExists,
            format!("register instance `{name}`: the name is taken"),
        )
    })?;
    advance_each(&slots, Step::Create);
    let created = slot::outcome(&slots, &[Step::Create]);
    if let Err(error) = created {
        // The first error is the one that tells why.
        let _ = unregister_this(&registered);
        return Err(error);
    }
    Ok(Registration::of(&registered))
}

/// Takes back what was registered under `name`, as [`Registration::unregister`] does.
///
/// # Errors
///
/// Those of [`Registration::unregister`]; [`NotFound`](ErrorKind::NotFound),
/// without an errno, if nothing of this name is registered.
///
/// # References
///
/// `net_instance_unregister(9F)`
pub fn unregister(name: &str) -> Result<(), Error> {
    let registered = world::lock().named(name).ok_or_else(|| unknown(name))?;
    unregister_this(&registered)
}

fn unknown(name: &str) -> Error {
    Error::new(
        ErrorKind::NotFound,
        format!("unregister instance `{name}`: it is not registered"),
    )
}

fn unregister_this(registered: &Arc<Registered>) -> Result<(), Error> {
    let name = &registered.name;
    if inside::is_inside_of(registered.number) {
        return Err(Error::new(
            ErrorKind::Deadlock,
            format!("unregister instance `{name}` inside of its own callback"),
        )
        .with_hint("unregister it after the callback has returned"));
    }
    let left = world::lock().leave(registered);
    let slots = left.ok_or_else(|| unknown(name))?;
    advance_each(&slots, Step::Shutdown);
    advance_each(&slots, Step::Destroy);
    let gone = world::lock().forget(registered);
    drop(gone);
    slot::outcome(&slots, &[Step::Shutdown, Step::Destroy])
}

/// Brings slots of different namespaces to `step`, one after the other.
fn advance_each(slots: &[Arc<Slot>], step: Step) {
    for one in slots.chunks(1) {
        slot::inside(one, step, || slot::advance_here(one, step));
    }
}

/// Creates all instances in `ns`, which is alive, and which the calling thread is in.
///
/// # Errors
///
/// One panicked. The others were created: what follows is the end of `ns`.
pub(crate) fn create_all(ns: &NetNs) -> Result<(), Error> {
    let Some(netid) = ns.netid() else {
        return Ok(());
    };
    let stack = Stack {
        ns: ns.another(),
        netid,
    };
    let slots = world::lock().add(stack);
    slot::advance_here(&slots, Step::Create);
    slot::outcome(&slots, &[Step::Create])
}

/// Shuts all instances of `ns` down, whose end has begun, deletes what is counted
/// there, and then destroys all.
///
/// # Errors
///
/// One panicked. The others were shut down and destroyed.
pub(crate) fn end_all(ns: &NetNs) -> Result<(), Error> {
    let Some(netid) = ns.netid() else {
        return Ok(());
    };
    let slots = world::lock().condemn(netid);
    if !slots.is_empty() {
        slot::inside(&slots, Step::Destroy, || {
            slot::advance_here(&slots, Step::Shutdown);
            kstat::close(ns);
            slot::advance_here(&slots, Step::Destroy);
        });
    }
    // Where there were no instances, or the namespace could not be entered.
    kstat::close(ns);
    let gone = world::lock().remove(netid);
    drop(gone);
    slot::outcome(&slots, &[Step::Shutdown, Step::Destroy])
}
