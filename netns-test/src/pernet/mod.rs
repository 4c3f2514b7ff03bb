//! Hooks

mod cleanup;
mod entry;
mod failure;
mod list;
mod ops;
mod pass;
mod registered;
mod registration;

use crate::callback::Operation;
use crate::error::Error;
use crate::netns::{NetNs, life};
use cleanup::Cleanup;
use pass::Traveller;

pub use ops::Pernet;
pub use registered::Registered;
pub use registration::{Registration, register_device, register_subsys};

/// Begins `ns`, which the calling thread is in, and publishes it.
///
/// # Errors
///
/// An `init` failed; what others began is undone, and nobody has seen the namespace.
pub(crate) fn create(ns: &NetNs) -> Result<(), Error> {
    let _operation = Operation::begin("make a network namespace")?;
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
    let _operation = Operation::begin("end a network namespace")?;
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
