//! An `/etc/hosts` of this process's own.

use std::ffi::CString;
use std::fs::{self, File, Permissions};
use std::io;
use std::os::fd::AsRawFd;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};

use crate::error::{Error, ErrorKind};
use crate::sys::mount;

/// The file that is covered.
pub const HOSTS: &str = "/etc/hosts";

/// Has this process, and the programs that it becomes and starts, see `text`
/// in `/etc/hosts`. Nobody else does, and no file is left.
///
/// # Errors
///
/// There is no such file to cover, or this machine refuses mounts.
pub fn cover_hosts(text: &str) -> Result<(), Error> {
    cover(text).map_err(|(step, error)| {
        let hint = match error.raw_os_error() {
            Some(libc::EACCES | libc::EPERM) => {
                "in a container: `--security-opt apparmor=unconfined`, or `--cap-add SYS_ADMIN`"
            }
            _ => "leave the names out, or use addresses",
        };
        Error::new(
            ErrorKind::Unsupported,
            format!("give the program its own `{HOSTS}`: {step}"),
        )
        .with_source(error)
        .with_hint(hint)
    })
}

/// A file can be mounted only over a file, and from a mount of this namespace:
/// so for a moment an empty file system lies over `/etc`, and the file in there is
/// mounted over the one below, which a descriptor still reaches.
fn cover(text: &str) -> Result<(), (&'static str, io::Error)> {
    let failed = |step| move |error| (step, error);
    // Whether the views have one or not: from here on, nothing can get out.
    mount::unshare_mounts().map_err(failed("unshare(CLONE_NEWNS)"))?;
    let below = File::options()
        .read(true)
        .custom_flags(libc::O_PATH)
        .open(HOSTS)
        .map_err(failed("open it"))?;
    let target = format!("/proc/self/fd/{}", below.as_raw_fd());
    let target = CString::new(target).expect("a path without NUL");
    mount::mount_tmpfs(c"/etc", c"size=4m,mode=755").map_err(failed("mount(\"tmpfs\")"))?;
    fs::write(HOSTS, text)
        .and_then(|()| fs::set_permissions(HOSTS, Permissions::from_mode(0o644)))
        .map_err(failed("write it"))?;
    mount::bind(c"/etc/hosts", &target).map_err(failed("mount(MS_BIND)"))?;
    mount::detach(c"/etc").map_err(failed("umount2(MNT_DETACH)"))
}
