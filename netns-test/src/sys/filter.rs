//! Seccomp filters of the calling thread.

/// Whether a filter stands between this thread and the kernel.
///
/// # References
///
/// `PR_GET_SECCOMP(2const)`
pub(crate) fn is_installed() -> bool {
    const SECCOMP_MODE_FILTER: i32 = 2;
    // SAFETY: the option takes no argument.
    unsafe { libc::prctl(libc::PR_GET_SECCOMP) == SECCOMP_MODE_FILTER }
}
