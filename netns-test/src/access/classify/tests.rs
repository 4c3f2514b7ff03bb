//! One test for each row of the algorithm. Also for those that need a machine
//! nobody has at hand: another kernel, another security module.

use super::*;
use crate::access::place::Place;
use crate::sys::capability::SYS_ADMIN;
use crate::sys::probe::{News, Record, Text};

mod network;

/// What a child without privileges reports on a machine that grants no route.
struct Seen(Observations);

impl Seen {
    fn new() -> Self {
        let machine = Machine {
            uid: 1000,
            gid: 1000,
            uid_map: Some("         0          0 4294967295\n".into()),
            gid_map: Some("         0          0 4294967295\n".into()),
            max_user_namespaces: Some(15000),
            max_net_namespaces: Some(15000),
            has_user_namespaces: Some(true),
            version: "Linux version 6.12.0 (gcc)".into(),
            ..Machine::default()
        };
        let trial = Trial {
            records: Vec::new(),
            ended: Ended::Done,
        };
        Self(Observations { trial, machine })
    }

    /// `unshare(CLONE_NEWUSER)` is refused, and the kernel answers.
    fn user(errno: Errno) -> Self {
        Self::new()
            .ended(Step::DirectNet, Err(Errno::EPERM))
            .ended(Step::User, Err(errno))
            .tells(Ok(()), Errno::EINVAL, Errno::EINVAL)
    }

    /// The user namespace is granted, and `step` in it is refused.
    fn inside(step: Step, errno: Errno) -> Self {
        Self::new()
            .ended(Step::DirectNet, Err(Errno::EPERM))
            .ended(Step::User, Ok(()))
            .ended(step, Err(errno))
            .tells(Ok(()), Errno::EINVAL, Errno::EINVAL)
    }

    fn ended(self, step: Step, outcome: Result<(), Errno>) -> Self {
        self.news(step, News::Ended(outcome))
    }

    fn tells(self, nothing: Result<(), Errno>, user: Errno, net: Errno) -> Self {
        self.ended(Step::TellNothing, nothing)
            .ended(Step::TellUser, Err(user))
            .ended(Step::TellNet, Err(net))
    }

    fn label(self, label: &str) -> Self {
        self.news(Step::Label, News::Text(Text::of(label)))
    }

    fn news(mut self, step: Step, news: News) -> Self {
        self.0.trial.records.push(Record { step, news });
        self
    }

    fn machine(mut self, change: impl FnOnce(&mut Machine)) -> Self {
        change(&mut self.0.machine);
        self
    }

    fn by(mut self, ended: Ended) -> Self {
        self.0.trial.ended = ended;
        self
    }

    fn access(&self) -> Access {
        classify(&self.0)
    }

    fn refusal(&self) -> Refusal {
        self.access().refusal().expect("a refusal").clone()
    }

    #[track_caller]
    fn assert(&self, call: &str, by: Answer, cause: Cause) -> Refusal {
        let refusal = self.refusal();
        let told = format!("{} -> {}", refusal.step(), refusal.answer());
        assert_eq!((told.as_str(), refusal.cause()), (call, cause));
        assert_eq!(refusal.answered_by(), by);
        refusal
    }
}

const EINVAL: &str = "unshare(CLONE_NEWUSER) -> EINVAL";
const ENOSPC: &str = "unshare(CLONE_NEWUSER) -> ENOSPC";
const EPERM: &str = "unshare(CLONE_NEWUSER) -> EPERM";
const EACCES: &str = "unshare(CLONE_NEWUSER) -> EACCES";

#[test]
fn the_direct_route_comes_first() {
    let seen = Seen::new()
        .ended(Step::DirectNet, Ok(()))
        .ended(Step::DirectLoopback, Ok(()));
    assert_eq!(seen.access().way(), Some(Way::Direct));
}

