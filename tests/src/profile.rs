//! Raw profiles of `-Cinstrument-coverage`, as far as a test needs them.
//!
//! # References
//!
//! "Instrumentation Profile Format" in LLVM's documentation; `InstrProfData.inc`
//! in its compiler-rt.

use std::fs;
use std::path::Path;

const MAGIC: u64 = u64::from_be_bytes(*b"\xFFlprofr\x81");
/// The versions of the header whose layout this module knows.
const VERSIONS: std::ops::RangeInclusive<u64> = 9..=10;
/// A record of a function's data, in bytes.
const RECORD: usize = 64;
/// The bits of the version that name no variant.
const VERSION_BITS: u64 = 0x00FF_FFFF_FFFF_FFFF;

/// How often a function was called, as all `.profraw` files in `directory`
/// have it. Its name is given by the reference of the profile: the first eight
/// bytes of the MD5 sum, as a little-endian number.
///
/// # Panics
///
/// The directory can't be read, or a file is of another format.
pub fn calls(directory: &Path, name: u64) -> u64 {
    let entries = fs::read_dir(directory).expect("a directory of profiles");
    entries
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "profraw")
        })
        .map(|path| {
            let bytes = fs::read(&path).expect("a profile");
            calls_in(&bytes, name).unwrap_or_else(|| panic!("{}: no raw profile", path.display()))
        })
        .sum()
}

/// The first counters of the function's records; `None` if this is no profile.
fn calls_in(bytes: &[u8], name: u64) -> Option<u64> {
    let header = |index: usize| word(bytes, index * 8);
    let version = header(1)? & VERSION_BITS;
    if header(0)? != MAGIC || !VERSIONS.contains(&version) {
        return None;
    }
    // Version 10 has two more words, for tables of virtual functions.
    let words = if version < 10 { 14 } else { 16 };
    let size = |index: usize| usize::try_from(header(index)?).ok();
    let (identifiers, records, padding) = (size(2)?, size(3)?, size(4)?);
    let delta = header(10)?;
    let data = words * 8 + identifiers;
    let counters = data + records * RECORD + padding;
    let mut calls = 0;
    for index in 0..records {
        let record = data + index * RECORD;
        if word(bytes, record)? != name {
            continue;
        }
        // The address of its counters, relative to that of the record in the process.
        let relative = word(bytes, record + 16)?;
        let distance = u64::try_from(index * RECORD).ok()?;
        let offset = relative.wrapping_sub(delta.wrapping_sub(distance));
        calls += word(bytes, counters + usize::try_from(offset).ok()?)?;
    }
    Some(calls)
}

fn word(bytes: &[u8], at: usize) -> Option<u64> {
    let field = bytes.get(at..)?.first_chunk::<8>()?;
    Some(u64::from_le_bytes(*field))
}
