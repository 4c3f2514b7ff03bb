//! What runs when this process exits.

use std::io;

/// Has `handler` called when the process ends by exit(3): on the thread that
/// calls it, while the other threads go on.
///
/// # References
///
/// atexit(3)
pub(crate) fn at_exit(handler: extern "C" fn()) -> io::Result<()> {
    // SAFETY: the handler is a plain function, and it stays where it is while the program runs.
    match unsafe { libc::atexit(handler) } {
        0 => Ok(()),
        _ => Err(io::Error::last_os_error()),
    }
}
