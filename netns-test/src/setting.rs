//! What a user chooses: the words of the attribute, of the builder and of the environment.

/// Where the body of a test runs.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Isolation {
    /// On a thread where this process may create network namespaces, else in a process.
    #[default]
    Auto,
    /// On a fresh thread of this process. Needs `CAP_SYS_ADMIN` and `CAP_NET_ADMIN`.
    Thread,
    /// In a process of its own: also a crash is that test's failure only.
    Process,
}

/// What `if_unsupported = "…"` asks for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum IfUnsupported {
    /// The test fails, with the reason and the remedy.
    Fail,
    /// The test does not run, and says so; under `CI` it fails all the same.
    Skip,
}

/// What becomes of threads, processes, sockets and descriptors that outlive the body.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Leaks {
    /// Nobody looks.
    Allow,
    /// They are named, where there are any.
    #[default]
    Warn,
    /// They are named, and the test fails.
    Deny,
}

/// What becomes of a test that tries to leave its namespace.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Egress {
    /// It is mentioned if the test fails.
    #[default]
    Allow,
    /// The test fails.
    Deny,
}

/// Whether a failed test waits for somebody to look into its namespace.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) enum Pause {
    /// It ends.
    #[default]
    Off,
    /// It waits for Enter or a signal.
    OnFailure,
}

/// Whether the frames on a test's links are captured, and when the capture is kept.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Capture {
    /// There is none.
    #[default]
    Off,
    /// It is kept if the test fails.
    OnFailure,
    /// It is kept.
    Always,
}
