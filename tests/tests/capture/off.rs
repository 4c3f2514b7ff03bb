//! What is not asked for is not there: no thread, no socket.

use netns_test_tests::cargo::User;

use crate::fixture::{Setting, on_failure, run};

#[test]
fn there_is_nothing_unless_it_is_asked_for() {
    for user in User::all() {
        println!("{user:?}");
        let said = |capture| {
            let setting = Setting {
                capture,
                ..on_failure(user)
            };
            let run = run(
                setting,
                &["about::says_what_is_there", "--exact", "--nocapture"],
            );
            assert!(run.passed("about::says_what_is_there"));
            let said = |what: &str| {
                let line = run.text.lines().find(|line| line.ends_with(what)).unwrap();
                let number = line.split(' ').nth(1).unwrap();
                number.parse::<u32>().unwrap()
            };
            (said(" threads"), said(" packet sockets"))
        };
        let (threads, sockets) = said("off");
        assert_eq!(sockets, 0);
        // In a process of its own, the test has no such thread in either case.
        let one = u32::from(!user.in_processes());
        assert_eq!(said("on-failure"), (threads + one, 1));
    }
}
