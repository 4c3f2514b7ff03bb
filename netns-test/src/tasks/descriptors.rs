//! The descriptors of this process.

use std::collections::BTreeSet;
use std::ffi::c_int;
use std::fs;
use std::sync::{Mutex, PoisonError};

use nix::sys::stat::{FileStat, SFlag};

use crate::sys::descriptor;

/// How many numbers are asked about at once; few processes have one above, beside
/// what they inherited.
const FIRST: usize = 64;

/// The numbers above that were open when all were listed: shells, for one, keep
/// descriptors as far from the others as they can, and hand them on.
static HIGH: Mutex<Vec<c_int>> = Mutex::new(Vec::new());

/// All that are open but these, with what the kernel says of them.
pub(crate) fn all_but(these: &BTreeSet<c_int>) -> Vec<(c_int, FileStat)> {
    // Since Linux 6.2, the size of this directory is how many there are.
    let count = fs::metadata("/proc/self/fd").map_or(0, |directory| directory.len());
    let mut numbers = Vec::with_capacity(FIRST);
    let asked = descriptor::open_among::<FIRST>(|number| numbers.push(number));
    let mut high = HIGH.lock().unwrap_or_else(PoisonError::into_inner);
    let is_open = |number: &c_int| descriptor::look(*number).is_ok();
    numbers.extend(high.iter().copied().filter(is_open));
    let are_all = u64::try_from(numbers.len()).is_ok_and(|found| found >= count && count > 0);
    if asked.is_err() || !are_all {
        numbers = listed();
        let is_high = |number: &c_int| usize::try_from(*number).is_ok_and(|it| it >= FIRST);
        high.clear();
        high.extend(numbers.iter().copied().filter(is_high));
    }
    drop(high);
    numbers.retain(|number| !these.contains(number));
    let looked = |number| Some((number, descriptor::look(number).ok()?));
    numbers.into_iter().filter_map(looked).collect()
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
