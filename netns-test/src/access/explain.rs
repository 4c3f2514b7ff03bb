//! What a cause means on this machine, and what speaks for it.

use nix::errno::Errno;

use super::classify::End;
use super::place::Place;
use super::probe::{Machine, Observations};
use crate::answer::Cause;
use crate::sys::capability::{NET_ADMIN, SYS_ADMIN};
use crate::sys::probe::{Ended, Step};

/// The system call of a step.
pub(super) fn call(step: Step) -> &'static str {
    match step {
        Step::Pipe => "pipe2(O_CLOEXEC)",
        Step::Fork => "fork()",
        Step::DirectNet | Step::Net | Step::TellNet => "unshare(CLONE_NEWNET)",
        Step::User | Step::TellUser => "unshare(CLONE_NEWUSER)",
        Step::TellNothing => "unshare(0)",
        Step::DirectMoved | Step::Moved => "a look at the namespace after unshare(CLONE_NEWNET)",
        Step::DirectLoopback | Step::Loopback => "setting `lo` up and reaching 127.0.0.1",
        Step::Setgroups => "write to /proc/self/setgroups",
        Step::UidMap => "write to /proc/self/uid_map",
        Step::GidMap => "write to /proc/self/gid_map",
        Step::Socket => "socket(AF_INET, SOCK_DGRAM)",
        Step::Restart => "access of /proc/self/exe",
        Step::Threads => "stat of /proc/self/task",
        Step::Label => "read of /proc/thread-self/attr/current",
        Step::Netlink => "socket(AF_NETLINK)",
        Step::Sysctl => "open of /proc/sys/net/ipv4/ip_forward for writing",
        Step::Mounts => "unshare(CLONE_NEWNS) and a private mount tree",
        Step::ProcNet => "mount(MS_BIND) over /proc/self/net",
        Step::Sysfs => "mount of a sysfs",
        Step::Done => "the end of the probe",
    }
}

/// The name of what a call answered.
pub(super) fn answer(cause: Cause, errno: Option<Errno>) -> String {
    match (errno, cause) {
        (Some(errno), _) => format!("{errno:?}"),
        (None, Cause::SeccompKill) => "SIGSYS".into(),
        (None, _) => "no answer".into(),
    }
}

pub(super) fn because(cause: Cause, seen: &Observations) -> String {
    let machine = &seen.machine;
    match cause {
        Cause::SeccompProfile => return profile(machine),
        Cause::SeccompFlags => match machine.place {
            Place::SystemdUnit => "the systemd unit that runs this forbids namespaces (RestrictNamespaces=)",
            _ => "the filter looks at the flags of unshare(2), as that of a systemd unit with RestrictNamespaces= does",
        },
        Cause::SeccompKill => "a seccomp filter ends the process instead of answering, as Android's does for its apps",
        Cause::PretendedSuccess => "the call reports success, and the thread is still in the old namespace",
        Cause::AddressFamilies => "internet sockets are refused, as by RestrictAddressFamilies= of a systemd unit",
        Cause::AppArmorUserNamespaces => return apparmor(machine),
        Cause::SelinuxUserNamespaces => return format!(
            "SELinux denies user_namespace:create to `{}`",
            machine.label.as_deref().unwrap_or("this context"),
        ),
        Cause::SecurityModule => "a security module denies user namespaces",
        Cause::CapabilitiesStripped => "the new user namespace came without its capabilities: a security module takes them away",
        Cause::MaxUserNamespaces => "user.max_user_namespaces is 0 here (hardening of the host, or of the container)",
        Cause::UserNamespaceLimit => return limit("user.max_user_namespaces", machine.max_user_namespaces),
        Cause::OuterUserNamespace => "this is a user namespace already, and one further out allows no more of them, or 32 are nested",
        Cause::UnprivilegedUsernsClone => "kernel.unprivileged_userns_clone is 0: only root may make user namespaces",
        Cause::UnmappedIds => return format!(
            "user {} or group {} is not mapped in the user namespace that this process is in",
            machine.uid, machine.gid,
        ),
        Cause::Chroot => "this process runs in a chroot, where Linux refuses user namespaces",
        Cause::ChrootOrSecurityModule => "this process runs in a chroot onto a mount point, or a security module refuses: the two look the same",
        Cause::MaxNetNamespaces => return limit("user.max_net_namespaces", machine.max_net_namespaces),
        Cause::Emulator => "this runs under an emulator that adds a thread (qemu-user), and user namespaces need a process with one",
        Cause::KernelWithoutUserNamespaces => "the kernel was built without CONFIG_USER_NS",
        Cause::KernelWithoutNetworkNamespaces => "the kernel was built without CONFIG_NET_NS",
        Cause::Wsl1 => "WSL 1 has no namespaces",
        Cause::ProcessLimit => "no process can be started: RLIMIT_NPROC, or the pids limit of the control group, is reached",
        Cause::ProcAbsent => "/proc is not mounted, and an ordinary user's tests run in processes that are started from /proc/self/exe",
        Cause::Unprovable => "neither /proc nor SO_NETNS_COOKIE is there to prove that a thread is in a new namespace",
        Cause::NotLinux => "network namespaces are a feature of Linux",
        Cause::Unknown => return unknown(seen.trial.ended),
    }
    .to_owned()
}

