//! What a process does to itself between fork and exec to be refused later:
//! the causes of `refusals.rs`, made for root and for an ordinary user alike.

#![expect(
    unsafe_code,
    reason = "prctl(2) has no safe wrapper for these operations"
)]

use std::ffi::{CStr, CString};
use std::io;

use libc::c_ulong;
use nix::errno::Errno;
use nix::fcntl::{OFlag, open};
use nix::mount::{MsFlags, mount};
use nix::sched::{CloneFlags, unshare};
use nix::sys::stat::Mode;
use nix::unistd::{chdir, chroot, getegid, geteuid, write};

use crate::filter::Filter;

/// One step of a confinement; applied in order, allocating nothing.
#[derive(Clone, Debug)]
pub enum Step {
    /// A seccomp filter.
    Filter(Filter),
    /// Root loses `CAP_SYS_ADMIN` at the next exec. An ordinary user has none.
    DropSysAdmin,
    /// Root is an ordinary user from the next exec on, by `SECBIT_NOROOT`.
    DropAll,
    /// A user namespace with the own ids mapped.
    UserNamespace(Maps),
    /// As many nested user namespaces as the kernel grants.
    NestUserNamespaces(Maps),
    /// A user namespace that maps nothing.
    UnmappedUserNamespace,
    /// A mount namespace that is cut off from the outer one.
    MountNamespace,
    /// A mount namespace whose mounts propagate to and from all its copies.
    SharedMountNamespace,
    /// Text into a file, in one write.
    Write(&'static CStr, &'static CStr),
    /// A tree at a second place.
    Bind(CString, CString),
    /// A tree becomes read-only.
    ReadOnly(&'static CStr),
    /// An empty file system over a directory.
    Cover(&'static CStr),
    /// chroot(2), and into it.
    Chroot(CString),
    /// `RLIMIT_NPROC`.
    Processes(libc::rlim_t),
}

/// The text of `uid_map` and `gid_map` that maps the own ids to themselves.
#[derive(Clone, Debug)]
pub struct Maps {
    user: String,
    group: String,
}

impl Maps {
    /// Those of this process.
    pub fn identity() -> Self {
        let (user, group) = (geteuid(), getegid());
        Self {
            user: format!("{user} {user} 1"),
            group: format!("{group} {group} 1"),
        }
    }

    fn write(&self) -> nix::Result<()> {
        write_once(c"/proc/self/setgroups", b"deny")?;
        write_once(c"/proc/self/uid_map", self.user.as_bytes())?;
        write_once(c"/proc/self/gid_map", self.group.as_bytes())
    }
}

/// A user namespace, mapped.
pub fn user_namespace() -> Step {
    Step::UserNamespace(Maps::identity())
}

impl Step {
    /// Does it to the calling process, which has one thread.
    ///
    /// # Errors
    ///
    /// The step is refused, so this machine can't show what the test is about.
    pub fn apply(&self) -> io::Result<()> {
        match self {
            Self::Filter(filter) => return filter.install(),
            Self::DropSysAdmin => return drop_sys_admin(),
            Self::DropAll => return drop_all(),
            Self::Processes(limit) => return limit_processes(*limit),
            Self::UserNamespace(maps) => {
                unshare(CloneFlags::CLONE_NEWUSER)?;
                maps.write()?;
            }
            Self::NestUserNamespaces(maps) => {
                while unshare(CloneFlags::CLONE_NEWUSER) != Err(Errno::ENOSPC) {
                    maps.write()?;
                }
            }
            Self::UnmappedUserNamespace => unshare(CloneFlags::CLONE_NEWUSER)?,
            Self::MountNamespace => {
                unshare(CloneFlags::CLONE_NEWNS)?;
                change(c"/", MsFlags::MS_REC | MsFlags::MS_PRIVATE)?;
            }
            Self::SharedMountNamespace => {
                unshare(CloneFlags::CLONE_NEWNS)?;
                change(c"/", MsFlags::MS_REC | MsFlags::MS_PRIVATE)?;
                change(c"/", MsFlags::MS_REC | MsFlags::MS_SHARED)?;
            }
            Self::Write(file, text) => write_once(file, text.to_bytes())?,
            Self::Bind(from, to) => bind(from, to)?,
            Self::ReadOnly(tree) => {
                bind(tree, tree)?;
                // The flags that a mount from further out may have locked have to be repeated.
                let locked = MsFlags::MS_NOSUID | MsFlags::MS_NODEV | MsFlags::MS_NOEXEC;
                change(
                    tree,
                    MsFlags::MS_REMOUNT | MsFlags::MS_BIND | MsFlags::MS_RDONLY | locked,
                )?;
            }
            Self::Cover(directory) => mount(
                Some(c"tmpfs"),
                *directory,
                Some(c"tmpfs"),
                MsFlags::empty(),
                None::<&CStr>,
            )?,
            Self::Chroot(directory) => {
                chroot(directory.as_c_str())?;
                chdir(c"/")?;
            }
        }
        Ok(())
    }
}

fn bind(from: &CStr, to: &CStr) -> nix::Result<()> {
    let flags = MsFlags::MS_BIND | MsFlags::MS_REC;
    mount(Some(from), to, None::<&CStr>, flags, None::<&CStr>)
}

fn change(tree: &CStr, flags: MsFlags) -> nix::Result<()> {
    mount(None::<&CStr>, tree, None::<&CStr>, flags, None::<&CStr>)
}

fn write_once(path: &CStr, bytes: &[u8]) -> nix::Result<()> {
    let file = open(path, OFlag::O_WRONLY | OFlag::O_CLOEXEC, Mode::empty())?;
    write(&file, bytes).map(drop)
}

/// A capability that is not in the bounding set is in no set after exec, even for root.
fn drop_sys_admin() -> io::Result<()> {
    const CAP_SYS_ADMIN: c_ulong = 21;
    if geteuid().is_root() {
        prctl(libc::PR_CAPBSET_DROP, CAP_SYS_ADMIN)?;
    }
    Ok(())
}

fn drop_all() -> io::Result<()> {
    /// `SECBIT_NOROOT`: uid 0 gets no capabilities by exec.
    const NOROOT: c_ulong = 1;
    if geteuid().is_root() {
        prctl(libc::PR_SET_SECUREBITS, NOROOT)?;
    }
    Ok(())
}

fn prctl(operation: libc::c_int, argument: c_ulong) -> io::Result<()> {
    let unused: c_ulong = 0;
    // SAFETY: both operations that this module passes take integers only.
    let result = unsafe { libc::prctl(operation, argument, unused, unused, unused) };
    Errno::result(result)?;
    Ok(())
}

fn limit_processes(limit: libc::rlim_t) -> io::Result<()> {
    let limit = libc::rlimit {
        rlim_cur: limit,
        rlim_max: limit,
    };
    // SAFETY: the kernel reads one `rlimit`, which outlives the call.
    let result = unsafe { libc::setrlimit(libc::RLIMIT_NPROC, &raw const limit) };
    Errno::result(result)?;
    Ok(())
}
