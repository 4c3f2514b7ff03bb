//! A library whose own tests use the attribute, and what the other tests of
//! this package share: proof that a body ran, once, and where; and children
//! that are confined until a body can't run.

#[cfg(target_os = "linux")]
pub mod allocator;
#[cfg(target_os = "linux")]
pub mod capability;
#[cfg(target_os = "linux")]
pub mod cargo;
#[cfg(target_os = "linux")]
pub mod confine;
#[cfg(target_os = "linux")]
pub mod cookie;
#[cfg(target_os = "linux")]
pub mod filter;
pub mod ip;
#[cfg(target_os = "linux")]
pub mod origin;
#[cfg(target_os = "linux")]
pub mod pidfd;
#[cfg(target_os = "linux")]
pub mod profile;
pub mod proof;
#[cfg(target_os = "linux")]
pub mod rerun;
#[cfg(target_os = "linux")]
pub mod state;

/// The README's code compiles. It is not in the package of `netns-test`, so it is read from here.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;

#[cfg(test)]
mod tests {
    use netns_test::{NetNs, netns_test};

    use crate::proof;

    #[netns_test]
    fn of_a_library(ns: &NetNs) {
        assert_eq!(ns.links().unwrap().len(), 1);
        proof::ran();
    }

    #[test]
    fn are_registered_and_run_once() {
        proof::assert_registered(&["tests::of_a_library"]);
    }
}
