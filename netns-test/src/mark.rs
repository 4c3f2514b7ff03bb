//! What tells other processes which tests run in which namespaces: a file in
//! memory that the process holds open, with a record for each body that runs. No
//! file is anywhere, and nothing is left when the process ends, however it ends.
//!
//! The command `netns-test` finds it in `/proc/PID/fd`, with the right to look
//! that ptrace(2) asks for. One file for all bodies, since to write a record takes a
//! tenth of the time of making a file.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use nix::unistd::{Pid, gettid};

use crate::netns::{NetNs, NetNsId};
use crate::sys::memfd;

/// The file's name; its number is that of the records' form.
const NAME: &std::ffi::CStr = c"netns-test:1";

/// What `/proc/PID/fd` shows of the file.
#[cfg(feature = "cli")]
pub(crate) const LINK: &str = "/memfd:netns-test:1 (deleted)";

/// The size of a record: text, a newline, and zeros.
const RECORD: usize = 512;

/// A test's name that does not fit ends with this.
const CUT: char = '…';

/// The body of a test runs while this lives.
#[derive(Debug)]
pub(crate) struct Mark {
    place: Option<(&'static Board, usize)>,
}

impl Mark {
    /// Marks `ns` as that of the test `name`; silently not where the kernel
    /// refuses, since a test does not need it.
    pub(crate) fn set(ns: &NetNs, name: &str) -> Self {
        let record = text(ns.id(), gettid(), SystemTime::now(), name);
        let place = board().and_then(|board| Some((board, board.write(&record).ok()?)));
        Self { place }
    }
}

impl Drop for Mark {
    fn drop(&mut self) {
        if let Some((board, place)) = self.place {
            board.clear(place);
        }
    }
}

/// The file of this process.
#[derive(Debug)]
struct Board {
    file: File,
    /// Which places have a record.
    taken: Mutex<Vec<bool>>,
}

fn board() -> Option<&'static Board> {
    static BOARD: OnceLock<Option<Board>> = OnceLock::new();
    let new = || {
        Some(Board {
            file: memfd::create(NAME).ok()?.into(),
            taken: Mutex::default(),
        })
    };
    BOARD.get_or_init(new).as_ref()
}

impl Board {
    fn write(&self, record: &[u8; RECORD]) -> io::Result<usize> {
        let place = self.take();
        self.file
            .write_all_at(record, offset(place))
            .inspect_err(|_| self.give_back(place))?;
        Ok(place)
    }

    fn clear(&self, place: usize) {
        // What stays written is taken for a test that runs, until the next one takes the place.
        let _ = self.file.write_all_at(&[0], offset(place));
        self.give_back(place);
    }

    fn take(&self) -> usize {
        let mut taken = self.taken();
        let free = taken.iter().position(|taken| !taken);
        let place = free.unwrap_or(taken.len());
        if place == taken.len() {
            taken.push(true);
        } else {
            taken[place] = true;
        }
        place
    }

    fn give_back(&self, place: usize) {
        self.taken()[place] = false;
    }

    fn taken(&self) -> MutexGuard<'_, Vec<bool>> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn offset(place: usize) -> u64 {
    (place * RECORD).try_into().expect("memory is smaller")
}

/// `4026532281 4711 1700000000123 module::test`: the namespace's inode number, the
/// body's thread, the time in milliseconds since 1970, and the test's full name.
fn text(namespace: NetNsId, thread: Pid, now: SystemTime, name: &str) -> [u8; RECORD] {
    let (_, inode) = namespace.numbers();
    let since = now.duration_since(UNIX_EPOCH).unwrap_or_default();
    let mut text = format!("{inode} {thread} {} {name}", since.as_millis());
    if text.len() >= RECORD {
        let room = RECORD - 1 - CUT.len_utf8();
        let end = (0..=room).rfind(|end| text.is_char_boundary(*end));
        text.truncate(end.unwrap_or(0));
        text.push(CUT);
    }
    text.push('\n');
    let mut record = [0; RECORD];
    record[..text.len()].copy_from_slice(text.as_bytes());
    record
}

