//! True views: `/proc/net`, `/proc/self/net` and `/sys/class/net` of the
//! test's own network namespace.
//!
//! `/proc/self` is the main thread's, and a sysfs shows the namespace of who
//! mounted it, so a thread that merely unshared its network still reads the
//! host's tables. Three mounts in a mount namespace of the thread mend that:
//!
//! 1. `/proc/thread-self/net` over `/proc/self/net` (which `/proc/net` links to);
//! 2. a sysfs of the new namespace over `/sys/devices/virtual/net`;
//! 3. from there, its `class/net` over `/sys/class/net`, and its
//!    `devices/virtual/net`, to which the entries of `class/net` point, over
//!    the whole sysfs of step 2. The rest of `/sys` stays what it was.

use std::{fmt, io};

use crate::error::{Error, ErrorKind};
use crate::sys::mount;

/// Which views a test gets.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Views {
    /// None: `views = false`.
    Off,
    /// As many as this machine grants; each missing one is a note.
    Granted,
    /// All: `views = true`; a missing one is an error.
    Demanded,
}

/// Views that could not be had: what was tried, and what the kernel said.
#[derive(Debug)]
pub(crate) struct Missing {
    view: &'static str,
    step: &'static str,
    error: io::Error,
}

impl Missing {
    /// The error for a test that cannot do without.
    pub(crate) fn demanded(self) -> Error {
        Error::new(
            ErrorKind::Unsupported,
            format!("show the test its own {}: {}", self.view, self.step),
        )
        .with_source(self.error)
        .with_hint("without `views = true` the test runs, and the missing view is a note")
    }
}

impl fmt::Display for Missing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { view, step, error } = self;
        write!(
            f,
            "{view} may show another network than the test's: {step}: {error}"
        )
    }
}

impl Views {
    pub(crate) fn of(asked: Option<bool>) -> Self {
        match asked {
            None => Self::Granted,
            Some(true) => Self::Demanded,
            Some(false) => Self::Off,
        }
    }
}

/// Whose `/proc/self/net` it is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Scope {
    /// One thread is in the namespace: `/proc/self` has to be bent.
    Thread,
    /// The whole process is in the namespace: `/proc/self` is right by nature.
    Process,
}

/// Gives the calling thread a mount namespace and mounts the views in it.
pub(crate) fn show(scope: Scope) -> Vec<Missing> {
    if let Err(error) = mount::unshare_mounts() {
        return vec![Missing {
            view: "/proc/net, /proc/self/net and /sys/class/net",
            step: "unshare(CLONE_NEWNS)",
            error,
        }];
    }
    let proc = match scope {
        Scope::Thread => {
            mount::bind(c"/proc/thread-self/net", c"/proc/self/net").map_err(|error| Missing {
                view: "/proc/net and /proc/self/net",
                step: "mount(MS_BIND) over `/proc/self/net`",
                error,
            })
        }
        Scope::Process => Ok(()),
    };
    [proc, sysfs()]
        .into_iter()
        .filter_map(Result::err)
        .collect()
}

fn sysfs() -> Result<(), Missing> {
    mount::show_own_sysfs().map_err(|(step, error)| Missing {
        view: "/sys/class/net",
        step,
        error,
    })
}
