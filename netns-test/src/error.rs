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
    /// There is no such file, process, thread, name, key, namespace or registration.
    NotFound,
    /// The file is not a namespace's.
    NotNamespace,
    /// The file is a namespace's, but not a network namespace's; or a socket is
    /// another network namespace's.
    OtherNamespace,
    /// A name, key or path is malformed or too long.
    InvalidName,
    /// It is there already: a file, a name, a registration.
    AlreadyExists,
    /// The kernel does not permit it to this process.
    NotPermitted,
    /// The file system is mounted read-only.
    ReadOnly,
    /// The end of the namespace has begun, so that nothing can be attached to it.
    ShutDown,
    /// A callback failed or panicked.
    Callback,
    /// It would wait for itself: a callback asked for what waits for callbacks to end.
    Deadlock,
}

/// Every kind, in the order of their numbers between processes.
const KINDS: [ErrorKind; 15] = [
    ErrorKind::Setting,
    ErrorKind::System,
    ErrorKind::NotIsolated,
    ErrorKind::Process,
    ErrorKind::Unsupported,
    ErrorKind::NotFound,
    ErrorKind::NotNamespace,
    ErrorKind::OtherNamespace,
    ErrorKind::InvalidName,
    ErrorKind::AlreadyExists,
    ErrorKind::NotPermitted,
    ErrorKind::ReadOnly,
    ErrorKind::ShutDown,
    ErrorKind::Callback,
    ErrorKind::Deadlock,
];

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

    /// The error as bytes, for another process: kind, errno, and the texts,
    /// with NUL between them.
    pub(crate) fn to_wire(&self) -> Vec<u8> {
        let kind = KINDS
            .iter()
            .position(|kind| *kind == self.kind)
            .unwrap_or(0);
        let source = self.source.as_ref();
        let errno = source.and_then(io::Error::raw_os_error).unwrap_or(0);
        let other = source.filter(|_| errno == 0).map(|source| chain(source));
        [
            &kind.to_string(),
            &errno.to_string(),
            self.operation.as_ref(),
            self.hint.as_deref().unwrap_or(""),
            other.as_deref().unwrap_or(""),
        ]
        .map(|field| field.replace('\0', " "))
        .join("\0")
        .into_bytes()
    }

    /// The inverse of [`Error::to_wire`].
    pub(crate) fn from_wire(bytes: &[u8]) -> Self {
        let text = String::from_utf8_lossy(bytes);
        let mut fields = text.split('\0');
        let mut next = || fields.next().unwrap_or("").to_owned();
        let (kind, errno, operation, hint, other) = (next(), next(), next(), next(), next());
        let kind = kind.parse().ok().and_then(|index: usize| KINDS.get(index));
        let errno = errno.parse().ok().filter(|errno| *errno != 0);
        Self {
            kind: kind.copied().unwrap_or(ErrorKind::Process),
            operation: operation.into(),
            hint: Some(hint).filter(|hint| !hint.is_empty()).map(Into::into),
            source: errno.map(io::Error::from_raw_os_error).or_else(|| {
                Some(other)
                    .filter(|other| !other.is_empty())
                    .map(io::Error::other)
            }),
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

/// An error and its causes, in one line.
pub(crate) fn chain(error: &(dyn error::Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}
