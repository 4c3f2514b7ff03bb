//! What can go wrong, as one opaque type with a public kind.

use std::borrow::Cow;
use std::{error, fmt, io};

/// An error of this crate: what was tried, what the kernel said, and, where
/// there is one, what to do about it.
///
/// `Display` names the operation; the cause is only in [`source`](error::Error::source).
#[derive(Debug)]
pub struct Error {
    kind: ErrorKind,
    operation: Cow<'static, str>,
    source: Option<io::Error>,
    hint: Option<Cow<'static, str>>,
}

/// The kinds of [`Error`].
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// An environment variable has a value that this crate does not know.
    Setting,
    /// A system call was refused or failed; [`Error::raw_os_error`] has its errno.
    System,
    /// A namespace was entered, but it is not a new one: the body must not run.
    NotIsolated,
    /// The process that should run the test could not be started or does not answer.
    Process,
    /// This machine cannot do what was asked for.
    Unsupported,
}

impl Error {
    pub(crate) fn new(kind: ErrorKind, operation: impl Into<Cow<'static, str>>) -> Self {
        Self {
            kind,
            operation: operation.into(),
            source: None,
            hint: None,
        }
    }

    /// An error of a system call; reads after "failed to".
    pub(crate) fn system(operation: impl Into<Cow<'static, str>>, source: io::Error) -> Self {
        Self {
            source: Some(source),
            ..Self::new(ErrorKind::System, operation)
        }
    }

    pub(crate) fn with_source(self, source: io::Error) -> Self {
        Self {
            source: Some(source),
            ..self
        }
    }

    pub(crate) fn with_hint(self, hint: impl Into<Cow<'static, str>>) -> Self {
        Self {
            hint: Some(hint.into()),
            ..self
        }
    }

    /// What kind of error this is.
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// The errno of the system call that failed, if one did.
    pub fn raw_os_error(&self) -> Option<i32> {
        self.source.as_ref().and_then(io::Error::raw_os_error)
    }

    /// What the user can do, if there is something.
    pub fn hint(&self) -> Option<&str> {
        self.hint.as_deref()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.operation)
    }
}

impl error::Error for Error {
    fn source(&self) -> Option<&(dyn error::Error + 'static)> {
        self.source.as_ref().map(|source| source as _)
    }
}
