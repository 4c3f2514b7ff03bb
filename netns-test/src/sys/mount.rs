//! Mount namespaces and the three mounts that make a view. Nothing here allocates.

use std::ffi::CStr;
use std::io;

use nix::mount::{MsFlags, mount};
use nix::sched::{CloneFlags, unshare};

/// Gives the calling thread a mount namespace of its own, whose mounts
/// propagate nowhere. Implies `CLONE_FS`: its working directory and umask are
/// its own from here on.
///
/// # References
///
/// unshare(2), `CLONE_NEWNS`; `mount_namespaces(7)`, "Propagation type".
pub(crate) fn unshare_mounts() -> io::Result<()> {
    unshare(CloneFlags::CLONE_NEWNS)?;
    make_tree_private()
}

/// Cuts the propagation of every mount of the calling thread's mount
/// namespace: without this, mounts made in a copy of a shared tree show up in
/// the original.
pub(crate) fn make_tree_private() -> io::Result<()> {
    Ok(mount(
        None::<&CStr>,
        c"/",
        None::<&CStr>,
        MsFlags::MS_REC | MsFlags::MS_PRIVATE,
        None::<&CStr>,
    )?)
}

/// Shows the tree at `source` at `target` as well.
pub(crate) fn bind(source: &CStr, target: &CStr) -> io::Result<()> {
    Ok(mount(
        Some(source),
        target,
        None::<&CStr>,
        MsFlags::MS_BIND,
        None::<&CStr>,
    )?)
}

/// Mounts a sysfs that shows the calling thread's network namespace.
///
/// In a user namespace the kernel grants it only with the flags that the
/// visible sysfs has (`mount_too_revealing` in fs/namespace.c), so a refusal
/// is tried again read-only.
pub(crate) fn mount_sysfs(target: &CStr) -> io::Result<()> {
    let plain = MsFlags::MS_NOSUID | MsFlags::MS_NODEV | MsFlags::MS_NOEXEC;
    let sysfs = |flags| mount(Some(c"sysfs"), target, Some(c"sysfs"), flags, None::<&CStr>);
    Ok(sysfs(plain).or_else(|_| sysfs(plain | MsFlags::MS_RDONLY))?)
}

/// Whether `path` is the root of a mount; `None` where the kernel does not say (before Linux 5.8).
///
/// # References
///
/// statx(2), `STATX_ATTR_MOUNT_ROOT`.
pub(crate) fn is_mount_root(path: &CStr) -> io::Result<Option<bool>> {
    // SAFETY: all-zero bytes are a valid `statx`: integers only.
    let mut found: libc::statx = unsafe { std::mem::zeroed() };
    // SAFETY: `path` ends in a nul byte and `found` is one `statx` to write to; both outlive the call.
    let result = unsafe { libc::statx(libc::AT_FDCWD, path.as_ptr(), 0, 0, &raw mut found) };
    if result != 0 {
        return Err(io::Error::last_os_error());
    }
    let bit = u64::try_from(libc::STATX_ATTR_MOUNT_ROOT).expect("the constant is 0x2000");
    let known = found.stx_attributes_mask & bit != 0;
    Ok(known.then_some(found.stx_attributes & bit != 0))
}
