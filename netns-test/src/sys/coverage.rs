//! LLVM's coverage counters (`-Cinstrument-coverage`) in a forked process.
//!
//! The runtime writes them in an `atexit` handler, which a test's process
//! does not reach; and it has put the process number (`%p`) into the file's
//! name when the program started, which is another process's. Both functions
//! do nothing in a program that was built without the instrumentation.

/// Writes the counters of this process.
pub(crate) fn write() {}
