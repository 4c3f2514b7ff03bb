use netns_test::netns_test;

#[netns_test]
#[netns_test(views = false)]
fn twice() {}

fn main() {}
