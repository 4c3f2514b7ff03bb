//! Where the backtrace of a panic ends: at the test, not in what called it.

use std::hint;

/// Calls `f`. A backtrace that is printed for people ends here: std leaves out what
/// called a function whose name has this in it, its own and libtest's among them.
/// Where std finds no such function, it shows all.
///
/// # References
///
/// `_print_fmt` in library/std/src/sys/backtrace.rs
#[inline(never)]
pub(crate) fn __rust_begin_short_backtrace<T>(f: impl FnOnce() -> T) -> T {
    let returned = f();
    // So that the call is not the last thing here, which could be turned into a jump.
    hint::black_box(());
    returned
}
