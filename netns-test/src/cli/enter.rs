//! This process moves into a new network namespace, to run a program there.

use std::io;

use crate::access::access;
use crate::answer::{Access, Refusal};
use crate::error::Error;
use crate::isolation::enter::{Home, Surroundings};
use crate::isolation::view::{Scope, Views};
use crate::netns::{NetNs, make};
use crate::report::note;
use crate::sys::exec::Unmapped;
use crate::sys::user::{self, IdentityMap};
use crate::sys::{capability, filter, namespace};

/// Why this process has no network namespace of its own.
#[derive(Debug)]
pub enum Failure {
    /// The machine refuses namespaces to this user.
    Refused(Box<Refusal>),
    /// Something else went wrong.
    Error(Error),
}

/// A namespace that this process is in since a moment ago.
#[derive(Debug)]
pub struct Fresh {
    /// The namespace.
    pub ns: NetNs,
    /// What the kernel said when it was asked without a user namespace.
    pub direct: io::Result<()>,
}

/// Moves this process, which has one thread, into a new network namespace, as
/// the process of a test does: `lo` is up, and the views are true. An ordinary
/// user gets a user namespace first, with every capability in there, which the
/// next program keeps.
///
/// What may be lacking without harm is noted on standard error.
///
/// # Errors
///
/// It is refused; the process may be in a user namespace by then.
///
/// # References
///
/// unshare(2), `user_namespaces(7)`
pub fn enter() -> Result<Fresh, Failure> {
    // A filter may end the process that tries, and a user namespace without capabilities cannot
    // be left: a child tries first.
    if filter::is_installed() {
        demand(access())?;
    }
    let home = Home::of_this_process();
    let direct = namespace::unshare_net();
    if direct.is_err() {
        if user::are_stripped_by_apparmor() {
            demand(access())?;
        }
        through_a_user_namespace().map_err(explain)?;
    }
    let ns = make::make_usable()
        .and_then(|ns| Surroundings::furnish(ns, home, Views::Granted, Scope::Process))
        .and_then(|surroundings| surroundings.accept(Views::Granted))
        .map_err(explain)?;
    Ok(Fresh { ns, direct })
}

fn demand(access: &Access) -> Result<(), Failure> {
    access
        .refusal()
        .cloned()
        .map_or(Ok(()), |refusal| Err(Failure::Refused(Box::new(refusal))))
}

/// What the machine refuses to everyone, or else the error itself.
fn explain(error: Error) -> Failure {
    demand(access()).err().unwrap_or(Failure::Error(error))
}

fn through_a_user_namespace() -> Result<(), Error> {
    let system = |step| move |error| Error::system(step, error);
    let map = IdentityMap::of_this_process();
    user::unshare_user().map_err(system("unshare(CLONE_NEWUSER)"))?;
    let mapped = map.write();
    let files = [
        ("/proc/self/setgroups", mapped.setgroups),
        ("/proc/self/uid_map", mapped.uid_map),
        ("/proc/self/gid_map", mapped.gid_map),
    ];
    let unmapped = files
        .into_iter()
        .find_map(|(file, written)| Some((file, written.err()?)));
    if let Some((file, errno)) = unmapped {
        note::print(&Unmapped { file, errno });
    }
    capability::keep_capabilities_across_exec()
        .map_err(system("keep the capabilities across execve(2)"))?;
    namespace::unshare_net().map_err(system("unshare(CLONE_NEWNET)"))
}
