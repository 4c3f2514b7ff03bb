//! Which namespaces the tests of this user hold now.

use std::collections::BTreeMap;
use std::fs;
use std::os::linux::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use crate::mark;

/// A namespace in which the body of a test runs now.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Held {
    /// The namespace's inode number, as in `net:[4026532281]`.
    pub inode: u64,
    /// The process that holds it.
    pub pid: u32,
    /// The thread that runs the body, if it is still to be seen in the namespace.
    pub tid: Option<u32>,
    /// Whose process it is.
    pub uid: u32,
    /// The test's full name.
    pub test: String,
    /// How long ago the namespace was ready.
    pub age: Duration,
}

/// All of them that this user may look at, the oldest first.
pub fn held() -> Vec<Held> {
    let mut found: BTreeMap<(u64, u64), (u64, Held)> = BTreeMap::new();
    let now = SystemTime::now();
    for pid in numbers(Path::new("/proc")) {
        let process = PathBuf::from(format!("/proc/{pid}"));
        let mut born = None;
        for (mark, held) in marks(&process, pid, now) {
            // A copy of the process holds the same file; the test's own process is the older one.
            let born = *born.get_or_insert_with(|| start_time(&process));
            let other = found.get(&mark);
            if other.is_none_or(|(other, _)| born < *other) {
                found.insert(mark, (born, held));
            }
        }
    }
    let mut all: Vec<Held> = found.into_values().map(|(_, held)| held).collect();
    for held in &mut all {
        held.tid = thread_in(held.pid, held.inode);
    }
    all.sort_by_key(|held| (std::cmp::Reverse(held.age), held.pid));
    all
}

/// The marks among the descriptors of a process, by what tells one file from another.
fn marks(process: &Path, pid: u32, now: SystemTime) -> Vec<((u64, u64), Held)> {
    let Ok(descriptors) = fs::read_dir(process.join("fd")) else {
        return Vec::new();
    };
    descriptors
        .flatten()
        .filter_map(|descriptor| {
            let path = descriptor.path();
            let link = fs::read_link(&path).ok()?;
            let (inode, test) = mark::read(link.to_str()?)?;
            let file = fs::metadata(&path).ok()?;
            let held = Held {
                inode,
                pid,
                tid: None,
                uid: fs::metadata(process).ok()?.st_uid(),
                test: test.to_owned(),
                age: now
                    .duration_since(file.modified().ok()?)
                    .unwrap_or_default(),
            };
            Some(((file.st_dev(), file.st_ino()), held))
        })
        .collect()
}

/// When a process was started, in ticks since boot.
///
/// # References
///
/// proc_pid_stat(5), `starttime`
fn start_time(process: &Path) -> u64 {
    let stat = fs::read_to_string(process.join("stat")).unwrap_or_default();
    let fields = stat.rsplit_once(')').map_or("", |(_, rest)| rest);
    let field = fields.split_whitespace().nth(19);
    field
        .and_then(|field| field.parse().ok())
        .unwrap_or(u64::MAX)
}

/// A thread of the process that is in the namespace: the first to be there is
/// the one that runs the body.
fn thread_in(pid: u32, inode: u64) -> Option<u32> {
    let tasks = PathBuf::from(format!("/proc/{pid}/task"));
    let mut threads: Vec<u32> = numbers(&tasks).collect();
    threads.sort_unstable();
    threads
        .into_iter()
        .find(|tid| is_link_to(&tasks.join(format!("{tid}/ns/net")), inode))
}

/// Whether a link in `/proc` is to the network namespace of this number.
pub(super) fn is_link_to(link: &Path, inode: u64) -> bool {
    fs::read_link(link).is_ok_and(|target| target.as_os_str() == format!("net:[{inode}]").as_str())
}

/// The entries of a directory that are numbers.
pub(super) fn numbers(directory: &Path) -> impl Iterator<Item = u32> {
    let entries = fs::read_dir(directory).into_iter().flatten().flatten();
    entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok())
}
