//! Mount namespaces, and the mounts that make a view. Nothing here allocates.

use std::ffi::CStr;
use std::io;
use std::os::fd::BorrowedFd;

use nix::mount::{MntFlags, MsFlags, mount, umount2};
use nix::sched::{CloneFlags, setns, unshare};

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

/// Mounts an empty file system that lives in memory and has room for `size`.
#[cfg(feature = "cli")]
pub(crate) fn mount_tmpfs(target: &CStr, size: &CStr) -> io::Result<()> {
    let flags = MsFlags::MS_NOSUID | MsFlags::MS_NODEV | MsFlags::MS_NOEXEC;
    Ok(mount(
        Some(c"tmpfs"),
        target,
        Some(c"tmpfs"),
        flags,
        Some(size),
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

/// Mounts, in the calling thread's mount namespace, what shows its network
/// namespace in `/sys/class/net`:
///
/// 1. a sysfs of the namespace over `/sys/devices/virtual/net`;
/// 2. from there, its `class/net` over `/sys/class/net`;
/// 3. and its `devices/virtual/net`, to which the entries of `class/net` point,
///    over the whole sysfs of step 1. The rest of `/sys` stays what it was.
///
/// # Errors
///
/// The step that was refused, and the kernel's answer.
pub(crate) fn show_own_sysfs() -> Result<(), (&'static str, io::Error)> {
    let refused = |step| move |error| (step, error);
    mount_sysfs(c"/sys/devices/virtual/net").map_err(refused("mount(\"sysfs\")"))?;
    bind(c"/sys/devices/virtual/net/class/net", c"/sys/class/net")
        .map_err(refused("mount(MS_BIND) over `/sys/class/net`"))?;
    bind(
        c"/sys/devices/virtual/net/devices/virtual/net",
        c"/sys/devices/virtual/net",
    )
    .map_err(refused("mount(MS_BIND) over `/sys/devices/virtual/net`"))
}

/// Takes the topmost mount off `target`, at once for whoever looks there, even
/// if it is in use.
///
/// # References
///
/// umount(2), `MNT_DETACH`
pub(crate) fn detach(target: &CStr) -> io::Result<()> {
    Ok(umount2(
        target,
        MntFlags::MNT_DETACH | MntFlags::UMOUNT_NOFOLLOW,
    )?)
}

/// Moves the calling thread, which stops sharing its working directory with
/// others, into the mount namespace that `namespace` refers to.
///
/// # References
///
/// setns(2): a thread that shares `CLONE_FS` can't change its mount namespace.
pub(crate) fn enter_mounts(namespace: BorrowedFd<'_>) -> io::Result<()> {
    unshare(CloneFlags::CLONE_FS)?;
    Ok(setns(namespace, CloneFlags::CLONE_NEWNS)?)
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
