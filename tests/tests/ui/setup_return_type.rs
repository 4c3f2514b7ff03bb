netns_test::setup!(|| 1);

fn main() {}
