//! What went wrong in callbacks that can't fail, as an error of the operation.

use std::fmt;
use std::io;

use crate::error::{Error, ErrorKind};
use crate::netns::NetNsId;

/// A callback that panicked, or that could not be called.
#[derive(Clone, Debug)]
pub(super) struct Failure {
    pub(super) callback: &'static str,
    pub(super) name: &'static str,
    pub(super) ns: NetNsId,
    pub(super) cause: String,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            callback, name, ns, ..
        } = self;
        write!(f, "run `{callback}` of `{name}` in network namespace {ns}")
    }
}

/// One error for all of them.
///
/// # Errors
///
/// There is one.
pub(super) fn any(failures: &[Failure]) -> Result<(), Error> {
    let (operation, cause) = match failures {
        [] => return Ok(()),
        [one] => (one.to_string(), one.cause.clone()),
        several => (format!("run {} callbacks", several.len()), list(several)),
    };
    Err(Error::new(ErrorKind::Callback, operation).with_source(io::Error::other(cause)))
}

/// `error`, and what went wrong when it was made up for.
pub(super) fn also(error: Error, failures: &[Failure]) -> Error {
    if failures.is_empty() {
        return error;
    }
    error.with_hint(format!("undoing the rest failed, too: {}", list(failures)))
}

fn list(failures: &[Failure]) -> String {
    let texts: Vec<_> = failures
        .iter()
        .map(|failure| format!("{failure}: {}", failure.cause))
        .collect();
    texts.join("; ")
}
