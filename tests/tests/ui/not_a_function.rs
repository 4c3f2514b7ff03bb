use netns_test::netns_test;

#[netns_test]
struct Test;

#[netns_test]
mod tests {}

#[netns_test]
const TEST: u8 = 1;

fn main() {
    // The item is there all the same.
    let _ = Test;
}
