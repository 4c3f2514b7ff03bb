//! A forked child that tries what a test needs and reports each step.
//!
//! The child is the only one that moves into namespaces; the process itself
//! stays as it was. Between fork and `_exit` the child makes system calls on
//! memory that it has: it neither allocates nor takes a lock, because another
//! thread of the process may hold any lock at the moment of the fork.

mod record;

use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::fcntl::{OFlag, open};
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sched::{CloneFlags, unshare};
use nix::sys::signal::{SigHandler, Signal, kill, signal};
use nix::sys::socket::{AddressFamily, SockFlag, SockType, socket};
use nix::sys::stat::{Mode, stat};
use nix::sys::wait::{WaitStatus, waitpid};
use nix::unistd::{AccessFlags, ForkResult, Pid, access, fork, pipe2, read, write};

pub(crate) use record::{NOT_MOVED, News, Record, Step, Text, UNPROVABLE};

use self::record::Wire;
use super::namespace::{self, Patience, Whereabouts};
use super::user::{self, IdentityMap};
use super::{mount, socket as loopback};

/// How the child came to its end.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Ended {
    /// It reported [`Step::Done`].
    Done,
    /// A signal ended it.
    Signalled(i32),
    /// It neither reported nor ended in time, and was killed.
    TimedOut,
    /// It ended before it was done, and nobody can say how.
    Unknown,
}

/// Forks the child and waits for its report, for `patience` at most.
///
/// # Errors
///
/// There is no child: the step that failed, and why.
pub(crate) fn run(patience: Duration) -> Result<(Vec<Record>, Ended), (Step, Errno)> {
    let (from_child, to_parent) = pipe2(OFlag::O_CLOEXEC).map_err(|errno| (Step::Pipe, errno))?;
    let map = IdentityMap::of_this_process();
    // SAFETY: the child calls `try_all`, which neither allocates nor takes a
    // lock, and then leaves by `_exit`: it runs no code that another thread's
    // state at the moment of the fork could break.
    match unsafe { fork() }.map_err(|errno| (Step::Fork, errno))? {
        ForkResult::Child => {
            try_all(&Pen(to_parent.as_fd()), &map);
            // SAFETY: ends this process without exit handlers, which belong to the parent.
            unsafe { libc::_exit(0) }
        }
        ForkResult::Parent { child } => {
            drop(to_parent);
            Ok(listen(&from_child, child, Instant::now() + patience))
        }
    }
}

fn listen(pipe: &OwnedFd, child: Pid, deadline: Instant) -> (Vec<Record>, Ended) {
    let mut records = Vec::new();
    let mut late = false;
    loop {
        match next(pipe, deadline) {
            Ok(Some(record)) if record.step == Step::Done => break,
            Ok(Some(record)) => records.push(record),
            Ok(None) => break,
            Err(_) => {
                late = true;
                // The child may be gone already; then there is nothing to end.
                let _ = kill(child, Signal::SIGKILL);
                break;
            }
        }
    }
    let status = loop {
        match waitpid(child, None) {
            Err(Errno::EINTR) => {}
            other => break other,
        }
    };
    let ended = match status {
        _ if late => Ended::TimedOut,
        Ok(WaitStatus::Exited(_, 0)) => Ended::Done,
        Ok(WaitStatus::Signaled(_, signal, _)) => Ended::Signalled(signal as i32),
        _ => Ended::Unknown,
    };
    (records, ended)
}

/// The next record; `None` at the end of the pipe.
fn next(pipe: &OwnedFd, deadline: Instant) -> Result<Option<Record>, Errno> {
    let mut wire = [0; size_of::<Wire>()];
    loop {
        let left = deadline.saturating_duration_since(Instant::now());
        let left = PollTimeout::try_from(left).unwrap_or(PollTimeout::MAX);
        match poll(&mut [PollFd::new(pipe.as_fd(), PollFlags::POLLIN)], left) {
            Err(Errno::EINTR) => continue,
            Err(errno) => return Err(errno),
            Ok(0) => return Err(Errno::ETIMEDOUT),
            Ok(_) => {}
        }
        match read(pipe, &mut wire) {
            Err(Errno::EINTR) => {}
            Ok(length) if length == wire.len() => return Ok(Record::decode(&wire)),
            Ok(_) => return Ok(None),
            Err(errno) => return Err(errno),
        }
    }
}

/// The child's end of the pipe.
struct Pen<'pipe>(BorrowedFd<'pipe>);

impl Pen<'_> {
    fn write(&self, step: Step, news: News) {
        let wire = Record { step, news }.encode();
        // A parent that does not listen any more is no reason to stop early.
        while write(self.0, &wire) == Err(Errno::EINTR) {}
    }

    /// Tries one step, and says so before and after: a filter that kills
    /// leaves the step begun.
    fn attempt(&self, step: Step, attempt: impl FnOnce() -> io::Result<()>) -> bool {
        self.write(step, News::Begun);
        let outcome = attempt()
            .map_err(|error| Errno::from_raw(error.raw_os_error().unwrap_or(Errno::EIO as i32)));
        self.write(step, News::Ended(outcome));
        outcome.is_ok()
    }
}

fn try_all(pen: &Pen<'_>, map: &IdentityMap) {
    die_quietly();
    let mut patience = Patience::new();
    if direct(pen, &mut patience) {
        look_for_degradations(pen, true);
    } else if through_a_user_namespace(pen, map, &mut patience) {
        look_for_degradations(pen, false);
    } else {
        ask_who_answers(pen);
    }
    pen.write(Step::Done, News::Begun);
}

