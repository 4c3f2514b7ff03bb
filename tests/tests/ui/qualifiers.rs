use netns_test::netns_test;

#[netns_test]
const fn constant() {}

#[netns_test]
extern "C" fn foreign() {}

#[netns_test]
unsafe fn not_safe() {}

#[netns_test]
const unsafe extern "C" fn all() {}

fn main() {}
