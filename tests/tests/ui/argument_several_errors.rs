use netns_test::netns_test;

#[netns_test(isolation = "fork", views = "no", speed = 5)]
fn each_has_its_message() {}

fn main() {}
