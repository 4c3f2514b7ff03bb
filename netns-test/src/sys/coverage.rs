//! LLVM's coverage counters (`-Cinstrument-coverage`) in a test's process.
//!
//! The runtime writes them in an `atexit` handler, which such a process does
//! not reach. And it put the process number (`%p`) into the file's name when
//! the program started: after a fork that is another process's, and all would
//! write one file. In a program without the instrumentation, nothing happens.
//!
//! # References
//!
//! `InstrProfilingFile.c` in LLVM's compiler-rt; "Source-based Code Coverage"
//! in the manual of Clang.

use std::ffi::{CString, OsStr, c_char, c_int};
use std::os::unix::ffi::OsStrExt;

/// The address of a function of the profiling runtime, or null: a weak
/// reference, which a program without the runtime links all the same.
macro_rules! weak {
    ($name:literal) => {{
        let address: *const ();
        // SAFETY: reads the symbol's entry of the global offset table, which the linker makes for
        // this reference and fills with the address, or with zero if nothing defines the symbol.
        #[cfg(target_arch = "x86_64")]
        unsafe {
            std::arch::asm!(
                concat!(".weak ", $name),
                concat!("mov {}, qword ptr [rip + ", $name, "@GOTPCREL]"),
                out(reg) address,
                options(nostack, preserves_flags, readonly),
            );
        }
        // SAFETY: as above.
        #[cfg(target_arch = "aarch64")]
        unsafe {
            std::arch::asm!(
                concat!(".weak ", $name),
                concat!("adrp {0}, :got:", $name),
                concat!("ldr {0}, [{0}, :got_lo12:", $name, "]"),
                out(reg) address,
                options(nostack, preserves_flags, readonly),
            );
        }
        #[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
        {
            address = std::ptr::null();
        }
        address
    }};
}

/// Forgets what was counted before this process belonged to a test, and gives
/// it a file of its own where `pattern`, the value of `LLVM_PROFILE_FILE`, asks
/// for one a process.
pub(crate) fn begin(pattern: Option<&OsStr>) {
    let reset = weak!("__llvm_profile_reset_counters");
    if reset.is_null() {
        return;
    }
    // SAFETY: this is `void __llvm_profile_reset_counters(void)`.
    let reset = unsafe { std::mem::transmute::<*const (), extern "C" fn()>(reset) };
    reset();
    if let Some(pattern) = pattern.and_then(|pattern| respell(pattern.as_bytes())) {
        let set = weak!("__llvm_profile_set_filename");
        if !set.is_null() {
            // SAFETY: this is `void __llvm_profile_set_filename(const char *)`.
            let set =
                unsafe { std::mem::transmute::<*const (), extern "C" fn(*const c_char)>(set) };
            // The runtime keeps the pointer.
            set(CString::into_raw(pattern));
        }
    }
}

/// Writes the counters of this process.
pub(crate) fn write() {
    let write = weak!("__llvm_profile_write_file");
    if write.is_null() {
        return;
    }
    // SAFETY: this is `int __llvm_profile_write_file(void)`.
    let write = unsafe { std::mem::transmute::<*const (), extern "C" fn() -> c_int>(write) };
    // A failure is printed by the runtime, and no reason to fail the test.
    let _ = write();
}

/// The pattern of the file's name, spelt so that the runtime expands it again
/// for this process. With `%m` it merges into one file under a lock, whoever
/// writes, and needs no other name.
fn respell(pattern: &[u8]) -> Option<CString> {
    let specifiers = pattern
        .split(|byte| *byte == b'%')
        .skip(1)
        .filter_map(|after| after.iter().find(|byte| !byte.is_ascii_digit()));
    let (mut process, mut merged) = (false, false);
    for specifier in specifiers {
        process |= *specifier == b'p';
        merged |= *specifier == b'm';
    }
    if !process || merged {
        return None;
    }
    // The runtime ignores a pattern that is equal to the present one.
    let prefix: &[u8] = if pattern.starts_with(b"/") {
        b"/"
    } else {
        b"./"
    };
    CString::new([prefix, pattern].concat()).ok()
}

#[cfg(test)]
mod tests {
    use super::respell;

    #[test]
    fn only_a_name_with_the_process_number_and_no_merging_is_set_again() {
        for kept in ["default.profraw", "%m.profraw", "a-%p-%8m.profraw", "%h"] {
            assert_eq!(respell(kept.as_bytes()), None, "{kept}");
        }
        assert_eq!(respell(b"a-%p.profraw"), Some(c"./a-%p.profraw".into()));
        assert_eq!(respell(b"/t/%p"), Some(c"//t/%p".into()));
    }
}