/// A filter that answers with SIGSYS shall end this child: no handler of the
/// test's, no core file.
fn die_quietly() {
    // SAFETY: the default action runs no code of this process.
    let _ = unsafe { signal(Signal::SIGSYS, SigHandler::SigDfl) };
    let none = libc::rlimit {
        rlim_cur: 0,
        rlim_max: 0,
    };
    // SAFETY: the kernel reads one `rlimit`, which outlives the call.
    unsafe { libc::setrlimit(libc::RLIMIT_CORE, &raw const none) };
}

fn direct(pen: &Pen<'_>, patience: &mut Patience) -> bool {
    let before = Whereabouts::now();
    pen.attempt(Step::DirectNet, || namespace::unshare_net_within(patience))
        && pen.attempt(Step::DirectMoved, || left(&before))
        && pen.attempt(Step::DirectLoopback, bring_loopback_up)
}

fn through_a_user_namespace(pen: &Pen<'_>, map: &IdentityMap, patience: &mut Patience) -> bool {
    let before = Whereabouts::now();
    if !pen.attempt(Step::User, user::unshare_user) {
        count_threads(pen);
        return false;
    }
    let mapped = map.write();
    pen.write(Step::Setgroups, News::Ended(mapped.setgroups));
    pen.write(Step::UidMap, News::Ended(mapped.uid_map));
    pen.write(Step::GidMap, News::Ended(mapped.gid_map));
    read_label(pen);
    pen.attempt(Step::Net, || namespace::unshare_net_within(patience))
        && pen.attempt(Step::Moved, || left(&before))
        && pen.attempt(Step::Socket, || loopback::udp4().map(drop))
        && pen.attempt(Step::Loopback, bring_loopback_up)
        && pen.attempt(Step::Restart, || {
            Ok(access(c"/proc/self/exe", AccessFlags::X_OK)?)
        })
}

fn bring_loopback_up() -> io::Result<()> {
    loopback::loopback_up()?;
    loopback::reach_loopback4(&loopback::udp4()?)
}

/// Asks for `flag` in a way that the kernel always refuses with `EINVAL`,
/// before it looks at any permission. Another answer is a seccomp filter's.
///
/// Bit 0 is no flag of unshare(2); gVisor lets it pass, but refuses
/// `CLONE_SIGHAND` without `CLONE_VM`, as Linux does.
///
/// # References
///
/// `check_unshare_flags` in kernel/fork.c.
fn tell(flag: CloneFlags) -> io::Result<()> {
    let invalid = CloneFlags::CLONE_SIGHAND | CloneFlags::from_bits_retain(1);
    Ok(unshare(flag | invalid)?)
}

/// A filter can pretend success.
fn left(before: &Whereabouts) -> io::Result<()> {
    match before.differs_from(&Whereabouts::now()) {
        Some(true) => Ok(()),
        Some(false) => Err(NOT_MOVED.into()),
        None => Err(UNPROVABLE.into()),
    }
}

fn ask_who_answers(pen: &Pen<'_>) {
    pen.attempt(Step::TellNothing, || Ok(unshare(CloneFlags::empty())?));
    pen.attempt(Step::TellUser, || tell(CloneFlags::CLONE_NEWUSER));
    pen.attempt(Step::TellNet, || tell(CloneFlags::CLONE_NEWNET));
}

/// What a test can do without: each refusal is a note.
fn look_for_degradations(pen: &Pen<'_>, direct: bool) {
    pen.attempt(Step::Netlink, || {
        let flags = SockFlag::SOCK_CLOEXEC;
        socket(AddressFamily::Netlink, SockType::Raw, flags, None)?;
        Ok(())
    });
    pen.attempt(Step::Sysctl, || {
        open(
            c"/proc/sys/net/ipv4/ip_forward",
            OFlag::O_WRONLY | OFlag::O_CLOEXEC,
            Mode::empty(),
        )?;
        Ok(())
    });
    if !pen.attempt(Step::Mounts, mount::unshare_mounts) {
        return;
    }
    if direct {
        pen.attempt(Step::ProcNet, || {
            mount::bind(c"/proc/thread-self/net", c"/proc/self/net")
        });
    }
    pen.attempt(Step::Sysfs, || {
        mount::mount_sysfs(c"/sys/devices/virtual/net")
    });
}

/// `/proc/self/task` has a link for each thread, besides its own two.
fn count_threads(pen: &Pen<'_>) {
    let Ok(task) = stat(c"/proc/self/task") else {
        return;
    };
    let threads = i32::try_from(task.st_nlink)
        .unwrap_or(i32::MAX)
        .saturating_sub(2);
    pen.write(Step::Threads, News::Counted(threads));
}

fn read_label(pen: &Pen<'_>) {
    let mut bytes = [0; Text::CAPACITY];
    let label = open(
        c"/proc/thread-self/attr/current",
        OFlag::O_RDONLY | OFlag::O_CLOEXEC,
        Mode::empty(),
    )
    .and_then(|file| read(file, &mut bytes));
    if let Ok(length) = label {
        let length = u8::try_from(length).unwrap_or(0);
        pen.write(Step::Label, News::Text(Text { bytes, length }));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_process_stays_where_it_was() {
        let before = Whereabouts::now();
        let (records, ended) = run(Duration::from_secs(20)).unwrap();
        assert_eq!(ended, Ended::Done, "{records:?}");
        assert_eq!(before.differs_from(&Whereabouts::now()), Some(false));
        assert_eq!(records[0].step, Step::DirectNet);
    }
}
