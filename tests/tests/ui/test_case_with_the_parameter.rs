use netns_test::{NetNs, netns_test};
use test_case::test_case;

#[netns_test]
#[test_case(1)]
fn cases(_: u8, ns: &NetNs) {
    drop(ns);
}

fn main() {}
