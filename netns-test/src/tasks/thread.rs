//! One thread: its name, and what it does now.

use std::fs;
use std::path::Path;
use std::time::Duration;

use super::{Stat, syscall};

/// A thread, at one moment.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Thread {
    pub(crate) tid: u32,
    /// The first 15 bytes of its name.
    pub(crate) name: String,
    /// The letter of its state: `R`, `S`, `D`, `T`, …
    pub(crate) state: char,
    /// The function of the kernel that it sleeps in, if it sleeps and this may be read.
    pub(crate) channel: Option<String>,
    /// The system call that it is in, and the descriptor that this is about.
    pub(crate) syscall: Option<(String, Option<u64>)>,
    /// What it has computed in all its life.
    pub(crate) cpu: Duration,
}

impl Thread {
    /// Whether it is one of this crate's, by its name.
    pub(crate) fn is_own(&self) -> bool {
        self.name.starts_with("netns-test")
    }
}

/// The numbers of the threads in a directory such as `/proc/PID/task`, oldest first as a rule.
pub(crate) fn numbers(task: &str) -> Vec<u32> {
    let mut numbers = Vec::new();
    let Ok(entries) = fs::read_dir(task) else {
        return numbers;
    };
    for entry in entries {
        let Ok(entry) = entry else { continue };
        if let Some(Ok(number)) = entry.file_name().to_str().map(str::parse) {
            numbers.push(number);
        }
    }
    numbers
}

/// The thread `tid` in such a directory; `None` if it is gone, or about to be.
pub(crate) fn read(task: &str, tid: u32) -> Option<Thread> {
    let directory = format!("{task}/{tid}");
    let stat = Stat::read(&directory)?;
    if stat.is_leaving() {
        return None;
    }
    let text = |file: &str| fs::read_to_string(Path::new(&directory).join(file)).ok();
    let channel = text("wchan").filter(|name| !matches!(name.trim(), "" | "0"));
    Some(Thread {
        tid,
        name: stat.name,
        state: stat.state,
        channel: channel.map(|name| name.trim().to_owned()),
        syscall: text("syscall").as_deref().and_then(syscall::parse),
        cpu: stat.cpu,
    })
}
