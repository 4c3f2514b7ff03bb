use netns_test::netns_test;

#[netns_test(isolation)]
fn no_value() {}

#[netns_test(isolation("thread"))]
fn value_in_parentheses() {}

#[netns_test(isolation = )]
fn value_to_come() {}

#[netns_test(views, worker_threads =, crate)]
fn several_to_come() {}

fn main() {}
