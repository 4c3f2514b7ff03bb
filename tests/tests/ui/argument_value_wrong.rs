use netns_test::netns_test;

#[netns_test(isolation = "fork")]
fn isolation() {}

#[netns_test(isolation = thread)]
fn isolation_without_quotes() {}

#[netns_test(if_unsupported = "ignore")]
fn if_unsupported() {}

#[netns_test(views = "no")]
fn views() {}

#[netns_test(timeout = "5")]
fn timeout_without_a_unit() {}

#[netns_test(timeout = "0s")]
fn timeout_of_nothing() {}

#[netns_test(timeout = "3 days")]
fn timeout_in_another_unit() {}

#[netns_test(timeout = 5)]
fn timeout_without_quotes() {}

#[netns_test(leaks = "forbid")]
fn leaks() {}

#[netns_test(egress = "warn")]
fn egress() {}

#[netns_test(capture = "failure")]
fn capture() {}

#[netns_test(capture = true)]
fn capture_without_a_word() {}

#[netns_test(flavor = "local")]
async fn flavor() {}

#[netns_test(flavor = "multi_thread", worker_threads = "2")]
async fn worker_threads_in_quotes() {}

#[netns_test(flavor = "multi_thread", worker_threads = 0)]
async fn no_worker_threads() {}

#[netns_test(start_paused = 1)]
async fn start_paused() {}

#[netns_test(crate = "not a path")]
fn krate() {}

#[netns_test(crate = netns_test)]
fn krate_without_quotes() {}

fn main() {}
