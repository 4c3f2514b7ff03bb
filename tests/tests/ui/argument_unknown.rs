use netns_test::netns_test;

#[netns_test(isolaton = "thread")]
fn misspelled() {}

#[netns_test(isolated)]
fn without_a_value() {}

#[netns_test(deadline("5s"))]
fn with_parentheses() {}

#[netns_test("thread")]
fn no_name() {}

fn main() {}
