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
            let said = run.text.lines().filter(|line| line.starts_with("there: "));
            said.map(str::to_owned).collect::<Vec<_>>()
        };
        let off = said("off");
        let on = said("on-failure");
        assert!(off.contains(&"there: 0 packet sockets".into()), "{off:?}");
        assert!(on.contains(&"there: 1 packet sockets".into()), "{on:?}");
        let is_ours = |line: &String| line.starts_with("there: thread netns-test ca");
        assert!(!off.iter().any(is_ours), "{off:?}");
        // In a process of its own, the test has no such thread in either case.
        assert_eq!(on.iter().any(is_ours), !user.in_processes(), "{on:?}");
    }
}
