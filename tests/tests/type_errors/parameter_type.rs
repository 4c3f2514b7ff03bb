//! Parameters that a test can't have.

use netns_test::{NetNs, netns_test};

#[netns_test]
fn number(_: u32) {} //~ `u32` cannot be a parameter of a `#[netns_test]`

#[netns_test]
fn by_value(_: NetNs, //~ `NetNs` cannot be a parameter of a `#[netns_test]`
) {
}

#[netns_test]
fn exclusive(
    _: &NetNs,
    _: &mut NetNs, //~ `&mut NetNs` cannot be a parameter of a `#[netns_test]`
) {
}

#[netns_test]
async fn asynchronous(_: &str, //~ `&str` cannot be a parameter of a `#[netns_test]`
) {
}

#[netns_test]
#[rstest::rstest]
#[case(1)]
fn case(
    #[case] _number: u32,
    #[ignore] _text: String, //~ `String` cannot be a parameter of a `#[netns_test]`
) {
}

#[netns_test]
fn fine(_: &NetNs) {}
