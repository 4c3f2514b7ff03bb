//! Seccomp filters, as containers, systemd units and Android have them.

use libc::{CLONE_NEWNET, CLONE_NEWUSER, SYS_unshare};
use netns_test_tests::confine::Step;
use netns_test_tests::filter::{Answer, Filter};
use nix::errno::Errno;

use crate::{NEWUSER_EPERM, assert_refused, assert_works, is_root};

#[test]
fn filter_of_the_whole_call() {
    assert_refused(
        &[
            Step::Filter(Filter::call(SYS_unshare, Answer::Refuse(Errno::EPERM))),
            Step::DropSysAdmin,
        ],
        [NEWUSER_EPERM, "SeccompFilter", "SeccompProfile"],
        "this looks like a container with Docker's default seccomp profile (uid ",
    );
}

#[test]
fn filter_that_says_enosys() {
    assert_refused(
        &[
            Step::Filter(Filter::call(SYS_unshare, Answer::Refuse(Errno::ENOSYS))),
            Step::DropSysAdmin,
        ],
        [
            "unshare(CLONE_NEWUSER) -> ENOSYS",
            "SeccompFilter",
            "SeccompProfile",
        ],
        "this looks like a container",
    );
}

#[test]
fn filter_of_flags() {
    let flags = CLONE_NEWUSER | CLONE_NEWNET;
    let eperm = Answer::Refuse(Errno::EPERM);
    assert_refused(
        &[Step::Filter(Filter::call_with_any(
            SYS_unshare,
            flags,
            eperm,
        ))],
        [NEWUSER_EPERM, "SeccompFilter", "SeccompFlags"],
        "the filter looks at the flags of unshare(2)",
    );
}

#[test]
fn filter_of_user_namespaces_alone() {
    let eperm = Answer::Refuse(Errno::EPERM);
    let filter = Filter::call_with_any(SYS_unshare, CLONE_NEWUSER, eperm);
    let steps = [Step::Filter(filter), Step::DropSysAdmin];
    assert_refused(
        &steps,
        [NEWUSER_EPERM, "SeccompFilter", "SeccompFlags"],
        "the filter looks at the flags",
    );
    if is_root() {
        assert_works(&steps[..1], "way: Some(Direct)\n");
    }
}

#[test]
fn filter_of_network_namespaces_alone() {
    let eperm = Answer::Refuse(Errno::EPERM);
    assert_refused(
        &[Step::Filter(Filter::call_with_any(
            SYS_unshare,
            CLONE_NEWNET,
            eperm,
        ))],
        [
            "unshare(CLONE_NEWNET) -> EPERM",
            "SeccompFilter",
            "SeccompFlags",
        ],
        "the filter looks at the flags",
    );
}

#[test]
fn filter_that_kills() {
    for answer in [Answer::Kill, Answer::Trap] {
        let filter = Step::Filter(Filter::call(SYS_unshare, answer));
        assert_refused(
            &[filter],
            [
                "unshare(CLONE_NEWNET) -> SIGSYS",
                "SeccompFilter",
                "SeccompKill",
            ],
            "a seccomp filter ends the process instead of answering",
        );
    }
}

#[test]
fn filter_that_pretends_success() {
    assert_refused(
        &[Step::Filter(Filter::call(SYS_unshare, Answer::Pretend))],
        [
            "a look at the namespace after unshare(CLONE_NEWNET) -> EALREADY",
            "SeccompFilter",
            "PretendedSuccess",
        ],
        "the call reports success, and the thread is still in the old namespace",
    );
}

#[test]
fn filter_of_internet_sockets() {
    let unsupported = Answer::Refuse(Errno::EAFNOSUPPORT);
    assert_refused(
        &[Step::Filter(Filter::call_with(
            libc::SYS_socket,
            libc::AF_INET,
            unsupported,
        ))],
        [
            "socket(AF_INET, SOCK_DGRAM) -> EAFNOSUPPORT",
            "SeccompFilter",
            "AddressFamilies",
        ],
        "internet sockets are refused",
    );
}

#[test]
fn without_netlink_a_test_runs() {
    let unsupported = Answer::Refuse(Errno::EAFNOSUPPORT);
    let filter = Filter::call_with(libc::SYS_socket, libc::AF_NETLINK, unsupported);
    let route = if is_root() { "Direct" } else { "UserNamespace" };
    assert_works(
        &[Step::Filter(filter)],
        &format!("way: Some({route})\nlacks: Netlink EAFNOSUPPORT\n"),
    );
}
