use netns_test::netns_test;

#[netns_test(flavor = "multi_thread", start_paused = true)]
#[tokio::test]
async fn tokio_makes_it() {}

fn main() {}
