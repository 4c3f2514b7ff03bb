//! From what was seen to a verdict: a pure function, so that refusals which
//! no machine at hand gives can be tested as well.

use nix::errno::Errno;

use super::probe::{Machine, Observations, Trial};
use super::{explain, remedy};
use crate::answer::{Access, Answer, Cause, Lacking, Limitation, Refusal, Way};
use crate::sys::probe::{Ended, NOT_MOVED, Step, UNPROVABLE};

pub(super) fn classify(seen: &Observations) -> Access {
    let way = if seen.trial.succeeded(Step::DirectLoopback) {
        Way::Direct
    } else if seen.trial.succeeded(Step::Restart) {
        Way::UserNamespace
    } else {
        return Access {
            verdict: Err(Box::new(refusal(seen))),
            limitations: Vec::new(),
        };
    };
    Access {
        verdict: Ok(way),
        limitations: limitations(&seen.trial, way),
    }
}

/// Where it came to an end: the step that decides, and its answer, if any.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct End {
    pub(super) step: Step,
    pub(super) errno: Option<Errno>,
}

fn refusal(seen: &Observations) -> Refusal {
    let end = end(&seen.trial);
    let (cause, answered_by) = cause(seen, end);
    Refusal {
        step: explain::call(end.step),
        errno: end.errno.map(|errno| errno as i32),
        answer: explain::answer(cause, end.errno),
        answered_by,
        cause,
        because: explain::because(cause, seen),
        evidence: explain::evidence(cause, seen, end),
        remedies: remedy::remedies(cause, seen.machine.place),
        notes: explain::notes(cause, seen),
    }
}

/// The first step on the way through a user namespace that stops it. Maps that
/// can't be written do not.
const FATAL: [Step; 8] = [
    Step::Pipe,
    Step::Fork,
    Step::User,
    Step::Net,
    Step::Moved,
    Step::Socket,
    Step::Loopback,
    Step::Restart,
];

fn end(trial: &Trial) -> End {
    let refused = |step| {
        let errno = Some(trial.errno(step)?);
        Some(End { step, errno })
    };
    // Who has the capabilities and meets the limit needs no user namespace,
    // but a higher limit.
    let limit = refused(Step::DirectNet).filter(|end| end.errno == Some(Errno::ENOSPC));
    let unfinished = trial.unfinished().map(|step| End { step, errno: None });
    unfinished
        .or_else(|| limit.filter(|_| refused(Step::User).is_some()))
        .or_else(|| FATAL.into_iter().find_map(refused))
        .unwrap_or(End {
            step: Step::Fork,
            errno: None,
        })
}

fn cause(seen: &Observations, end: End) -> (Cause, Answer) {
    let Some(errno) = end.errno else {
        return match seen.trial.ended {
            Ended::Signalled(libc::SIGSYS) => (Cause::SeccompKill, Answer::SeccompFilter),
            _ => (Cause::Unknown, Answer::Unknown),
        };
    };
    if let Some(cause) = filter(&seen.trial, end.step) {
        return (cause, Answer::SeccompFilter);
    }
    if is_apparmor(seen, end.step, errno) {
        return (Cause::AppArmorUserNamespaces, Answer::AppArmor);
    }
    match end.step {
        Step::Fork if errno == Errno::EAGAIN => (Cause::ProcessLimit, Answer::Kernel),
        Step::User => user(seen, errno),
        Step::DirectNet | Step::Net => net(errno),
        Step::Moved if errno == NOT_MOVED => (Cause::PretendedSuccess, Answer::SeccompFilter),
        Step::Moved if errno == UNPROVABLE => (Cause::Unprovable, Answer::Kernel),
        Step::Socket => (
            Cause::AddressFamilies,
            if seen.machine.filtered {
                Answer::SeccompFilter
            } else {
                Answer::Kernel
            },
        ),
        Step::Loopback if is_denied(errno) => (Cause::CapabilitiesStripped, Answer::SecurityModule),
        Step::Restart if errno == Errno::ENOENT => (Cause::ProcAbsent, Answer::Kernel),
        _ => (Cause::Unknown, Answer::Kernel),
    }
}

fn is_denied(errno: Errno) -> bool {
    matches!(errno, Errno::EPERM | Errno::EACCES)
}

/// The kernel answers an invalid unshare(2) with `EINVAL`, always; what
/// answers otherwise is a filter.
fn filter(trial: &Trial, step: Step) -> Option<Cause> {
    let told = match step {
        Step::User => trial.errno(Step::TellUser)?,
        Step::DirectNet | Step::Net => trial.errno(Step::TellNet)?,
        _ => return None,
    };
    if told == Errno::EINVAL {
        return None;
    }
    Some(match trial.outcome(Step::TellNothing) {
        Some(Ok(())) => Cause::SeccompFlags,
        _ => Cause::SeccompProfile,
    })
}

/// Either the namespace came with a label that takes its capabilities away, or
/// the restriction is on and shows in one of its two ways: `EACCES` at once,
/// or a denial afterwards.
fn is_apparmor(seen: &Observations, step: Step, errno: Errno) -> bool {
    let afterwards = matches!(step, Step::Net | Step::Loopback);
    let labelled = seen
        .trial
        .label()
        .is_some_and(|label| label.contains("unprivileged_userns"));
    let restricted = seen.machine.apparmor_restriction == Some(1);
    match step {
        Step::User => restricted && errno == Errno::EACCES,
        _ if afterwards => (labelled || restricted) && is_denied(errno),
        _ => false,
    }
}

