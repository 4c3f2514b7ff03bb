//! What a test that failed has sent and received is in a file that Wireshark reads.
//!
//! The tests of `red/capture` run here, as every user that this process can be.

mod contents;
mod endings;
mod fixture;
mod load;
mod off;
mod trouble;
