//! The other line that is printed, for the command `netns-test`.

use netns_test_tests::cargo::{User, command};

use crate::run::{Run, fixture, shell};

/// Also when the body's thread has ended, and after a crash; with every capability.
#[test]
fn the_command_finds_a_paused_test() {
    for user in User::all() {
        for (test, number) in [("panics", 81), ("leaves_something", 87), ("aborts", 91)] {
            println!("{user:?} {test}");
            let arguments = ["--exact", "--include-ignored", test];
            let run = Run::start(&fixture(user, "pause-fixture", &arguments));
            let paused = run.err.paused(0);
            let line = paused.line("netns-test");
            let (_, rest) = line.split_once(' ').unwrap();
            assert!(rest.starts_with("shell 4"), "{line}");
            let script = "cat /proc/sys/net/ipv4/ip_default_ttl && ls /sys/class/net && ip link add v0 type veth peer name v1";
            let seen = shell(
                user,
                &format!("{} {rest} -- sh -c '{script}'", command().display()),
            );
            assert_eq!(
                String::from_utf8_lossy(&seen.stdout),
                format!("{number}\nlo\n"),
                "{seen:?}"
            );
            assert!(seen.status.success(), "{seen:?}");
            paused.go_on(user);
            assert_eq!(run.finish().0.code(), Some(101));
        }
    }
}
