//! Starts this executable again, in namespaces that are made or entered between fork and exec.

use std::ffi::{OsString, c_int};
use std::fmt;
use std::io::{self, Read};
use std::os::fd::{AsRawFd, BorrowedFd, FromRawFd, OwnedFd};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};

use nix::errno::Errno;
use nix::fcntl::OFlag;
use nix::sys::socket::{SockType, getsockopt, sockopt};
use nix::unistd::{Pid, getppid, pipe2, setpgid};

use crate::sys::user::{self, IdentityMap};
use crate::sys::{capability, namespace, process};

/// In which namespaces the program comes to life, and whose death it follows.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Birth {
    /// In a user namespace of its own, with every capability in it.
    pub(crate) user: bool,
    /// In a network namespace of its own.
    pub(crate) net: bool,
    /// In these namespaces, which are there already.
    pub(crate) existing: Option<Existing>,
    /// It ends when the thread that starts it ends.
    pub(crate) with_thread: bool,
}

/// A user namespace, and a network namespace that it owns. Both descriptors are
/// open as long as [`start`] runs.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Existing {
    pub(crate) user: c_int,
    pub(crate) net: c_int,
}

/// A step between fork and exec that was refused.
#[derive(Debug)]
pub(crate) struct Refused {
    pub(crate) step: &'static str,
    pub(crate) error: io::Error,
}

/// A file of the user namespace that could not be written: the process is the
/// overflow user in there.
#[derive(Clone, Debug)]
pub(crate) struct Unmapped {
    pub(crate) file: &'static str,
    pub(crate) errno: Errno,
}

impl fmt::Display for Unmapped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { file, errno } = self;
        write!(
            f,
            "the test runs as the overflow user (65534), whoever started it: `{file}`: {}",
            io::Error::from(*errno)
        )
    }
}

/// The files of [`Unmapped`], by the number with which the child names them.
const FILES: [&str; 3] = [
    "/proc/self/setgroups",
    "/proc/self/uid_map",
    "/proc/self/gid_map",
];

/// The steps, by the number with which the child names them.
const STEPS: [&str; 8] = [
    "setpgid(0, 0)",
    "unshare(CLONE_NEWUSER)",
    "keep the capabilities across execve(2)",
    "unshare(CLONE_NEWNET)",
    "prctl(PR_SET_PDEATHSIG)",
    "fcntl(F_SETFD)",
    "setns(CLONE_NEWUSER)",
    "setns(CLONE_NEWNET)",
];

/// Runs `/proc/self/exe` under its first name, with `arguments`, in a process
/// group of its own, with null for its three streams.
///
/// The child inherits `channel`; `marker` is the variable that tells it the
/// number. `unset` are variables that it does not get.
pub(crate) fn start(
    arguments: &[&str],
    marker: (&str, String),
    unset: &[&str],
    channel: BorrowedFd<'_>,
    birth: Birth,
) -> Result<(Child, Option<Unmapped>), Refused> {
    let system = |step| move |error: io::Error| Refused { step, error };
    let (mut report, records) = pipe2(OFlag::O_CLOEXEC | OFlag::O_NONBLOCK)
        .map(|(read, write)| (std::fs::File::from(read), write))
        .map_err(|errno| system("pipe2")(errno.into()))?;
    let map = IdentityMap::of_this_process();
    let channel = channel.as_raw_fd();
    let parent = Pid::this();

    let mut command = Command::new("/proc/self/exe");
    command
        .args(arguments)
        .env(marker.0, marker.1)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    if let Some(name) = std::env::args_os()
        .next()
        .filter(|name: &OsString| !name.is_empty())
    {
        command.arg0(name);
    }
    for variable in unset {
        command.env_remove(variable);
    }
    let records_fd = records.as_raw_fd();
    let tell = move |record: Record| {
        // SAFETY: `record` lives through the call; the descriptor is this process's copy of
        // the pipe's write end, which the parent keeps open until the child is gone or execs.
        unsafe { libc::write(records_fd, record.as_ptr().cast(), record.len()) };
    };
    let steps = move || {
        be_born(&map, channel, parent, birth, &tell).map_err(|(step, error)| {
            tell(record(STEP, step, error.raw_os_error().unwrap_or(0)));
            error
        })
    };
    // SAFETY: `be_born` and the closures make system calls and move bytes on the stack:
    // no allocation, no lock, no panic.
    unsafe { command.pre_exec(steps) };
    let started = command.spawn();
    drop(records);
    let mut unmapped = None;
    let mut refused = None;
    // Without waiting: all was written before execve, or before the child ended.
    let mut told: Record = [0; size_of::<Record>()];
    while report.read_exact(&mut told).is_ok() {
        let [kind, index, errno @ ..] = told;
        let errno = c_int::from_ne_bytes(errno);
        if kind == FILE {
            unmapped = Some(Unmapped {
                file: FILES[usize::from(index)],
                errno: Errno::from_raw(errno),
            });
        } else {
            refused = Some(Refused {
                step: STEPS[usize::from(index)],
                error: io::Error::from_raw_os_error(errno),
            });
        }
    }
    match started {
        Ok(child) => Ok((child, unmapped)),
        Err(error) => Err(refused.unwrap_or(Refused {
            step: "start `/proc/self/exe` again",
            error,
        })),
    }
}

