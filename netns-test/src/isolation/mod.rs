//! How a test comes into a namespace of its own.

pub(crate) mod before_main;
pub(crate) mod enter;
pub(crate) mod pool;
pub(crate) mod process;
pub(crate) mod thread;
pub(crate) mod view;

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