#[test]
fn a_map_that_cannot_be_written_is_a_limitation() {
    let seen = Seen::new()
        .ended(Step::DirectNet, Err(Errno::EPERM))
        .ended(Step::User, Ok(()))
        .ended(Step::Setgroups, Err(Errno::EROFS))
        .ended(Step::UidMap, Err(Errno::EROFS))
        .ended(Step::GidMap, Err(Errno::EROFS))
        .ended(Step::Net, Ok(()))
        .ended(Step::Loopback, Ok(()))
        .ended(Step::Restart, Ok(()))
        .ended(Step::Sysfs, Err(Errno::EPERM));
    let access = seen.access();
    assert_eq!(access.way(), Some(Way::UserNamespace));
    let lacking: Vec<_> = access
        .limitations()
        .iter()
        .map(Limitation::lacking)
        .collect();
    assert_eq!(lacking, [Lacking::Ids, Lacking::Sysfs]);
}

#[test]
fn lo_that_stays_down_on_the_direct_route_is_no_success() {
    let seen = Seen::new()
        .ended(Step::DirectNet, Ok(()))
        .ended(Step::DirectLoopback, Err(Errno::EPERM))
        .ended(Step::User, Err(Errno::EPERM))
        .tells(Err(Errno::EPERM), Errno::EPERM, Errno::EPERM);
    let refusal = seen.assert(EPERM, Answer::SeccompFilter, Cause::SeccompProfile);
    assert!(refusal.notes()[0].contains("with CAP_NET_ADMIN besides"));
}

#[test]
fn no_process() {
    let seen = Seen::new()
        .ended(Step::Fork, Err(Errno::EAGAIN))
        .by(Ended::Unknown);
    seen.assert("fork() -> EAGAIN", Answer::Kernel, Cause::ProcessLimit);
}

#[test]
fn no_descriptors() {
    let seen = Seen::new()
        .ended(Step::Pipe, Err(Errno::EMFILE))
        .by(Ended::Unknown);
    seen.assert("pipe2(O_CLOEXEC) -> EMFILE", Answer::Kernel, Cause::Unknown);
}

#[test]
fn sigsys() {
    let seen = Seen::new()
        .news(Step::DirectNet, News::Begun)
        .by(Ended::Signalled(libc::SIGSYS));
    seen.assert(
        "unshare(CLONE_NEWNET) -> SIGSYS",
        Answer::SeccompFilter,
        Cause::SeccompKill,
    );
}

#[test]
fn another_signal_is_no_filter() {
    let seen = Seen::new()
        .news(Step::User, News::Begun)
        .by(Ended::Signalled(libc::SIGKILL));
    let refusal = seen.assert(
        "unshare(CLONE_NEWUSER) -> no answer",
        Answer::Unknown,
        Cause::Unknown,
    );
    assert!(refusal.because().contains("signal 9"));
}

#[test]
fn a_filter_of_the_whole_call_refuses_nothing_as_well() {
    Seen::new()
        .ended(Step::DirectNet, Err(Errno::EPERM))
        .ended(Step::User, Err(Errno::EPERM))
        .tells(Err(Errno::EPERM), Errno::EPERM, Errno::EPERM)
        .assert(EPERM, Answer::SeccompFilter, Cause::SeccompProfile);
}

#[test]
fn a_filter_that_refuses_cap_sys_admin_is_not_docker_s() {
    let refusal = Seen::new()
        .ended(Step::DirectNet, Err(Errno::EPERM))
        .ended(Step::User, Err(Errno::EPERM))
        .tells(Err(Errno::EPERM), Errno::EPERM, Errno::EPERM)
        .machine(|machine| machine.capabilities = SYS_ADMIN)
        .assert(EPERM, Answer::SeccompFilter, Cause::SeccompProfile);
    assert!(refusal.because().contains("also to CAP_SYS_ADMIN"));
    assert!(refusal.notes()[0].contains("adding capabilities does not help"));
}

#[test]
fn a_filter_that_lets_nothing_pass_looks_at_flags() {
    let seen = Seen::new()
        .ended(Step::DirectNet, Err(Errno::EPERM))
        .ended(Step::User, Err(Errno::EPERM))
        .tells(Ok(()), Errno::EPERM, Errno::EPERM);
    seen.assert(EPERM, Answer::SeccompFilter, Cause::SeccompFlags);
    let seen = seen.machine(|machine| machine.place = Place::SystemdUnit);
    let refusal = seen.assert(EPERM, Answer::SeccompFilter, Cause::SeccompFlags);
    assert!(refusal.because().contains("systemd unit that runs this"));
}

