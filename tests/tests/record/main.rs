//! `NETNS_TEST_REPORT` and GitHub's annotations, for tests that end in all the ways there
//! are: `red/record.rs` has them.
#![cfg(target_os = "linux")]

mod apart;
mod endings;
mod fixture;
mod github;
mod many;
mod trouble;
