//! What tells other processes which test runs in a namespace: while its body
//! runs, the process holds an empty file in memory whose name says it. No file
//! is anywhere, and nothing is left when the process ends, however it ends.
//!
//! The command `netns-test` finds them in `/proc/PID/fd`, with the right to
//! look that ptrace(2) asks for.

use std::ffi::CString;
use std::os::fd::OwnedFd;

use crate::netns::{NetNs, NetNsId};
use crate::sys::memfd::{self, LONGEST_NAME};

const PREFIX: &str = "netns-test:";

/// A test's name that does not fit ends with this.
pub(crate) const CUT: char = '…';

/// The body of a test runs while this lives.
#[derive(Debug)]
pub(crate) struct Mark(#[expect(dead_code, reason = "held open")] Option<OwnedFd>);

impl Mark {
    /// Marks `ns` as that of the test `name`; silently not where the kernel
    /// refuses, since a test does not need it.
    pub(crate) fn set(ns: &NetNs, name: &str) -> Self {
        let mark = CString::new(text(ns.id(), name)).ok();
        Self(mark.and_then(|mark| memfd::create(&mark).ok()))
    }
}

/// `netns-test:4026532281:module::test`
fn text(namespace: NetNsId, name: &str) -> String {
    let (_, inode) = namespace.numbers();
    let mut text = format!("{PREFIX}{inode}:{name}");
    if text.len() > LONGEST_NAME {
        let room = LONGEST_NAME - CUT.len_utf8();
        let end = (0..=room).rfind(|end| text.is_char_boundary(*end));
        text.truncate(end.unwrap_or(0));
        text.push(CUT);
    }
    text
}

/// What a link in `/proc/PID/fd` says, if it is to a mark: the inode number of
/// the namespace, and the name of the test, cut if it ends with [`CUT`].
#[cfg(any(test, feature = "cli"))]
pub(crate) fn read(link: &str) -> Option<(u64, &str)> {
    let link = link.strip_prefix("/memfd:")?.strip_prefix(PREFIX)?;
    let (inode, name) = link.strip_suffix(" (deleted)")?.split_once(':')?;
    Some((inode.parse().ok()?, name))
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::fd::AsRawFd;

    use super::*;

    fn namespace() -> NetNsId {
        NetNsId::from_numbers(4, 4_026_532_281)
    }

    fn link_of(mark: &str) -> String {
        let file = memfd::create(&CString::new(mark).unwrap()).unwrap();
        let link = fs::read_link(format!("/proc/self/fd/{}", file.as_raw_fd())).unwrap();
        link.into_os_string().into_string().unwrap()
    }

    #[test]
    fn the_kernel_shows_what_was_written() {
        let link = link_of(&text(namespace(), "module::case_1::a test"));
        assert_eq!(read(&link), Some((4_026_532_281, "module::case_1::a test")));
    }

    #[test]
    fn a_name_that_is_too_long_is_cut_between_two_characters() {
        let name = "ä".repeat(LONGEST_NAME);
        let link = link_of(&text(namespace(), &name));
        let (_, cut) = read(&link).unwrap();
        let cut = cut.strip_suffix(CUT).unwrap();
        assert!(name.starts_with(cut) && cut.len() > 200, "{cut}");
    }

    #[test]
    fn other_links_are_no_marks() {
        for link in [
            "/memfd:netns-test:4026532281:a",
            "/memfd:other:4026532281:a (deleted)",
            "/memfd:netns-test:a:b (deleted)",
            "/memfd:netns-test: (deleted)",
            "netns-test:4026532281:a (deleted)",
            "/dev/null",
        ] {
            assert_eq!(read(link), None, "{link}");
        }
    }
}