#[test]
fn a_filter_of_network_namespaces_alone() {
    let seen = Seen::new()
        .ended(Step::DirectNet, Err(Errno::EPERM))
        .ended(Step::User, Ok(()))
        .ended(Step::Net, Err(Errno::EPERM))
        .tells(Ok(()), Errno::EINVAL, Errno::EPERM);
    seen.assert(
        "unshare(CLONE_NEWNET) -> EPERM",
        Answer::SeccompFilter,
        Cause::SeccompFlags,
    );
}

#[test]
fn apparmor_shows_by_its_label() {
    let seen = Seen::inside(Step::Net, Errno::EPERM).label("unprivileged_userns (enforce)");
    let refusal = seen.assert(
        "unshare(CLONE_NEWNET) -> EPERM",
        Answer::AppArmor,
        Cause::AppArmorUserNamespaces,
    );
    let evidence = refusal.evidence().join("\n");
    assert!(evidence.contains("`unprivileged_userns (enforce)`"));
}

#[test]
fn apparmor_shows_by_its_sysctl_after_the_user_namespace() {
    for (step, call) in [
        (Step::Net, "unshare(CLONE_NEWNET) -> EPERM"),
        (
            Step::Loopback,
            "setting `lo` up and reaching 127.0.0.1 -> EPERM",
        ),
    ] {
        let seen = Seen::inside(step, Errno::EPERM)
            .ended(Step::Setgroups, Err(Errno::EACCES))
            .ended(Step::UidMap, Err(Errno::EPERM))
            .machine(|machine| machine.apparmor_restriction = Some(1));
        let refusal = seen.assert(call, Answer::AppArmor, Cause::AppArmorUserNamespaces);
        let evidence = refusal.evidence().join("\n");
        assert!(evidence.contains("write to /proc/self/uid_map -> EPERM"));
        let command = "sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0";
        assert_eq!(refusal.remedies()[0].commands(), [command]);
    }
}

#[test]
fn apparmor_without_its_transition_profile_refuses_at_once() {
    let seen = Seen::user(Errno::EACCES).machine(|machine| machine.apparmor_restriction = Some(1));
    seen.assert(EACCES, Answer::AppArmor, Cause::AppArmorUserNamespaces);
}

#[test]
fn the_apparmor_sysctl_alone_is_no_cause() {
    // The file exists on kernels that do not restrict, and reads 0 there.
    Seen::user(Errno::EACCES)
        .machine(|machine| machine.apparmor_restriction = Some(0))
        .assert(EACCES, Answer::SecurityModule, Cause::SecurityModule);
    // The restriction is on, but a limit was met.
    Seen::inside(Step::Net, Errno::ENOSPC)
        .machine(|machine| machine.apparmor_restriction = Some(1))
        .assert(
            "unshare(CLONE_NEWNET) -> ENOSPC",
            Answer::Kernel,
            Cause::MaxNetNamespaces,
        );
    // And so was a chroot: creating the namespace was refused with EPERM.
    Seen::user(Errno::EPERM)
        .machine(|machine| {
            machine.apparmor_restriction = Some(1);
            machine.chrooted = true;
        })
        .assert(EPERM, Answer::Kernel, Cause::Chroot);
}

#[test]
fn a_second_thread_is_an_emulator() {
    Seen::user(Errno::EINVAL)
        .news(Step::Threads, News::Counted(2))
        .assert(EINVAL, Answer::Kernel, Cause::Emulator);
}

#[test]
fn rhel_7_answers_einval_where_the_limit_is_0() {
    Seen::user(Errno::EINVAL)
        .news(Step::Threads, News::Counted(1))
        .machine(|machine| machine.max_user_namespaces = Some(0))
        .assert(EINVAL, Answer::Kernel, Cause::MaxUserNamespaces);
}

#[test]
fn a_kernel_without_user_namespaces() {
    Seen::user(Errno::EINVAL)
        .machine(|machine| {
            machine.has_user_namespaces = Some(false);
            machine.max_user_namespaces = None;
        })
        .assert(EINVAL, Answer::Kernel, Cause::KernelWithoutUserNamespaces);
}

