//! Capabilities of a thread.

#![expect(unsafe_code, reason = "capset(2) has no safe wrapper")]

use std::io;

/// Takes all capabilities from the calling thread, for good.
///
/// # Panics
///
/// The kernel refuses that.
pub fn give_up_all() {
    /// `_LINUX_CAPABILITY_VERSION_3`: two sets of three words.
    const VERSION: u32 = 0x2008_0522;
    let header = [VERSION, 0];
    let none = [0_u32; 6];
    // SAFETY: the kernel reads two words at the first pointer and six at the second.
    let result = unsafe { libc::syscall(libc::SYS_capset, header.as_ptr(), none.as_ptr()) };
    assert_eq!(result, 0, "{}", io::Error::last_os_error());
}
