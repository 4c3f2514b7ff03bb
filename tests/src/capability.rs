//! Capabilities of one thread.

#![expect(unsafe_code, reason = "capset(2) has no wrapper")]

use std::io;
use std::thread;

/// `CAP_NET_ADMIN` in `include/uapi/linux/capability.h`.
pub const NET_ADMIN: u32 = 12;

#[repr(C)]
struct Header {
    version: u32,
    pid: i32,
}

#[repr(C)]
#[derive(Clone, Copy, Default)]
struct Set {
    effective: u32,
    permitted: u32,
    inheritable: u32,
}

/// `_LINUX_CAPABILITY_VERSION_3`: two sets, the first for the lower 32.
const VERSION: u32 = 0x2008_0522;

/// Takes a capability below 32 from the calling thread, and from those that it
/// starts, until they end.
///
/// # Errors
///
/// The kernel does not say which it has.
///
/// # References
///
/// capset(2)
pub fn lose(capability: u32) -> io::Result<()> {
    let mut header = Header {
        version: VERSION,
        pid: 0,
    };
    let mut sets = [Set::default(); 2];
    let (head, both) = (&raw mut header, sets.as_mut_ptr());
    // SAFETY: both outlive the call, and have the layout that this version asks for.
    if unsafe { libc::syscall(libc::SYS_capget, head, both) } != 0 {
        return Err(io::Error::last_os_error());
    }
    sets[0].effective &= !(1 << capability);
    sets[0].permitted &= !(1 << capability);
    set(&sets)
}

/// Takes all capabilities from the calling thread, for good.
///
/// # Panics
///
/// The kernel refuses that.
pub fn give_up_all() {
    set(&[Set::default(); 2]).expect("a thread may give up what it has");
}

/// Runs `f` on a thread that has no capabilities, nor have those that it starts.
///
/// # Panics
///
/// The kernel does not take them, or `f` panics.
pub fn without<T: Send>(f: impl FnOnce() -> T + Send) -> T {
    thread::scope(|scope| {
        let thread = scope.spawn(|| {
            give_up_all();
            f()
        });
        thread
            .join()
            .unwrap_or_else(|payload| std::panic::resume_unwind(payload))
    })
}

fn set(sets: &[Set; 2]) -> io::Result<()> {
    let header = Header {
        version: VERSION,
        pid: 0,
    };
    // SAFETY: both outlive the call, and have the layout that this version asks for.
    match unsafe { libc::syscall(libc::SYS_capset, &raw const header, sets.as_ptr()) } {
        0 => Ok(()),
        _ => Err(io::Error::last_os_error()),
    }
}
