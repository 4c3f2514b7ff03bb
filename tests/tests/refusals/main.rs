//! Refusals, made by confining a child: the verdict, the printed cause, and
//! that the body never runs.
#![cfg(target_os = "linux")]

use std::{env, fs};

use libc::{CLONE_THREAD, SYS_clone, SYS_clone3, SYS_unshare};
use netns_test::{access, netns_test};
use netns_test_tests::confine::{Maps, Step, user_namespace};
use netns_test_tests::filter::{Answer, Filter};
use netns_test_tests::rerun::Rerun;
use nix::errno::Errno;
use nix::unistd::geteuid;

mod filters;
mod mark;
mod tree;
use mark::Mark;
use tree::Tree;

const MARK: &str = "VICTIM_MARK";

#[test]
#[ignore = "run by the other tests, confined"]
fn prints_the_verdict() {
    let access = access();
    println!("\nway: {:?}", access.way());
    for limitation in access.limitations() {
        let errno = Errno::from_raw(limitation.errno());
        println!("lacks: {:?} {errno:?}", limitation.lacking());
    }
    if let Some(refusal) = access.refusal() {
        println!("refused: {} -> {}", refusal.step(), refusal.answer());
        println!("by: {:?}", refusal.answered_by());
        println!("cause: {:?}", refusal.cause());
    }
}

#[netns_test]
#[ignore = "run by the other tests, confined"]
fn leaves_a_mark() {
    if let Some(mark) = env::var_os(MARK) {
        fs::write(mark, "the body ran").unwrap();
    }
}

mod one_after_another {
    use netns_test::netns_test;

    macro_rules! tests {
        ($($name:ident)*) => {
            pub(super) const NAMES: &[&str] = &[$(concat!("one_after_another::", stringify!($name))),*];
            $(
                #[netns_test]
                #[ignore = "run by the other tests, confined"]
                fn $name() {}
            )*
        };
    }
    tests!(a b c d e f g h i j k l m n o p);
}

/// The lines of [`prints_the_verdict`] in a child.
fn verdict(steps: &[Step]) -> String {
    let finished = Rerun::of("prints_the_verdict")
        .steps(steps.to_vec())
        .arg("--nocapture")
        .run();
    assert!(finished.status.success(), "{finished:#?}");
    let told = ["way: ", "lacks: ", "refused: ", "by: ", "cause: "];
    let is_told = |line: &&str| told.iter().any(|start| line.starts_with(start));
    finished
        .stdout
        .split_inclusive('\n')
        .filter(is_told)
        .collect()
}

/// Compares the verdict, and what a test prints whose body does not run.
fn assert_refused(steps: &[Step], told: [&str; 3], because: &str) {
    let [refused, by, cause] = told;
    assert_eq!(
        verdict(steps),
        format!("way: None\nrefused: {refused}\nby: {by}\ncause: {cause}\n")
    );
    let mark = Mark::new();
    let finished = Rerun::of("leaves_a_mark")
        .steps(steps.to_vec())
        .env(MARK, mark.path())
        .run();
    assert_eq!(finished.status.code(), Some(101), "{finished:#?}");
    assert!(!mark.is_left(), "the body ran: {finished:#?}");
    let printed = &finished.stdout;
    for expected in [
        "netns-test: cannot create a network namespace, so `leaves_a_mark` did not run.",
        &format!("  refused: {refused}, by "),
        &format!("  because: {because}"),
        &format!("details: `netns_test::Cause::{cause}`"),
    ] {
        assert!(printed.contains(expected), "no {expected:?} in:\n{printed}");
    }
}

/// Compares the verdict, and makes sure that a body runs.
fn assert_works(steps: &[Step], expected: &str) {
    assert_eq!(verdict(steps), expected);
    let mark = Mark::new();
    let finished = Rerun::of("leaves_a_mark")
        .steps(steps.to_vec())
        .env(MARK, mark.path())
        .run();
    assert!(finished.status.success(), "{finished:#?}");
    assert!(mark.is_left(), "the body did not run: {finished:#?}");
}

