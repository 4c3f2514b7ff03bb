//! A failed test waits until somebody has looked into its namespace.

mod end;
mod inside;
mod limits;
mod refused;
mod run;
mod shell;
mod terminal;
mod turns;
