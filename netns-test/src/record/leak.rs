//! One thing that outlived a body, in plain data.

/// What it is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum LeakKind {
    Thread,
    Process,
    Socket,
    Namespace,
    Handle,
}

/// One thing that outlived a body; what does not apply to its kind is not there.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Leak {
    pub(crate) kind: LeakKind,
    /// The test that is over, in whose namespace it is; `None` if it is the test's own.
    pub(crate) of: Option<String>,
    /// Of a thread or a process.
    pub(crate) number: Option<u64>,
    /// A thread's name, or the command line of a process.
    pub(crate) name: Option<String>,
    /// Of a socket, as are the next three.
    pub(crate) protocol: Option<String>,
    pub(crate) local: Option<String>,
    pub(crate) peer: Option<String>,
    pub(crate) state: Option<String>,
    /// Of a socket or a namespace.
    pub(crate) descriptor: Option<u64>,
}

impl Leak {
    pub(crate) fn new(kind: LeakKind) -> Self {
        Self {
            kind,
            of: None,
            number: None,
            name: None,
            protocol: None,
            local: None,
            peer: None,
            state: None,
            descriptor: None,
        }
    }
}
