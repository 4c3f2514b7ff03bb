use netns_test::netns_test;

#[netns_test(worker_threads = 2)]
async fn worker_threads_without_a_flavor() {}

#[netns_test(flavor = "current_thread", worker_threads = 2)]
async fn worker_threads_of_the_current_thread() {}

#[netns_test(flavor = "multi_thread", start_paused = true)]
async fn start_paused_with_workers() {}

fn main() {}
