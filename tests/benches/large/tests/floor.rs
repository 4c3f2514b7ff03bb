//! The tests of `fixtures/floor.rs` in a large test binary.

use std::error::Error;

#[path = "../../fixtures/floor.rs"]
mod floor;

#[used]
static KEEP: fn() -> Result<(), Box<dyn Error>> = netns_test_large::reach_everything;
