use netns_test::netns_test;

#[netns_test]
#[test]
fn by_itself() {}

#[netns_test(isolation = "thread")]
/// Not the first one below.
#[should_panic]
#[test]
fn among_others() {}

fn main() {}
