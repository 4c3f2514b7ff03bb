//! Hooks for every namespace that this crate makes, as Linux has them for all:
//! one test for each thing that `register_pernet_subsys` and
//! `register_pernet_device` promise, and for what Rust adds to it.

#![cfg(target_os = "linux")]

mod creation;
mod destruction;
mod exclusion;
mod panics;
mod reentrance;
mod registration;
mod roads;
mod unregistration;

mod asleep;
mod recorder;
