//! `setup!`: what runs once in each process that runs bodies of tests.

#![cfg(target_os = "linux")]

mod failing;
mod once;
mod statics;
