//! What a test has to do without although it can run.

/// A thing that this machine refuses to a test that runs.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Limitation {
    pub(crate) lacking: Lacking,
    pub(crate) step: &'static str,
    pub(crate) errno: i32,
    pub(crate) hint: Option<&'static str>,
}

/// What is lacking.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Lacking {
    /// The own user and group in the user namespace: a body sees itself as
    /// the overflow user, 65534.
    Ids,
    /// Netlink sockets, with which interfaces are listed and configured.
    Netlink,
    /// Sysctls of the network namespace that can be written.
    Sysctl,
    /// A mount namespace, and with it every view.
    Mounts,
    /// A `/proc/net` that shows the namespace of a thread; in a process of
    /// its own it does anyway.
    ProcNet,
    /// A `/sys/class/net` that shows the namespace of the test.
    Sysfs,
}

impl Limitation {
    /// What is lacking.
    pub fn lacking(&self) -> Lacking {
        self.lacking
    }

    /// The step that was refused.
    pub fn step(&self) -> &str {
        self.step
    }

    /// What the kernel answered.
    ///
    /// # References
    ///
    /// errno(3)
    pub fn errno(&self) -> i32 {
        self.errno
    }

    /// What that means for a test, in a sentence.
    pub fn consequence(&self) -> &'static str {
        match self.lacking {
            Lacking::Ids => "the test runs as the overflow user 65534, not under its own id",
            Lacking::Netlink => "interfaces can be neither listed nor configured",
            Lacking::Sysctl => "sysctls of the test's network namespace cannot be set",
            Lacking::Mounts => {
                "`/proc/net` and `/sys/class/net` show the outer network, and nothing can be mounted"
            }
            Lacking::ProcNet => "`/proc/net` shows the outer network to a test on a thread",
            Lacking::Sysfs => "`/sys/class/net` shows the outer network",
        }
    }

    /// What to do about it, if there is something.
    pub fn hint(&self) -> Option<&'static str> {
        self.hint
    }
}
