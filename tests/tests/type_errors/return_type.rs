//! Values that a test can't return.

use netns_test::{NetNs, netns_test};

#[netns_test]
fn number() -> u32 {
    //~^ a `#[netns_test]` cannot return `u32`
    8
}

#[netns_test]
async fn number_to_come(_: &NetNs) -> u32 {
    //~^ a `#[netns_test]` cannot return `u32`
    8
}

struct Silent;

#[netns_test]
fn error_without_debug() -> Result<(), Silent> {
    //~^ a `#[netns_test]` cannot return `Result<(), Silent>`
    Ok(())
}

#[netns_test]
fn result_of_a_number() -> Result<u32, String> {
    //~^ a `#[netns_test]` cannot return `Result<u32, String>`
    Ok(8)
}

#[netns_test]
fn fine() -> Result<(), String> {
    Ok(())
}