/// What the child tells before execve: what kind of thing, which one, and the errno.
type Record = [u8; 6];
/// A record about one of [`STEPS`]: the child ends.
const STEP: u8 = 0;
/// A record about one of [`FILES`]: the child goes on.
const FILE: u8 = 1;

fn record(kind: u8, index: u8, errno: c_int) -> Record {
    let [a, b, c, d] = errno.to_ne_bytes();
    [kind, index, a, b, c, d]
}

/// What happens in the child between fork and exec. Must not allocate.
fn be_born(
    map: &IdentityMap,
    channel: c_int,
    parent: Pid,
    birth: Birth,
    tell: &impl Fn(Record),
) -> Result<(), (u8, io::Error)> {
    let here = Pid::from_raw(0);
    setpgid(here, here).map_err(|errno| (0, errno.into()))?;
    if birth.user {
        user::unshare_user().map_err(|error| (1, error))?;
        // Without maps the process still has every capability in its namespace.
        let mapped = map.write();
        let written = [mapped.setgroups, mapped.uid_map, mapped.gid_map];
        for (index, written) in (0..).zip(written) {
            if let Err(errno) = written {
                tell(record(FILE, index, errno as c_int));
                break;
            }
        }
        capability::keep_capabilities_across_exec().map_err(|error| (2, error))?;
    }
    if birth.net {
        namespace::unshare_net().map_err(|error| (3, error))?;
    }
    if let Some(Existing { user, net }) = birth.existing {
        // SAFETY: who fills an `Existing` in keeps both open while the process is started, and
        // this copy of the process closes neither.
        let [user, net] = [user, net].map(|fd| unsafe { BorrowedFd::borrow_raw(fd) });
        user::enter_user(user).map_err(|error| (6, error))?;
        namespace::enter_net(net).map_err(|error| (7, error))?;
        capability::keep_capabilities_across_exec().map_err(|error| (2, error))?;
    }
    if birth.with_thread {
        // After the credentials changed, which clears it.
        process::signal_on_parent_death(process::parent_death_signal())
            .map_err(|error| (4, error))?;
        if getppid() != parent {
            process::exit_now(1);
        }
    }
    process::inherit(channel).map_err(|error| (5, error))
}

/// Takes over the descriptor that [`start`] left open for this process.
///
/// # Errors
///
/// `fd` is no open descriptor of a packet socket: the variable lies.
pub(crate) fn inherited_channel(fd: c_int) -> io::Result<OwnedFd> {
    // SAFETY: the request takes an integer; a wrong descriptor is an error.
    if unsafe { libc::fcntl(fd, libc::F_SETFD, libc::FD_CLOEXEC) } < 0 {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: the descriptor is open (the call before says so), and nothing closes it meanwhile.
    let socket = unsafe { BorrowedFd::borrow_raw(fd) };
    if getsockopt(&socket, sockopt::SockType)? != SockType::SeqPacket {
        return Err(io::ErrorKind::InvalidInput.into());
    }
    // SAFETY: this program did not open the descriptor, it inherited it through exec, so
    // nothing else here knows its number or closes it.
    Ok(unsafe { OwnedFd::from_raw_fd(fd) })
}
