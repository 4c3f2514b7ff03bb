use netns_test::netns_test;

struct Tests;

impl Tests {
    #[netns_test]
    fn reference(&self) {}

    #[netns_test]
    fn value(self: Box<Self>) {}
}

fn main() {
    // The methods are there all the same.
    Tests.reference();
    Box::new(Tests).value();
}
