use netns_test::{NetNs, netns_test};

#[netns_test]
fn of_a_type<T: Default>() {}

#[netns_test]
fn of_a_number<const N: usize>(_: &NetNs) {}

#[netns_test]
fn of_a_parameter(_: impl Default) {}

fn main() {}
