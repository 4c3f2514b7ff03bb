use netns_test::netns_test;

#[netns_test(flavor = "multi_thread", worker_threads = 2)]
fn sync() {}

fn main() {}
