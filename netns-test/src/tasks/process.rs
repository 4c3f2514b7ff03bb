//! One child process: what it is.

use std::fs;

use nix::errno::Errno;
use nix::sys::wait::{Id, WaitPidFlag, waitid};

use super::{OWN, Stat, thread};

/// A process, at one moment.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Process {
    pub(crate) pid: u32,
    /// Its program and arguments; the name alone if it has none.
    pub(crate) command: String,
}

/// Whether this process has children, those included that wait to be buried.
pub(crate) fn has_children() -> bool {
    let flags = WaitPidFlag::WEXITED | WaitPidFlag::WNOHANG | WaitPidFlag::WNOWAIT;
    waitid(Id::All, flags | WaitPidFlag::__WALL) != Err(Errno::ECHILD)
}

impl Process {
    /// The children of this process, whichever thread started them; those that
    /// only wait to be buried are left out.
    pub(crate) fn children() -> Vec<u32> {
        let of = |tid| fs::read_to_string(format!("{OWN}/{tid}/children")).unwrap_or_default();
        let lists = thread::numbers(OWN).into_iter().map(of);
        let numbers = lists.flat_map(|list| {
            let numbers = list.split_ascii_whitespace();
            numbers
                .filter_map(|number| number.parse().ok())
                .collect::<Vec<u32>>()
        });
        let lives =
            |pid: &u32| Stat::read(&format!("/proc/{pid}")).is_some_and(|s| !s.is_leaving());
        numbers.filter(lives).collect()
    }

    /// `None` if it is gone.
    pub(crate) fn read(pid: u32) -> Option<Self> {
        let stat = Stat::read(&format!("/proc/{pid}"))?;
        let line = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
        let words = line
            .split(|byte| *byte == 0)
            .filter(|word| !word.is_empty());
        let words: Vec<_> = words.map(String::from_utf8_lossy).collect();
        let command = if words.is_empty() {
            stat.name
        } else {
            words.join(" ")
        };
        Some(Self { pid, command })
    }
}
