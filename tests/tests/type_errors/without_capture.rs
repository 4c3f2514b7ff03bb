//! Built without the feature `capture`.

use netns_test::netns_test;

#[netns_test(capture)] //~ `capture` needs the feature `capture` of `netns-test`
fn bare() {}

#[netns_test(capture = "always")] //~ `capture` needs the feature `capture` of `netns-test`
fn always() {}

#[netns_test]
fn silent() {}
