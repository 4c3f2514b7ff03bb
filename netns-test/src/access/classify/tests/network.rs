//! Refusals of the network namespace, and of what follows it.

use super::*;

#[test]
fn network_namespaces_in_a_user_namespace() {
    for (errno, call, by, cause) in [
        (
            Errno::ENOSPC,
            "unshare(CLONE_NEWNET) -> ENOSPC",
            Answer::Kernel,
            Cause::MaxNetNamespaces,
        ),
        (
            Errno::EINVAL,
            "unshare(CLONE_NEWNET) -> EINVAL",
            Answer::Kernel,
            Cause::KernelWithoutNetworkNamespaces,
        ),
        (
            Errno::EPERM,
            "unshare(CLONE_NEWNET) -> EPERM",
            Answer::SecurityModule,
            Cause::CapabilitiesStripped,
        ),
    ] {
        Seen::inside(Step::Net, errno).assert(call, by, cause);
    }
}

#[test]
fn a_limit_that_root_meets_is_not_blamed_on_a_chroot() {
    Seen::new()
        .ended(Step::DirectNet, Err(Errno::ENOSPC))
        .ended(Step::User, Err(Errno::EPERM))
        .tells(Ok(()), Errno::EINVAL, Errno::EINVAL)
        .machine(|machine| machine.chrooted = true)
        .assert(
            "unshare(CLONE_NEWNET) -> ENOSPC",
            Answer::Kernel,
            Cause::MaxNetNamespaces,
        );
}

#[test]
fn a_namespace_that_is_the_old_one() {
    let look = "a look at the namespace after unshare(CLONE_NEWNET)";
    Seen::inside(Step::Moved, NOT_MOVED).assert(
        &format!("{look} -> EALREADY"),
        Answer::SeccompFilter,
        Cause::PretendedSuccess,
    );
    Seen::inside(Step::Moved, UNPROVABLE).assert(
        &format!("{look} -> ENODATA"),
        Answer::Kernel,
        Cause::Unprovable,
    );
}

#[test]
fn address_families() {
    let call = "socket(AF_INET, SOCK_DGRAM) -> EAFNOSUPPORT";
    let seen = Seen::inside(Step::Socket, Errno::EAFNOSUPPORT);
    seen.assert(call, Answer::Kernel, Cause::AddressFamilies);
    seen.machine(|machine| machine.filtered = true).assert(
        call,
        Answer::SeccompFilter,
        Cause::AddressFamilies,
    );
}

#[test]
fn lo_that_stays_down_in_a_user_namespace() {
    Seen::inside(Step::Loopback, Errno::EPERM).assert(
        "setting `lo` up and reaching 127.0.0.1 -> EPERM",
        Answer::SecurityModule,
        Cause::CapabilitiesStripped,
    );
    // gVisor's lo is up already and is not asked; if it is, this is no denial.
    Seen::inside(Step::Loopback, Errno::ENOTTY).assert(
        "setting `lo` up and reaching 127.0.0.1 -> ENOTTY",
        Answer::Kernel,
        Cause::Unknown,
    );
}

#[test]
fn every_place_words_a_container_s_filter_in_its_own_way() {
    for (place, because, command) in [
        (Place::Plain, "looks like a container", "seccomp=unconfined"),
        (Place::Docker, "is Docker's default", "docker run"),
        (
            Place::GitHubActionsContainer,
            "is Docker's default",
            "options: --cap-add=SYS_ADMIN",
        ),
        (
            Place::GitLabCi,
            "GitLab's docker executor",
            "[runners.docker]",
        ),
        (Place::CircleCi, "CircleCI's", "machine:"),
        (Place::Bitbucket, "Bitbucket", "docker run"),
        (Place::Kubernetes, "the pod's seccomp profile", "Unconfined"),
        (Place::Podman, "looks like a container", "podman run"),
    ] {
        let seen = Seen::new()
            .ended(Step::DirectNet, Err(Errno::EPERM))
            .ended(Step::User, Err(Errno::EPERM))
            .tells(Err(Errno::EPERM), Errno::EPERM, Errno::EPERM)
            .machine(|machine| machine.place = place);
        let refusal = seen.assert(EPERM, Answer::SeccompFilter, Cause::SeccompProfile);
        assert!(refusal.because().contains(because), "{place:?}");
        let first = refusal.remedies()[0].commands().join("\n");
        assert!(first.contains(command), "{place:?}: {first}");
    }
}

#[test]
fn a_test_s_process_needs_proc() {
    Seen::inside(Step::Restart, Errno::ENOENT).assert(
        "access of /proc/self/exe -> ENOENT",
        Answer::Kernel,
        Cause::ProcAbsent,
    );
}
