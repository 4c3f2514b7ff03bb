//! Threads and processes, as `/proc` shows them.
//!
//! # References
//!
//! proc(5): `/proc/pid/task`, `/proc/pid/stat`, `/proc/pid/wchan`, `/proc/pid/syscall`

pub(crate) mod descriptors;
pub(crate) mod known;
mod process;
mod syscall;
mod thread;

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::time::Duration;

use nix::unistd::Pid;

use crate::netns::NetNsId;

pub(crate) use process::{Process, has_children};
pub(crate) use thread::{Thread, numbers, read};

/// Where the threads of this process stand.
pub(crate) const OWN: &str = "/proc/self/task";

/// The network namespace of what stands in a directory such as `/proc/PID`;
/// `None` if it is gone, on its way out, or somebody else's.
pub(crate) fn namespace(directory: &str) -> Option<NetNsId> {
    let file = fs::metadata(Path::new(directory).join("ns/net")).ok()?;
    Some(NetNsId::from_numbers(file.dev(), file.ino()))
}

/// The number of a thread or a process, as `/proc` writes it.
pub(crate) fn number(of: Pid) -> u32 {
    u32::try_from(of.as_raw()).unwrap_or(0)
}

/// Whether what stands in such a directory runs, or waits for the kernel alone.
pub(crate) fn is_awake(directory: &str) -> bool {
    Stat::read(directory).is_some_and(|stat| matches!(stat.state, 'R' | 'D'))
}

/// A line of `stat`: of a process, or of a thread.
#[derive(Clone, Debug, Eq, PartialEq)]
struct Stat {
    name: String,
    state: char,
    flags: u64,
    cpu: Duration,
}

impl Stat {
    fn read(directory: &str) -> Option<Self> {
        let text = fs::read(Path::new(directory).join("stat")).ok()?;
        Self::parse(&String::from_utf8_lossy(&text))
    }

    fn parse(text: &str) -> Option<Self> {
        let (head, rest) = text.rsplit_once(") ")?;
        let (_, name) = head.split_once(" (")?;
        let fields: Vec<_> = rest.split_ascii_whitespace().collect();
        let number = |index: usize| fields.get(index)?.parse::<u64>().ok();
        // A tick of this file is a hundredth of a second (`USER_HZ`), whatever the kernel's own is.
        let ticks = number(11)?.saturating_add(number(12)?);
        Some(Self {
            name: name.to_owned(),
            state: fields.first()?.chars().next()?,
            flags: number(6)?,
            cpu: Duration::from_millis(ticks.saturating_mul(10)),
        })
    }

    /// Whether it runs no code of its own any more: `pthread_join(3)` and
    /// `waitpid(2)` may return a little before it is gone.
    fn is_leaving(&self) -> bool {
        /// `PF_EXITING` in include/linux/sched.h
        const EXITING: u64 = 4;
        self.flags & EXITING != 0 || matches!(self.state, 'Z' | 'X')
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_may_have_everything_in_it() {
        let line = "12 (a (b) c) R 1 12 12 0 -1 4194368 100 0 0 0 7 3 0 0 20 0 1 0 99";
        let stat = Stat::parse(line).unwrap();
        assert_eq!(
            (stat.name.as_str(), stat.state, stat.cpu),
            ("a (b) c", 'R', Duration::from_millis(100))
        );
        assert!(!stat.is_leaving());
        assert_eq!(Stat::parse("12 (a) R 1"), None);
    }

    #[test]
    fn what_exits_is_leaving() {
        let line = |state, flags| format!("1 (a) {state} 1 1 1 0 -1 {flags} 0 0 0 0 0 0 0");
        let leaves = |state, flags| Stat::parse(&line(state, flags)).unwrap().is_leaving();
        assert!(leaves('S', 4) && leaves('Z', 0));
        assert!(!leaves('S', 0x0040_0040));
    }
}