fn profile(machine: &Machine) -> String {
    let uid = machine.uid;
    if machine.capabilities & SYS_ADMIN != 0 {
        return format!(
            "a seccomp filter refuses unshare(2) as a whole, also to CAP_SYS_ADMIN, \
             which Docker's default profile lets pass (uid {uid}, CAP_SYS_ADMIN present)"
        );
    }
    let filter = match machine.place {
        Place::Docker | Place::GitHubActionsContainer => "this is Docker's default seccomp profile",
        Place::GitLabCi => {
            "this looks like GitLab's docker executor with the default seccomp profile"
        }
        Place::CircleCi => "CircleCI's docker executor is unprivileged",
        Place::Bitbucket => {
            "this looks like a Bitbucket pipeline with Docker's default seccomp profile"
        }
        Place::Kubernetes => "the pod's seccomp profile refuses unshare(2)",
        _ => "this looks like a container with Docker's default seccomp profile",
    };
    format!("{filter} (uid {uid}, CAP_SYS_ADMIN absent)")
}

fn apparmor(machine: &Machine) -> String {
    let fact = "AppArmor gives unprivileged user namespaces no capabilities on this machine \
                (kernel.apparmor_restrict_unprivileged_userns=1)";
    match machine.place {
        Place::GitHubActions => format!(
            "{fact}; GitHub's Ubuntu 24.04 image keeps this on (actions/runner-images#10443)"
        ),
        _ => fact.to_owned(),
    }
}

fn limit(name: &str, value: Option<i64>) -> String {
    match value {
        Some(value) => {
            format!("the limit {name}={value}, or that of an outer user namespace, is reached")
        }
        None => format!("the limit {name} is reached"),
    }
}

fn unknown(ended: Ended) -> String {
    match ended {
        Ended::Signalled(signal) => {
            format!("the process that tried it was ended by signal {signal}")
        }
        Ended::TimedOut => "the process that tried it gave no answer in time".into(),
        Ended::Done | Ended::Unknown => "none of the known causes fits".into(),
    }
}

/// What was seen, the decisive facts first.
pub(super) fn evidence(cause: Cause, seen: &Observations, end: End) -> Vec<String> {
    let (trial, machine) = (&seen.trial, &seen.machine);
    let mut evidence = Vec::new();
    if matches!(cause, Cause::SeccompProfile | Cause::SeccompFlags) {
        let tell = if end.step == Step::User {
            Step::TellUser
        } else {
            Step::TellNet
        };
        if let Some(errno) = trial.errno(tell) {
            evidence.push(format!(
                "an invalid call gets {errno:?} as well, where the kernel always says EINVAL"
            ));
        }
    }
    if cause == Cause::Chroot {
        evidence.push("`/` is not the root of a mount".into());
    }
    if let Some(errno) = trial
        .errno(Step::DirectNet)
        .filter(|_| end.step != Step::DirectNet)
    {
        evidence.push(format!(
            "unshare(CLONE_NEWNET) without a user namespace -> {errno:?}"
        ));
    }
    if let Some(errno) = trial.errno(Step::DirectLoopback) {
        evidence.push(format!(
            "a network namespace without a user namespace can be made, but setting `lo` up -> {errno:?}"
        ));
    }
    for step in [Step::Setgroups, Step::UidMap, Step::GidMap] {
        if let Some(errno) = trial.errno(step) {
            evidence.push(format!("{} -> {errno:?}", call(step)));
        }
    }
    let label = trial.label().or_else(|| machine.label.clone());
    if let Some(label) = label.filter(|label| !label.is_empty() && label != "unconfined") {
        evidence.push(format!("security label `{label}`"));
    }
    if cause == Cause::OuterUserNamespace {
        if let Some(limit) = machine.max_user_namespaces {
            evidence.push(format!(
                "user.max_user_namespaces reads {limit} in here, which says nothing about further out"
            ));
        }
    }
    evidence
}

pub(super) fn notes(cause: Cause, seen: &Observations) -> Vec<String> {
    let mut notes = Vec::new();
    if seen.trial.errno(Step::DirectLoopback).is_some()
        && seen.machine.capabilities & NET_ADMIN == 0
    {
        notes.push(
            "CAP_SYS_ADMIN is there; with CAP_NET_ADMIN besides, no user namespace is needed"
                .into(),
        );
    }
    let note = match cause {
        Cause::SeccompProfile if seen.machine.capabilities & SYS_ADMIN != 0 => {
            "CAP_SYS_ADMIN is there already, so that adding capabilities does not help"
        }
        Cause::SeccompProfile => "--cap-add NET_ADMIN alone is not enough",
        Cause::MaxNetNamespaces => {
            "the kernel frees network namespaces some milliseconds after their last user; this was tried for a second"
        }
        Cause::MaxUserNamespaces | Cause::UserNamespaceLimit => {
            "ENOSPC, or EINVAL on RHEL 7, means the limit on namespaces, not a full disk"
        }
        Cause::OuterUserNamespace => {
            "ENOSPC means the limit on namespaces or on their nesting, not a full disk"
        }
        Cause::SecurityModule => {
            "the kernel's log names the module and the rule: `sudo dmesg | grep -i denied`"
        }
        _ => return notes,
    };
    notes.push(note.into());
    notes
}
