//! Code that may not enter namespaces.

#![expect(unsafe_code, reason = "capset(2) has no safe wrapper")]

use std::io;
use std::thread;

/// `struct __user_cap_header_struct`; pid 0 is the calling thread.
#[repr(C)]
struct Header {
    version: u32,
    pid: libc::c_int,
}

/// `_LINUX_CAPABILITY_VERSION_3`: 64 capabilities in two words.
const VERSION_3: u32 = 0x2008_0522;

/// The three sets of a thread, in two words each.
type Sets = [[u32; 3]; 2];

/// Runs `f` on a thread that has no capabilities, nor have those that it starts.
///
/// # Panics
///
/// The kernel does not take them, or `f` panics.
pub fn without<T: Send>(f: impl FnOnce() -> T + Send) -> T {
    thread::scope(|scope| {
        let thread = scope.spawn(|| {
            drop_all().expect("capabilities can be given up");
            f()
        });
        thread
            .join()
            .unwrap_or_else(|payload| std::panic::resume_unwind(payload))
    })
}

/// Gives up all capabilities of the calling thread.
fn drop_all() -> io::Result<()> {
    let header = Header {
        version: VERSION_3,
        pid: 0,
    };
    let none: Sets = [[0; 3]; 2];
    // SAFETY: the kernel reads one header and, for its version, two words of
    // three sets each; both outlive the call.
    let result = unsafe { libc::syscall(libc::SYS_capset, &raw const header, none.as_ptr()) };
    if result < 0 {
        return Err(io::Error::last_os_error());
    }
    Ok(())
}
