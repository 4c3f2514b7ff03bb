//! Between fork and exit the probe allocates nothing: another thread may hold
//! the allocator's lock at the moment of the fork.
#![cfg(target_os = "linux")]

use libc::{CLONE_NEWUSER, SYS_unshare};
use netns_test::{Refusal, Way, access};
use netns_test_tests::allocator::OnlyAtHome;
use netns_test_tests::confine::{Step, user_namespace};
use netns_test_tests::filter::{Answer, Filter};
use netns_test_tests::rerun::Rerun;
use nix::errno::Errno;

#[global_allocator]
static ALLOCATOR: OnlyAtHome = OnlyAtHome;

#[test]
#[ignore = "run by the other tests, confined"]
fn route() {
    println!("\nroute: {:?}", access().way());
    println!("cause: {:?}", access().refusal().map(Refusal::cause));
}

fn assert_finds(steps: &[Step], found: &str) {
    let finished = Rerun::of("route")
        .steps(steps.to_vec())
        .arg("--nocapture")
        .run();
    assert!(finished.stdout.contains(found), "{finished:#?}");
}

#[test]
fn where_it_works() {
    let way = access().way();
    assert!(
        matches!(way, Some(Way::Direct | Way::UserNamespace)),
        "{:?}",
        access()
    );
}

#[test]
fn where_a_user_namespace_is_needed() {
    assert_finds(
        &[Step::DropSysAdmin],
        "route: Some(UserNamespace)\ncause: None\n",
    );
}

#[test]
fn where_it_is_refused() {
    let eperm = Answer::Refuse(Errno::EPERM);
    for (step, cause) in [
        (Filter::call(SYS_unshare, eperm), "SeccompProfile"),
        (
            Filter::call_with_any(SYS_unshare, CLONE_NEWUSER, eperm),
            "SeccompFlags",
        ),
    ] {
        let steps = [Step::Filter(step), Step::DropSysAdmin];
        assert_finds(&steps, &format!("route: None\ncause: Some({cause})\n"));
    }
}

#[test]
fn where_a_limit_is_waited_for() {
    let limit = Step::Write(c"/proc/sys/user/max_net_namespaces", c"0");
    assert_finds(
        &[user_namespace(), limit],
        "route: None\ncause: Some(MaxNetNamespaces)\n",
    );
}
