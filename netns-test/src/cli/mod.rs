//! What the command `netns-test` does that needs the inside of this crate. No
//! part of the public API: it changes without notice, together with the command.
//!
//! The command has one thread, so that what moves a thread here moves the process.

mod enter;
mod held;
mod hosts;
mod join;
mod trial;

use std::ffi::OsString;
use std::path::PathBuf;

use crate::answer::Refusal;

pub use enter::{Failure, Fresh, enter};
pub use held::{Held, held};
pub use hosts::{HOSTS, cover_hosts};
pub use join::{Joined, join};
pub use trial::{CHECKS, Check, Group, Outcome, attempt};

/// Why there is no network namespace and what to do, in lines.
pub fn explained(refusal: &Refusal) -> String {
    crate::report::explained(refusal)
}

/// The user's shell, as the environment names it.
pub fn shell() -> Option<OsString> {
    crate::env::shell()
}

/// The directories in which programs are looked for.
pub fn search_path() -> Vec<PathBuf> {
    crate::env::search_path()
}
