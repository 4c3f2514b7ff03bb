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
    // Before and after, since one that is opened in between could stand for a high one.
    let before = count();
    let mut numbers = Vec::with_capacity(FIRST);
    let asked = descriptor::open_among::<FIRST>(|number| numbers.push(number));
    let mut high = HIGH.lock().unwrap_or_else(PoisonError::into_inner);
    for number in &*high {
        if descriptor::look(*number).is_ok() {
            numbers.push(*number);
        }
    }
    let found = u64::try_from(numbers.len()).ok();
    let are_all = before > 0 && found == Some(before) && found == Some(count());
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

/// How many are open: since Linux 6.2 the size of this directory, and before it 0.
fn count() -> u64 {
    fs::metadata("/proc/self/fd").map_or(0, |directory| directory.len())
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

#[cfg(test)]
mod tests {
    use std::fs::File;
    use std::os::fd::AsRawFd;

    use nix::fcntl::{FcntlArg, fcntl};

    use super::*;

    #[test]
    fn what_is_far_above_the_others_is_found_and_forgotten() {
        let nothing = BTreeSet::new();
        let file = File::open("/dev/null").unwrap();
        // Twice: the second look knows the numbers that the first one listed.
        for least in [200, 700] {
            let high = fcntl(&file, FcntlArg::F_DUPFD_CLOEXEC(least)).unwrap();
            for _ in 0..2 {
                let open = open_but(&nothing);
                assert!(open.contains(&high), "{high} in {open:?}");
                assert!(open.contains(&file.as_raw_fd()), "{open:?}");
                assert!(!open_but(&BTreeSet::from([high])).contains(&high));
            }
            nix::unistd::close(high).unwrap();
            assert!(!open_but(&nothing).contains(&high), "{high} is closed");
        }
    }
}