/// A record, as another process reads it.
#[cfg(any(test, feature = "cli"))]
#[derive(Debug, Eq, PartialEq)]
pub(crate) struct Record {
    pub(crate) inode: u64,
    /// As the process's own pid namespace numbers threads.
    pub(crate) thread: u32,
    pub(crate) since: SystemTime,
    pub(crate) test: String,
}

/// The records in what was read of a file. Anybody can have written it: what is
/// no record is left out, and what a terminal would act on is made visible.
#[cfg(any(test, feature = "cli"))]
pub(crate) fn records(bytes: &[u8]) -> impl Iterator<Item = Record> {
    bytes.chunks_exact(RECORD).filter_map(|record| {
        let end = record.iter().position(|byte| *byte == b'\n')?;
        let text = std::str::from_utf8(&record[..end]).ok()?;
        let mut fields = text.splitn(4, ' ');
        let inode = fields.next()?.parse().ok()?;
        let thread = fields.next()?.parse().ok()?;
        let since = std::time::Duration::from_millis(fields.next()?.parse().ok()?);
        let name = fields.next()?;
        Some(Record {
            inode,
            thread,
            since: UNIX_EPOCH.checked_add(since)?,
            test: name.replace(char::is_control, "\u{fffd}"),
        })
    })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn namespace() -> NetNsId {
        NetNsId::from_numbers(4, 4_026_532_281)
    }

    fn read(bytes: &[u8]) -> Vec<Record> {
        records(bytes).collect()
    }

    #[test]
    fn what_was_written_is_read() {
        let since = UNIX_EPOCH + Duration::from_millis(1_700_000_000_123);
        let record = Record {
            inode: 4_026_532_281,
            thread: 7,
            since,
            test: "module::case_1::a test".into(),
        };
        let written = text(namespace(), Pid::from_raw(7), since, &record.test);
        assert_eq!(read(&written), [record]);
    }

    #[test]
    fn a_name_that_is_too_long_is_cut_between_two_characters() {
        let name = "ä".repeat(RECORD);
        let written = text(namespace(), Pid::from_raw(7), UNIX_EPOCH, &name);
        let records = read(&written);
        let cut = records[0].test.strip_suffix(CUT).unwrap();
        assert!(name.starts_with(cut) && cut.len() > 450, "{cut}");
    }

    #[test]
    fn what_is_no_record_is_left_out() {
        for wrong in [
            "",
            "a 2 1 b\n",
            "1 a 1 b\n",
            "1 -2 1 b\n",
            "1 2 a b\n",
            "1 2 3\n",
            "1 2 3 no newline",
            "1 2 99999999999999999999 a\n",
        ] {
            let mut bytes = [0; RECORD];
            bytes[..wrong.len()].copy_from_slice(wrong.as_bytes());
            assert_eq!(read(&bytes), [], "{wrong:?}");
        }
        assert_eq!(read(b"1 2 3 shorter than a record\n"), []);
    }

    #[test]
    fn a_terminal_is_not_told_anything() {
        let written = text(namespace(), Pid::from_raw(7), UNIX_EPOCH, "a\u{1b}[2Jb");
        assert_eq!(read(&written)[0].test, "a\u{fffd}[2Jb");
    }

    #[test]
    fn places_are_used_again() {
        let board = Board {
            file: memfd::create(NAME).unwrap().into(),
            taken: Mutex::default(),
        };
        let record = |name| text(namespace(), Pid::from_raw(7), UNIX_EPOCH, name);
        let names = || {
            let mut bytes = vec![0; 4 * RECORD];
            let length = board.file.read_at(&mut bytes, 0).unwrap();
            let records = read(&bytes[..length]);
            records
                .into_iter()
                .map(|record| record.test)
                .collect::<Vec<_>>()
        };
        let first = board.write(&record("first")).unwrap();
        let second = board.write(&record("second")).unwrap();
        assert_eq!(names(), ["first", "second"]);
        board.clear(first);
        assert_eq!(names(), ["second"]);
        assert_eq!(board.write(&record("third")).unwrap(), first);
        assert_eq!(names(), ["third", "second"]);
        board.clear(second);
        assert_eq!(names(), ["third"]);
    }
}
