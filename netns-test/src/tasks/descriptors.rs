//! The descriptors of this process.

use std::ffi::c_int;
use std::fs;

use nix::sys::stat::{FileStat, SFlag};

use crate::sys::descriptor;

/// All that are open, with what the kernel says of them.
pub(crate) fn all() -> Vec<(c_int, FileStat)> {
    /// After so many numbers without one, asking for the list is faster.
    const GAP: c_int = 64;
    // Since Linux 6.2, the size of this directory is how many there are.
    let count = fs::metadata("/proc/self/fd").map_or(0, |directory| directory.len());
    let count = usize::try_from(count).unwrap_or(0);
    let mut found = Vec::with_capacity(count);
    let mut gap = 0;
    for number in 0.. {
        if found.len() >= count && count > 0 {
            return found;
        }
        if count == 0 || gap > GAP {
            break;
        }
        match descriptor::look(number) {
            Ok(stat) => {
                found.push((number, stat));
                gap = 0;
            }
            Err(_) => gap += 1,
        }
    }
    listed()
}

fn listed() -> Vec<(c_int, FileStat)> {
    let entries = fs::read_dir("/proc/self/fd")
        .into_iter()
        .flatten()
        .flatten();
    entries
        .filter_map(|entry| {
            let number = entry.file_name().to_str()?.parse().ok()?;
            Some((number, descriptor::look(number).ok()?))
        })
        .collect()
}

/// Whether it is a socket.
pub(crate) fn is_socket(stat: &FileStat) -> bool {
    SFlag::from_bits_truncate(stat.st_mode) & SFlag::S_IFMT == SFlag::S_IFSOCK
}
