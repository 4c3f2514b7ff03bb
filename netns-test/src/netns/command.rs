//! Programs that start in a namespace.

use std::ffi::OsStr;
use std::process::Command;

use crate::netns::NetNs;
use crate::sys::inside;

impl NetNs {
    /// A command whose children start in this namespace. The caller does not
    /// move, and all else is as [`Command::new`] makes it.
    ///
    /// A child has mounts of its own, in which `/sys/class/net` shows the
    /// namespace, as far as the kernel grants that: see
    /// [`Access::limitations`](crate::Access::limitations). `/proc/net` shows it in any case. What a
    /// child mounts, nobody else sees.
    ///
    /// The command keeps the namespace alive.
    ///
    /// ```no_run
    /// let ns = netns_test::NetNs::new()?;
    /// let output = ns.command("ip").args(["-brief", "link"]).output()?;
    /// assert!(String::from_utf8_lossy(&output.stdout).starts_with("lo "));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Those of [`Command::spawn`], which has no others than `std::io`'s: `EPERM`
    /// if the namespace can't be entered, `EINVAL` if the handle was made of a
    /// descriptor that is no network namespace's. [`NetNs::run`] says more.
    ///
    /// The child enters after [`CommandExt::uid`](std::os::unix::process::CommandExt::uid) took
    /// effect: a child that is to be another user has to become that by itself.
    ///
    /// # References
    ///
    /// setns(2)
    #[must_use = "it is not started yet"]
    pub fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        let refusal = self.checked().err().map(|_| libc::EINVAL);
        inside::start_inside(&mut command, self.another(), refusal);
        command
    }
}
