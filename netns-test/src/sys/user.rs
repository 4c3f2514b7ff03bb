//! User namespaces: make one, map the own ids, keep capabilities over exec.
//!
//! All but [`IdentityMap::of_this_process`] runs between fork and exec:
//! nothing here allocates or takes a lock.

use std::ffi::CStr;
use std::io::{self, Write};
use std::os::fd::BorrowedFd;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use nix::errno::Errno;
use nix::fcntl::{OFlag, open};
use nix::sched::{CloneFlags, setns, unshare};
use nix::sys::stat::Mode;
use nix::unistd::{getegid, geteuid, read, write};

/// How often an `EINVAL` is tried again, and after how long.
const RETRIES: u32 = 50;
const PAUSE: Duration = Duration::from_micros(100);

/// Moves the calling process, which must have one thread, into a new user
/// namespace: all capabilities in there, none outside.
///
/// The kernel counts a thread that has been joined for a moment longer, and
/// answers `EINVAL` meanwhile; hence the retries, 5 ms at most.
///
/// # References
///
/// unshare(2), `CLONE_NEWUSER`; `user_namespaces(7)`; `create_user_ns` in
/// `kernel/user_namespace.c`.
pub(crate) fn unshare_user() -> io::Result<()> {
    for _ in 0..RETRIES {
        match unshare(CloneFlags::CLONE_NEWUSER) {
            Err(Errno::EINVAL) => thread::sleep(PAUSE),
            other => return Ok(other?),
        }
    }
    Ok(unshare(CloneFlags::CLONE_NEWUSER)?)
}

static ENTERED_BEFORE_MAIN: AtomicBool = AtomicBool::new(false);

/// Notes that this whole process has moved into a user namespace of its own.
pub(crate) fn note_entered_before_main() {
    ENTERED_BEFORE_MAIN.store(true, Ordering::Relaxed);
}

/// Whether whoever started this process is in another user namespace for that reason.
pub(crate) fn has_entered_before_main() -> bool {
    ENTERED_BEFORE_MAIN.load(Ordering::Relaxed)
}

/// Moves the calling process, which must have one thread, into the user
/// namespace that `namespace` refers to: all capabilities in there, none outside.
///
/// # References
///
/// setns(2), `CLONE_NEWUSER`
pub(crate) fn enter_user(namespace: BorrowedFd<'_>) -> io::Result<()> {
    Ok(setns(namespace, CloneFlags::CLONE_NEWUSER)?)
}

/// Whether `AppArmor` is set to strip unprivileged user namespaces of their
/// capabilities.
///
/// # References
///
/// `kernel.apparmor_restrict_unprivileged_userns`, security/apparmor in the kernel.
pub(crate) fn are_stripped_by_apparmor() -> bool {
    let path = c"/proc/sys/kernel/apparmor_restrict_unprivileged_userns";
    let mut first = [0];
    open(path, OFlag::O_RDONLY | OFlag::O_CLOEXEC, Mode::empty())
        .and_then(|file| read(&file, &mut first))
        .is_ok_and(|_| first != *b"0" && first != [0])
}

/// Maps the effective user and group to themselves, and nothing else: a map
/// that needs no privilege. Made before fork, written after `unshare_user`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct IdentityMap {
    user: Line,
    group: Line,
}

/// What became of the three files; a test works without any of them, as the
/// overflow user (65534).
#[derive(Clone, Copy, Debug)]
#[must_use = "a map that is missing is worth a note"]
pub(crate) struct Mapped {
    /// `/proc/self/setgroups`
    pub(crate) setgroups: Result<(), Errno>,
    /// `/proc/self/uid_map`
    pub(crate) uid_map: Result<(), Errno>,
    /// `/proc/self/gid_map`
    pub(crate) gid_map: Result<(), Errno>,
}

impl IdentityMap {
    /// The map of the ids that this process has now.
    pub(crate) fn of_this_process() -> Self {
        Self {
            user: Line::identity(geteuid().as_raw()),
            group: Line::identity(getegid().as_raw()),
        }
    }

    /// Writes `setgroups`, `uid_map` and `gid_map` of the calling process.
    /// Each is tried, whatever became of the others.
    ///
    /// # References
    ///
    /// `user_namespaces(7)`, "Defining user and group ID mappings": without a
    /// privilege outside, `setgroups` has to be denied before `gid_map` is written.
    pub(crate) fn write(&self) -> Mapped {
        Mapped {
            setgroups: write_at_once(c"/proc/self/setgroups", b"deny"),
            uid_map: write_at_once(c"/proc/self/uid_map", self.user.bytes()),
            gid_map: write_at_once(c"/proc/self/gid_map", self.group.bytes()),
        }
    }
}

/// The kernel takes these files in a single write(2).
fn write_at_once(path: &CStr, bytes: &[u8]) -> Result<(), Errno> {
    let file = open(path, OFlag::O_WRONLY | OFlag::O_CLOEXEC, Mode::empty())?;
    match write(&file, bytes)? {
        written if written == bytes.len() => Ok(()),
        _ => Err(Errno::EIO),
    }
}

/// `ID ID 1`, formatted.
#[derive(Clone, Copy, Debug)]
struct Line {
    bytes: [u8; Self::CAPACITY],
    length: usize,
}

impl Line {
    /// Two numbers of 10 digits, two spaces, `1`.
    const CAPACITY: usize = 23;

    fn identity(id: u32) -> Self {
        let mut bytes = [0; Self::CAPACITY];
        let mut rest = bytes.as_mut_slice();
        write!(rest, "{id} {id} 1").expect("two 32-bit numbers fit");
        let length = Self::CAPACITY - rest.len();
        Self { bytes, length }
    }

    fn bytes(&self) -> &[u8] {
        &self.bytes[..self.length]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_maps_an_id_to_itself() {
        assert_eq!(Line::identity(0).bytes(), b"0 0 1");
        assert_eq!(Line::identity(65534).bytes(), b"65534 65534 1");
        assert_eq!(Line::identity(u32::MAX).bytes(), b"4294967295 4294967295 1");
    }
}
