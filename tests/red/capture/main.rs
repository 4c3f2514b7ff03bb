//! Tests whose frames `tests/capture` looks for in the files that they leave.

mod about;
mod endings;
mod many;
mod traffic;
mod tun;
