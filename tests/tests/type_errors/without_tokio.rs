//! Built without the feature `tokio`.

use netns_test::{NetNs, netns_test};

#[netns_test]
async fn bare() {} //~ enable the feature `tokio` of `netns-test`

#[netns_test]
fn sync(_: &NetNs) {}
