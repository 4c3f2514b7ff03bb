//! What runs at the end of the process.

use std::io;

/// Calls `handler` when the process returns from `main` or calls exit(3); not
/// when a signal ends it. A handler must not unwind.
///
/// # References
///
/// atexit(3)
pub(crate) fn at_exit(handler: extern "C" fn()) -> io::Result<()> {
    // SAFETY: a function lives as long as the process, and this one is safe to
    // call at any time; a panic in an `extern "C" fn` aborts.
    match unsafe { libc::atexit(handler) } {
        0 => Ok(()),
        _ => Err(io::ErrorKind::OutOfMemory.into()),
    }
}
