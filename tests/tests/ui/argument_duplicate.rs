use netns_test::netns_test;

#[netns_test(isolation = "thread", views = true, isolation = "process")]
fn twice() {}

fn main() {}
