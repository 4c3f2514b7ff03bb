//! This process moves into the namespace of a test that runs.

use std::env;
use std::fs::File;
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::path::{Path, PathBuf};

use nix::unistd::geteuid;

use super::held::{Held, is_link_to, numbers, user_of};
use crate::error::{Error, ErrorKind};
use crate::sys::{capability, mount, namespace, nsfs, user};

/// How far the process got.
#[derive(Debug)]
pub struct Joined {
    /// Why `/sys/class/net` and the test's other mounts are not to be seen, if so.
    pub without_views: Option<io::Error>,
}

/// Moves this process, which has one thread, into the network namespace of a
/// test, and into the test's mounts if it is the same user's; for an ordinary user's test into the
/// test's user namespace first, with every capability in there.
///
/// # Errors
///
/// The test has ended, or it is another user's.
///
/// # References
///
/// setns(2)
pub fn join(held: &Held) -> Result<Joined, Error> {
    let inode = held.inode;
    let net = open_net(held).ok_or_else(|| {
        Error::new(
            ErrorKind::NotFound,
            format!(
                "find net:[{inode}] in process {}: the test `{}` has ended",
                held.pid, held.test
            ),
        )
    })?;
    let failed = |what: &'static str| {
        move |error: io::Error| {
            let kind = match error.raw_os_error() {
                Some(libc::EPERM) => ErrorKind::NotPermitted,
                _ => ErrorKind::System,
            };
            Error::new(kind, format!("enter the {what} namespace of net:[{inode}]"))
                .with_source(error)
        }
    };
    // Before anything moves, since what may be looked at changes with it.
    let mounts = held
        .tid
        .map(|tid| File::open(format!("/proc/{}/task/{tid}/ns/mnt", held.pid)));
    // Asked after they were opened. Another user can have put any program into them.
    let trusted = user_of(held.pid) == Some(geteuid().as_raw());
    let directory = env::current_dir();
    if let Err(error) = namespace::enter_net(net.as_fd()) {
        if error.raw_os_error() != Some(libc::EPERM) {
            return Err(failed("network")(error));
        }
        let owner = nsfs::open_owner(net.as_fd()).map_err(failed("user"))?;
        user::enter_user(owner.as_fd()).map_err(failed("user"))?;
        capability::keep_capabilities_across_exec().map_err(failed("user"))?;
        namespace::enter_net(net.as_fd()).map_err(failed("network"))?;
    }
    let seen = match mounts {
        Some(mounts) if trusted => mounts.and_then(|mounts| mount::enter_mounts(mounts.as_fd())),
        _ => fresh_views(),
    };
    // Into the test's mounts this process came at their root; where they lack the directory it stays there.
    let _ = directory.and_then(env::set_current_dir);
    Ok(Joined {
        without_views: seen.err(),
    })
}

/// Where there is no thread whose mounts could be shared.
fn fresh_views() -> io::Result<()> {
    mount::unshare_mounts()?;
    mount::show_own_sysfs().map_err(|(_, error)| error)
}

/// A thread of the process is in there, or it holds a descriptor.
fn open_net(held: &Held) -> Option<OwnedFd> {
    let process = PathBuf::from(format!("/proc/{}", held.pid));
    let of_thread = held
        .tid
        .map(|tid| process.join(format!("task/{tid}/ns/net")));
    let descriptors = process.join("fd");
    let of_descriptors = numbers(&descriptors).map(|fd| descriptors.join(fd.to_string()));
    of_thread
        .into_iter()
        .chain(of_descriptors)
        .filter(|link| is_link_to(link, held.inode))
        .find_map(|link| open_same(&link, held.inode))
}

/// The link may have changed since it was read.
fn open_same(link: &Path, inode: u64) -> Option<OwnedFd> {
    let fd = OwnedFd::from(File::open(link).ok()?);
    let (_, opened) = namespace::identify(fd.as_fd()).ok()?;
    (opened == inode).then_some(fd)
}
