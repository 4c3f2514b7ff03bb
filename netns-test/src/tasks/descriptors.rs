//! The descriptors of this process.

use std::collections::BTreeSet;
use std::ffi::c_int;
use std::fs;

use nix::sys::stat::{FileStat, SFlag};

use crate::sys::descriptor;

/// How many numbers are asked about at once; few processes have one above.
const FIRST: usize = 256;

/// All that are open but these, with what the kernel says of them.
pub(crate) fn all_but(these: &BTreeSet<c_int>) -> Vec<(c_int, FileStat)> {
    // Since Linux 6.2, the size of this directory is how many there are.
    let count = fs::metadata("/proc/self/fd").map_or(0, |directory| directory.len());
    let mut found = Vec::with_capacity(FIRST / 8);
    let asked = descriptor::open_among::<FIRST>(0, |number| found.push(number));
    let complete = u64::try_from(found.len()).is_ok_and(|found| found >= count && count > 0);
    if asked.is_err() || !complete {
        found = listed();
    }
    found.retain(|number| !these.contains(number));
    let looked = |number| Some((number, descriptor::look(number).ok()?));
    found.into_iter().filter_map(looked).collect()
}

fn listed() -> Vec<c_int> {
    let entries = fs::read_dir("/proc/self/fd")
        .into_iter()
        .flatten()
        .flatten();
    entries
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
        .collect()
}

/// Whether it is a socket.
pub(crate) fn is_socket(stat: &FileStat) -> bool {
    SFlag::from_bits_truncate(stat.st_mode) & SFlag::S_IFMT == SFlag::S_IFSOCK
}
