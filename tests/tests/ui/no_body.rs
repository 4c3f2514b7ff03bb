use netns_test::netns_test;

trait Tests {
    #[netns_test]
    fn test();
}

fn main() {}
