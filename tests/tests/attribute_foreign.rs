//! Attributes that neither the language nor this crate knows go first: what
//! they make of the function runs inside the namespace.

use macro_rules_attribute::apply;
use netns_test::{NetNs, netns_test};
use netns_test_tests::proof;

macro_rules! says_where_it_runs {
    ($(#[$attr:meta])* fn $name:ident($($parameters:tt)*) $body:block) => {
        $(#[$attr])*
        fn $name($($parameters)*) {
            proof::assert_isolated();
            println!("before the body: {}", proof::here());
            $body
        }
    };
}

#[netns_test]
#[apply(says_where_it_runs!)]
fn below(ns: &NetNs) {
    assert_eq!(ns.id().to_string(), proof::here());
    proof::ran();
}

#[apply(says_where_it_runs!)]
#[netns_test]
fn above() {
    proof::ran();
}

#[netns_test(isolation = "auto")]
#[apply(says_where_it_runs!)]
#[should_panic(expected = "below both")]
#[test_log::test]
fn with_a_test_attribute(ns: &NetNs) {
    assert_eq!(ns.id().to_string(), proof::here());
    proof::ran();
    panic!("below both");
}

/// No macro, so it is still there when this crate's has its second turn.
#[netns_test]
#[rustfmt::skip]
#[inline(never)]
fn of_a_tool() {
    proof::ran();
}

#[test]
fn are_registered_and_run_once() {
    proof::assert_registered(&["below", "above", "with_a_test_attribute", "of_a_tool"]);
}

mod about {
    use super::proof;

    #[test]
    fn what_they_add_is_part_of_the_body() {
        for test in ["below", "above", "with_a_test_attribute"] {
            let text = proof::output(&["--exact", test, "--nocapture"]);
            assert_eq!(text.matches("before the body: net:[").count(), 1, "{text}");
        }
    }
}
