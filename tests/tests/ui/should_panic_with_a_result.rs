use netns_test::netns_test;

#[netns_test]
#[should_panic(expected = "reason")]
fn result() -> Result<(), String> {
    Ok(())
}

fn main() {}