fn is_root() -> bool {
    geteuid().is_root()
}

const NEWUSER_EPERM: &str = "unshare(CLONE_NEWUSER) -> EPERM";
const NEWUSER_ENOSPC: &str = "unshare(CLONE_NEWUSER) -> ENOSPC";

#[test]
fn without_confinement_it_works() {
    let way = if is_root() { "Direct" } else { "UserNamespace" };
    assert_works(&[], &format!("way: Some({way})\n"));
}

#[test]
fn no_process_can_be_forked() {
    let fork = Filter::call_with_none(SYS_clone, CLONE_THREAD, Answer::Refuse(Errno::EAGAIN));
    // The C library falls back to clone(2), whose flags a filter can see.
    let clone3 = Filter::call(SYS_clone3, Answer::Refuse(Errno::ENOSYS));
    let unshare = Filter::call(SYS_unshare, Answer::Refuse(Errno::EPERM));
    assert_refused(
        &[
            Step::Filter(unshare),
            Step::Filter(fork),
            Step::Filter(clone3),
        ],
        ["fork() -> EAGAIN", "Kernel", "ProcessLimit"],
        "no process can be started: RLIMIT_NPROC, or the pids limit",
    );
}

#[test]
fn limit_on_processes() {
    let steps = [Step::Processes(0)];
    if is_root() {
        // The limit does not bind the initial root.
        assert_works(&steps, "way: Some(Direct)\n");
    } else {
        assert_refused(
            &steps,
            ["fork() -> EAGAIN", "Kernel", "ProcessLimit"],
            "no process can be started",
        );
    }
}

#[test]
fn chroot_onto_a_directory() {
    let tree = Tree::of_directories();
    let mut steps = tree.enter();
    steps.push(Step::DropSysAdmin);
    assert_refused(
        &steps,
        [NEWUSER_EPERM, "Kernel", "Chroot"],
        "this process runs in a chroot, where Linux refuses user namespaces",
    );
}

#[test]
fn chroot_onto_a_mount_point() {
    let tree = Tree::empty();
    let mut steps = tree.enter();
    steps.push(Step::DropSysAdmin);
    assert_refused(
        &steps,
        [NEWUSER_EPERM, "Unknown", "ChrootOrSecurityModule"],
        "this process runs in a chroot onto a mount point, or a security module refuses",
    );
}

#[test]
fn in_a_chroot_the_direct_way_works() {
    let tree = Tree::of_directories();
    let steps = tree.enter();
    if is_root() {
        let verdict = verdict(&steps);
        assert!(verdict.starts_with("way: Some(Direct)\n"), "{verdict}");
        assert_works(&steps, &verdict);
    } else {
        // Its capabilities end at exec, so there is no direct way.
        assert_refused(
            &steps,
            [NEWUSER_EPERM, "Kernel", "Chroot"],
            "this process runs in a chroot",
        );
    }
}

#[test]
fn user_namespaces_limited_to_none() {
    assert_refused(
        &[
            user_namespace(),
            Step::Write(c"/proc/sys/user/max_user_namespaces", c"0"),
            Step::DropSysAdmin,
        ],
        [NEWUSER_ENOSPC, "Kernel", "MaxUserNamespaces"],
        "user.max_user_namespaces is 0 here",
    );
}

#[test]
fn network_namespaces_limited_to_none() {
    let limit = Step::Write(c"/proc/sys/user/max_net_namespaces", c"0");
    for last in [None, Some(Step::DropSysAdmin)] {
        let steps: Vec<_> = [user_namespace(), limit.clone()]
            .into_iter()
            .chain(last)
            .collect();
        assert_refused(
            &steps,
            [
                "unshare(CLONE_NEWNET) -> ENOSPC",
                "Kernel",
                "MaxNetNamespaces",
            ],
            "the limit user.max_net_namespaces=0, or that of an outer user namespace, is reached",
        );
    }
}

