//! What the test harness knows by other attributes means the same with this one.

use netns_test::netns_test;
use netns_test_tests::proof;

/// A doc comment.
#[netns_test]
#[doc = "And another one."]
fn documented() {
    proof::ran();
}

#[netns_test]
#[should_panic]
#[expect(clippy::should_panic_without_expect, reason = "one form of three")]
fn should_panic() {
    proof::ran();
    panic!("anything");
}

#[netns_test]
#[should_panic = "the reason"]
fn should_panic_for() {
    proof::ran();
    panic!("this is the reason");
}

#[should_panic(expected = "the reason")]
#[netns_test]
fn should_panic_expected_above() {
    proof::ran();
    panic!("this is the reason");
}

#[netns_test]
#[cfg_attr(all(), should_panic(expected = "by configuration"))]
fn should_panic_by_configuration() {
    proof::ran();
    panic!("by configuration");
}

#[netns_test]
#[ignore]
#[expect(clippy::ignore_without_reason, reason = "one form of two")]
fn ignored() {
    proof::ran();
}

#[netns_test]
#[ignore = "the reason"]
fn ignored_for() {
    proof::ran();
}

#[netns_test]
#[cfg(any())]
fn configured_out() {
    this_is_not_compiled();
}

#[netns_test]
#[cfg(not(any()))]
fn configured_in() {
    proof::ran();
}

#[test]
fn are_registered_and_run_once() {
    proof::assert_registered(&[
        "documented",
        "should_panic",
        "should_panic_for",
        "should_panic_expected_above",
        "should_panic_by_configuration",
        "ignored",
        "ignored_for",
        "configured_in",
    ]);
}

mod about {
    use super::proof;

    #[test]
    fn ignored_tests_say_why() {
        let list = proof::output(&["--list", "--ignored", "--format=terse"]);
        assert_eq!(
            list.lines().collect::<Vec<_>>(),
            ["ignored: test", "ignored_for: test"]
        );
        let text = proof::output(&["--exact", "ignored_for"]);
        let expected = "test ignored_for ... ignored, the reason";
        assert!(text.contains(expected), "{text}");
    }

    #[test]
    fn panic_messages_name_test_file_and_line() {
        let mut source = include_str!("attribute_harness.rs").lines();
        let line = source.position(|line| line.trim() == r#"panic!("this is the reason");"#);
        let place = format!("attribute_harness.rs:{}:5", line.unwrap() + 1);
        let text = proof::output(&["--exact", "should_panic_for", "--nocapture"]);
        assert_eq!(text.matches("panicked at").count(), 1, "{text}");
        assert!(text.contains("thread 'should_panic_for'"), "{text}");
        assert!(text.contains(&place), "{text}");
    }
}
