//! The kernel's cookie of a socket's network namespace.

#![expect(
    unsafe_code,
    reason = "getsockopt(2) has no safe wrapper for this option"
)]

use std::io;
use std::os::fd::{AsFd, AsRawFd};

/// `SO_NETNS_COOKIE` of a socket.
///
/// # Panics
///
/// The kernel has no cookies.
pub fn of(socket: &impl AsFd) -> u64 {
    let mut cookie = 0_u64;
    let mut length = libc::socklen_t::try_from(size_of::<u64>()).expect("8 fits");
    // SAFETY: `cookie` and `length` live through the call, and `length` is the size of `cookie`.
    let result = unsafe {
        libc::getsockopt(
            socket.as_fd().as_raw_fd(),
            libc::SOL_SOCKET,
            libc::SO_NETNS_COOKIE,
            (&raw mut cookie).cast(),
            &raw mut length,
        )
    };
    assert_eq!(result, 0, "{}", io::Error::last_os_error());
    cookie
}
