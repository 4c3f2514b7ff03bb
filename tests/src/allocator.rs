//! An allocator that ends a forked child which allocates.

#![expect(unsafe_code, reason = "an allocator is unsafe to implement")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::process;
use std::sync::atomic::{AtomicU32, Ordering};

/// The system's allocator, for the process that uses it first and for no copy of it.
#[derive(Debug)]
pub struct OnlyAtHome;

static HOME: AtomicU32 = AtomicU32::new(0);

fn assert_at_home() {
    let here = process::id();
    let stranger = HOME
        .compare_exchange(0, here, Ordering::Relaxed, Ordering::Relaxed)
        .is_err_and(|home| home != here);
    if stranger {
        process::abort();
    }
}

// SAFETY: every call goes to the system's allocator with the arguments that it came with.
unsafe impl GlobalAlloc for OnlyAtHome {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        assert_at_home();
        // SAFETY: the caller keeps the rules of `alloc`, which are the same here.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        assert_at_home();
        // SAFETY: `block` came from `alloc` above, and so from the system's allocator.
        unsafe { System.dealloc(block, layout) }
    }
}