#[test]
fn wsl_1_and_not_wsl_2() {
    Seen::user(Errno::EINVAL)
        .machine(|machine| machine.version = "Linux version 4.4.0-17134-Microsoft".into())
        .assert(EINVAL, Answer::Kernel, Cause::Wsl1);
    Seen::user(Errno::EINVAL)
        .machine(|machine| machine.version = "Linux version 5.15.0-microsoft-standard-WSL2".into())
        .assert(EINVAL, Answer::Kernel, Cause::Unknown);
}

#[test]
fn limits_on_user_namespaces() {
    Seen::user(Errno::ENOSPC)
        .machine(|machine| machine.max_user_namespaces = Some(0))
        .assert(ENOSPC, Answer::Kernel, Cause::MaxUserNamespaces);
    let refusal =
        Seen::user(Errno::ENOSPC).assert(ENOSPC, Answer::Kernel, Cause::UserNamespaceLimit);
    assert!(refusal.because().contains("user.max_user_namespaces=15000"));
    // bwrap --disable-userns: inside, the sysctl claims that there is no limit.
    Seen::user(Errno::ENOSPC)
        .machine(|machine| {
            machine.uid_map = Some("      1000       1000          1\n".into());
            machine.max_user_namespaces = Some(2_147_483_647);
        })
        .assert(ENOSPC, Answer::Kernel, Cause::OuterUserNamespace);
}

#[test]
fn gvisor_and_old_kernels_answer_eusers_when_nested_too_deep() {
    Seen::user(Errno::EUSERS)
        .machine(|machine| {
            machine.uid_map = Some("0 1000 1\n".into());
            machine.max_user_namespaces = None;
        })
        .assert(
            "unshare(CLONE_NEWUSER) -> EUSERS",
            Answer::Kernel,
            Cause::OuterUserNamespace,
        );
}

#[test]
fn debian_s_sysctl_binds_ordinary_users_only() {
    let debian = |machine: &mut Machine| machine.unprivileged_userns_clone = Some(0);
    Seen::user(Errno::EPERM).machine(debian).assert(
        EPERM,
        Answer::Kernel,
        Cause::UnprivilegedUsernsClone,
    );
    Seen::user(Errno::EPERM)
        .machine(debian)
        .machine(|machine| {
            machine.capabilities = SYS_ADMIN;
            machine.chrooted = true;
        })
        .assert(EPERM, Answer::Kernel, Cause::Chroot);
}

#[test]
fn unmapped_ids() {
    Seen::user(Errno::EPERM)
        .machine(|machine| machine.uid_map = Some(String::new()))
        .assert(EPERM, Answer::Kernel, Cause::UnmappedIds);
    Seen::user(Errno::EPERM)
        .machine(|machine| machine.gid_map = Some("0 1000 1\n1 100000 999\n".into()))
        .assert(EPERM, Answer::Kernel, Cause::UnmappedIds);
    Seen::user(Errno::EPERM)
        .machine(|machine| {
            machine.gid_map = Some("0 1000 1\n1 100000 1000\n".into());
            machine.chrooted = true;
        })
        .assert(EPERM, Answer::Kernel, Cause::Chroot);
}

#[test]
fn what_is_left_of_eperm() {
    Seen::user(Errno::EPERM).assert(EPERM, Answer::Unknown, Cause::ChrootOrSecurityModule);
}

#[test]
fn selinux_shows_by_eacces_while_it_enforces() {
    let refusal = Seen::user(Errno::EACCES)
        .machine(|machine| {
            machine.selinux_enforcing = true;
            machine.label = Some("user_u:user_r:user_t:s0".into());
        })
        .assert(EACCES, Answer::Selinux, Cause::SelinuxUserNamespaces);
    let because = "SELinux denies user_namespace:create to `user_u:user_r:user_t:s0`";
    assert_eq!(refusal.because(), because);
}

#[test]
fn another_security_module_is_shown_by_its_label() {
    let refusal = Seen::user(Errno::EACCES)
        .machine(|machine| machine.label = Some("confined (enforce)".into()))
        .assert(EACCES, Answer::SecurityModule, Cause::SecurityModule);
    assert!(
        refusal
            .evidence()
            .join("\n")
            .contains("`confined (enforce)`")
    );
}