fn user(seen: &Observations, errno: Errno) -> (Cause, Answer) {
    let machine = &seen.machine;
    let cause = match errno {
        Errno::EINVAL if seen.trial.threads().is_some_and(|threads| threads > 1) => Cause::Emulator,
        Errno::EINVAL if is_wsl1(&machine.version) => Cause::Wsl1,
        Errno::EINVAL | Errno::ENOSPC | Errno::EUSERS if machine.max_user_namespaces == Some(0) => {
            Cause::MaxUserNamespaces
        }
        Errno::EINVAL if machine.has_user_namespaces == Some(false) => {
            Cause::KernelWithoutUserNamespaces
        }
        Errno::ENOSPC | Errno::EUSERS if is_nested(machine) => Cause::OuterUserNamespace,
        Errno::ENOSPC | Errno::EUSERS => Cause::UserNamespaceLimit,
        Errno::EPERM => return not_permitted(machine),
        Errno::EACCES if machine.selinux_enforcing => {
            return (Cause::SelinuxUserNamespaces, Answer::Selinux);
        }
        Errno::EACCES => return (Cause::SecurityModule, Answer::SecurityModule),
        _ => Cause::Unknown,
    };
    (cause, Answer::Kernel)
}

/// `create_user_ns` has three reasons for `EPERM`, a distribution's patch one
/// more; what is left is a security module. A chroot onto a mount point can't
/// be told from that.
fn not_permitted(machine: &Machine) -> (Cause, Answer) {
    let privileged = machine.capabilities & crate::sys::capability::SYS_ADMIN != 0;
    if machine.unprivileged_userns_clone == Some(0) && !privileged {
        (Cause::UnprivilegedUsernsClone, Answer::Kernel)
    } else if is_unmapped(machine.uid_map.as_deref(), machine.uid)
        || is_unmapped(machine.gid_map.as_deref(), machine.gid)
    {
        (Cause::UnmappedIds, Answer::Kernel)
    } else if machine.chrooted {
        (Cause::Chroot, Answer::Kernel)
    } else {
        (Cause::ChrootOrSecurityModule, Answer::Unknown)
    }
}

fn net(errno: Errno) -> (Cause, Answer) {
    match errno {
        Errno::ENOSPC => (Cause::MaxNetNamespaces, Answer::Kernel),
        Errno::EINVAL => (Cause::KernelWithoutNetworkNamespaces, Answer::Kernel),
        Errno::EPERM | Errno::EACCES => (Cause::CapabilitiesStripped, Answer::SecurityModule),
        _ => (Cause::Unknown, Answer::Kernel),
    }
}

/// WSL 1 writes `-Microsoft`; WSL 2, a kernel like any other, `microsoft-standard`.
fn is_wsl1(version: &str) -> bool {
    version.contains("-Microsoft")
}

/// The initial user namespace maps all ids to themselves.
fn is_nested(machine: &Machine) -> bool {
    machine.uid_map.as_deref().is_some_and(|map| {
        let mut words = map.split_whitespace();
        (words.next(), words.next(), words.next()) != (Some("0"), Some("0"), Some("4294967295"))
    })
}

/// Whether a map, of lines `inside outside count`, lacks an id. An id without
/// a map reads as the overflow id.
fn is_unmapped(map: Option<&str>, id: u32) -> bool {
    map.is_some_and(|map| {
        !map.lines().any(|line| {
            let mut numbers = line.split_whitespace().map_while(|word| word.parse().ok());
            let (inside, count): (Option<u32>, Option<u32>) = (numbers.next(), numbers.nth(1));
            inside
                .zip(count)
                .is_some_and(|(inside, count)| id.checked_sub(inside).is_some_and(|at| at < count))
        })
    })
}

fn limitations(trial: &Trial, way: Way) -> Vec<Limitation> {
    const POSSIBLE: [(Lacking, Step); 8] = [
        (Lacking::Ids, Step::Setgroups),
        (Lacking::Ids, Step::UidMap),
        (Lacking::Ids, Step::GidMap),
        (Lacking::Netlink, Step::Netlink),
        (Lacking::Sysctl, Step::Sysctl),
        (Lacking::Mounts, Step::Mounts),
        (Lacking::ProcNet, Step::ProcNet),
        (Lacking::Sysfs, Step::Sysfs),
    ];
    let mut limitations: Vec<Limitation> = POSSIBLE
        .into_iter()
        // On the direct way nothing was mapped, even if mapping was tried.
        .filter(|(lacking, _)| *lacking != Lacking::Ids || way == Way::UserNamespace)
        .filter_map(|(lacking, step)| {
            let errno = trial.errno(step)?;
            Some(Limitation {
                lacking,
                step: explain::call(step),
                errno: errno as i32,
                hint: remedy::hint(lacking, errno),
            })
        })
        .collect();
    limitations.dedup_by_key(|limitation| limitation.lacking);
    limitations
}

#[cfg(test)]
mod tests;
