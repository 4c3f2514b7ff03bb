//! ip(8), run in the calling thread's network namespace.

use std::os::fd::{AsFd, AsRawFd};
use std::process::{Command, Output};

/// Runs `ip` with these words as its arguments.
///
/// # Panics
///
/// It fails.
pub fn ip(words: &str) {
    let output = try_ip(words);
    assert!(output.status.success(), "ip {words}: {output:?}");
}

/// Runs `ip` with these words as its arguments.
///
/// # Panics
///
/// It can't be run.
pub fn try_ip(words: &str) -> Output {
    let mut command = Command::new("ip");
    command.args(words.split_whitespace());
    command.output().expect("iproute2 is installed")
}

/// How `ip` is told of a namespace to which this process has a descriptor.
pub fn path_of(namespace: &impl AsFd) -> String {
    let fd = namespace.as_fd().as_raw_fd();
    format!("/proc/{}/fd/{fd}", std::process::id())
}
