//! A binary whose own tests use the attribute.

fn main() {}

#[cfg(test)]
mod tests {
    use netns_test::netns_test;
    use netns_test_tests::proof;

    #[netns_test]
    fn of_a_binary() {
        proof::ran();
    }

    #[test]
    fn are_registered_and_run_once() {
        proof::assert_registered(&["tests::of_a_binary"]);
    }
}
