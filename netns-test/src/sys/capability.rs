//! Capabilities of the calling thread. Nothing here allocates.

use std::io;

use libc::{c_int, c_ulong};

/// `_LINUX_CAPABILITY_VERSION_3`: 64 capabilities in two words.
const VERSION_3: u32 = 0x2008_0522;

/// `struct __user_cap_header_struct`; pid 0 is the calling thread.
#[repr(C)]
struct Header {
    version: u32,
    pid: c_int,
}

/// `struct __user_cap_data_struct`
#[repr(C)]
#[derive(Clone, Copy, Default)]
struct Word {
    effective: u32,
    permitted: u32,
    inheritable: u32,
}

/// `CAP_NET_ADMIN` as a bit of [`effective_capabilities`].
pub(crate) const NET_ADMIN: u64 = 1 << 12;
/// `CAP_SYS_ADMIN` as a bit of [`effective_capabilities`].
pub(crate) const SYS_ADMIN: u64 = 1 << 21;

/// The effective capabilities of the calling thread, one bit each.
///
/// # References
///
/// capget(2), capabilities(7).
pub(crate) fn effective_capabilities() -> io::Result<u64> {
    let [low, high] = get()?;
    Ok(u64::from(low.effective) | u64::from(high.effective) << 32)
}

/// Makes every permitted capability of the calling thread inheritable and
/// ambient, so that the next execve(2) keeps them without uid 0 and without
/// file capabilities.
///
/// # References
///
/// capabilities(7), "Transformation of capabilities during `execve()`";
/// `PR_CAP_AMBIENT_RAISE` in prctl(2).
pub(crate) fn keep_capabilities_across_exec() -> io::Result<()> {
    let words = get()?.map(|word| Word {
        inheritable: word.permitted,
        ..word
    });
    set(words)?;
    let permitted = u64::from(words[0].permitted) | u64::from(words[1].permitted) << 32;
    for capability in (0..64).filter(|bit| permitted >> bit & 1 == 1) {
        raise_ambient(capability)?;
    }
    Ok(())
}

fn get() -> io::Result<[Word; 2]> {
    let mut header = Header {
        version: VERSION_3,
        pid: 0,
    };
    let mut words = [Word::default(); 2];
    // SAFETY: version 3 makes the kernel write two words at the second
    // pointer, which `words` has; both outlive the call.
    let result = unsafe { libc::syscall(libc::SYS_capget, &raw mut header, words.as_mut_ptr()) };
    if result < 0 {
        return Err(io::Error::last_os_error());
    }
    Ok(words)
}

fn set(words: [Word; 2]) -> io::Result<()> {
    let mut header = Header {
        version: VERSION_3,
        pid: 0,
    };
    // SAFETY: version 3 makes the kernel read two words at the second
    // pointer, which `words` has; both outlive the call.
    let result = unsafe { libc::syscall(libc::SYS_capset, &raw mut header, words.as_ptr()) };
    if result < 0 {
        return Err(io::Error::last_os_error());
    }
    Ok(())
}

fn raise_ambient(capability: c_ulong) -> io::Result<()> {
    let unused: c_ulong = 0;
    let raise = c_ulong::try_from(libc::PR_CAP_AMBIENT_RAISE).expect("the constant is 2");
    // SAFETY: this operation takes integers only, and all five as `unsigned long`.
    match unsafe { libc::prctl(libc::PR_CAP_AMBIENT, raise, capability, unused, unused) } {
        0 => Ok(()),
        _ => Err(io::Error::last_os_error()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kernel_and_proc_agree() {
        let status = std::fs::read_to_string("/proc/thread-self/status").unwrap();
        let shown = status
            .lines()
            .find_map(|line| line.strip_prefix("CapEff:"))
            .unwrap();
        let shown = u64::from_str_radix(shown.trim(), 16).unwrap();
        assert_eq!(effective_capabilities().unwrap(), shown);
    }
}
