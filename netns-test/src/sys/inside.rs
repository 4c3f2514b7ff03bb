//! A program that comes to life in a network namespace.

use std::ffi::c_int;
use std::io;
use std::os::fd::AsFd;
use std::os::unix::process::CommandExt;
use std::process::Command;

use crate::sys::{mount, namespace};

/// Has every child of `command` enter `ns` between fork and exec, with a mount
/// namespace in which sysfs shows it, as far as the kernel grants one. Where
/// there is a `refusal`, every child ends with it instead.
///
/// # References
///
/// setns(2); `mount_namespaces(7)`
pub(crate) fn start_inside<N>(command: &mut Command, ns: N, refusal: Option<c_int>)
where
    N: AsFd + Send + Sync + 'static,
{
    let enter = move || {
        if let Some(errno) = refusal {
            return Err(io::Error::from_raw_os_error(errno));
        }
        namespace::enter_net(ns.as_fd())?;
        // `/proc/self` is the child's own, and right by nature.
        if mount::unshare_mounts().is_ok() {
            let _ = mount::show_own_sysfs();
        }
        Ok(())
    };
    // SAFETY: the closure makes system calls on a descriptor and on texts that were there before
    // the fork, and the errors it makes are plain numbers: no allocation, no lock, no panic.
    unsafe { command.pre_exec(enter) };
}
