//! The descriptors of this process.

use std::collections::BTreeSet;
use std::ffi::c_int;
use std::fs;
use std::sync::{Mutex, PoisonError};

use crate::sys::descriptor;

/// How many numbers are asked about at once; few processes have one above, beside
/// what they inherited.
const FIRST: usize = 64;

/// The numbers above that were open when all were listed: shells, for one, keep
/// descriptors as far from the others as they can, and hand them on.
static HIGH: Mutex<Vec<c_int>> = Mutex::new(Vec::new());

/// The numbers of all that are open but these. Plain loops: this is run for each test,
/// in builds without optimisation.
pub(crate) fn open_but(these: &BTreeSet<c_int>) -> Vec<c_int> {
    // Since Linux 6.2, the size of this directory is how many there are.
    let count = fs::metadata("/proc/self/fd").map_or(0, |directory| directory.len());
    let mut numbers = Vec::with_capacity(FIRST);
    let asked = descriptor::open_among::<FIRST>(|number| numbers.push(number));
    let mut high = HIGH.lock().unwrap_or_else(PoisonError::into_inner);
    for number in &*high {
        if descriptor::look(*number).is_ok() {
            numbers.push(*number);
        }
    }
    let are_all = u64::try_from(numbers.len()).is_ok_and(|found| found >= count && count > 0);
    if asked.is_err() || !are_all {
        numbers = listed();
        let is_high = |number: &c_int| usize::try_from(*number).is_ok_and(|it| it >= FIRST);
        high.clear();
        high.extend(numbers.iter().copied().filter(is_high));
    }
    drop(high);
    if !these.is_empty() {
        numbers.retain(|number| !these.contains(number));
    }
    numbers
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
