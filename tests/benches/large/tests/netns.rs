//! The tests of `fixtures/netns.rs` in a large test binary.

use std::error::Error;

#[path = "../../fixtures/netns.rs"]
mod netns;

#[used]
static KEEP: fn() -> Result<(), Box<dyn Error>> = netns_test_large::reach_everything;