/// The kernel frees a namespace some time after its last user is gone, so that
/// tests one after another meet a limit that they do not exceed.
#[test]
fn a_limit_that_is_met_for_a_moment_is_no_refusal() {
    let finished = Rerun::of_all(one_after_another::NAMES)
        .step(user_namespace())
        .step(Step::Write(c"/proc/sys/user/max_net_namespaces", c"3"))
        .run();
    assert!(finished.status.success(), "{finished:#?}");
    let passed = format!("{} passed", one_after_another::NAMES.len());
    assert!(finished.stdout.contains(&passed), "{finished:#?}");
}

/// As `bwrap --unshare-user --disable-userns` does: what the inner namespace
/// reads about the limit says nothing.
#[test]
fn outer_user_namespace_allows_no_more() {
    assert_refused(
        &[
            user_namespace(),
            Step::Write(c"/proc/sys/user/max_user_namespaces", c"1"),
            user_namespace(),
            Step::DropSysAdmin,
        ],
        [NEWUSER_ENOSPC, "Kernel", "OuterUserNamespace"],
        "this is a user namespace already, and one further out allows no more",
    );
}

#[test]
fn user_namespaces_nested_to_the_end() {
    assert_refused(
        &[
            Step::NestUserNamespaces(Maps::identity()),
            Step::DropSysAdmin,
        ],
        [NEWUSER_ENOSPC, "Kernel", "OuterUserNamespace"],
        "this is a user namespace already",
    );
}

#[test]
fn ids_without_a_map() {
    assert_refused(
        &[Step::UnmappedUserNamespace],
        [NEWUSER_EPERM, "Kernel", "UnmappedIds"],
        "user 65534 or group 65534 is not mapped",
    );
}

#[test]
fn without_cap_sys_admin_a_user_namespace_does() {
    assert_works(&[Step::DropSysAdmin], "way: Some(UserNamespace)\n");
}

/// Not a refusal of the machine, so that no setting skips it.
#[test]
fn a_thread_without_capabilities_is_told_of_processes() {
    let mark = Mark::new();
    let finished = Rerun::of("leaves_a_mark")
        .step(Step::DropSysAdmin)
        .env(MARK, mark.path())
        .env("NETNS_TEST_ISOLATION", "thread")
        .env("NETNS_TEST", "skip")
        .run();
    assert_eq!(finished.status.code(), Some(101), "{finished:#?}");
    assert!(!mark.is_left(), "the body ran: {finished:#?}");
    let hint = "hint:    thread isolation needs CAP_SYS_ADMIN and CAP_NET_ADMIN";
    assert!(finished.stdout.contains(hint), "{finished:#?}");
}

/// To map uid 0 of the outer namespace takes `CAP_SETFCAP`; an ordinary user
/// maps another id, and needs none.
#[test]
fn without_any_capability_root_goes_unmapped() {
    let lacks = if is_root() { "lacks: Ids EPERM\n" } else { "" };
    assert_works(
        &[Step::DropAll],
        &format!("way: Some(UserNamespace)\n{lacks}"),
    );
}

#[test]
fn proc_is_read_only() {
    assert_works(
        &[
            user_namespace(),
            Step::MountNamespace,
            Step::ReadOnly(c"/proc"),
            Step::DropSysAdmin,
        ],
        "way: Some(UserNamespace)\nlacks: Ids EROFS\nlacks: Sysctl EROFS\n",
    );
}

#[test]
fn proc_is_absent() {
    let steps = [
        user_namespace(),
        Step::MountNamespace,
        Step::Cover(c"/proc"),
    ];
    assert_refused(
        &[&steps[..], &[Step::DropSysAdmin]].concat(),
        ["access of /proc/self/exe -> ENOENT", "Kernel", "ProcAbsent"],
        "/proc is not mounted",
    );
    if is_root() {
        // Threads need no program to start.
        assert_works(
            &steps,
            "way: Some(Direct)\nlacks: Sysctl ENOENT\nlacks: ProcNet ENOENT\n",
        );
    }
}
