//! Which namespaces the tests of this user hold now.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::fs::{self, File, Metadata};
use std::io::Read;
use std::os::fd::AsRawFd;
use std::os::linux::fs::MetadataExt;
use std::os::unix::fs::OpenOptionsExt;
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
    let mut found: BTreeMap<(u64, u64), (u64, Vec<Held>)> = BTreeMap::new();
    for pid in numbers(Path::new("/proc")) {
        let process = PathBuf::from(format!("/proc/{pid}"));
        let Some((file, held)) = look(&process, pid) else {
            continue;
        };
        // A copy of the process holds the same file; the test's own process is the older one.
        let born = start_time(&process);
        if found.get(&file).is_none_or(|(other, _)| born < *other) {
            found.insert(file, (born, held));
        }
    }
    let mut all: Vec<Held> = found.into_values().flat_map(|(_, held)| held).collect();
    all.sort_by_key(|held| (Reverse(held.age), held.pid));
    all
}

/// More than the tests of one process ever need.
const MOST: u64 = 1 << 20;

/// What a process says of its tests, and what tells the file in which it does from others.
fn look(process: &Path, pid: u32) -> Option<((u64, u64), Vec<Held>)> {
    let descriptors = fs::read_dir(process.join("fd")).ok()?;
    let path = descriptors
        .flatten()
        .map(|descriptor| descriptor.path())
        .find(|path| fs::read_link(path).is_ok_and(|link| link.as_os_str() == mark::LINK))?;
    // Looked at before it is opened: anybody can give that name to a device or a FIFO.
    let seen = File::options()
        .read(true)
        .custom_flags(libc::O_PATH)
        .open(&path)
        .ok()?;
    let metadata = seen.metadata().ok().filter(Metadata::is_file)?;
    let file = File::open(format!("/proc/self/fd/{}", seen.as_raw_fd())).ok()?;
    let mut bytes = Vec::new();
    file.take(MOST).read_to_end(&mut bytes).ok()?;
    let uid = user_of(pid)?;
    let now = SystemTime::now();
    let held = mark::records(&bytes).map(|record| Held {
        inode: record.inode,
        pid,
        tid: thread_in(pid, record.thread, record.inode),
        uid,
        test: record.test,
        age: now.duration_since(record.since).unwrap_or_default(),
    });
    Some(((metadata.st_dev(), metadata.st_ino()), held.collect()))
}

/// When a process was started, in ticks since boot.
///
/// # References
///
/// `proc_pid_stat(5)`, `starttime`
fn start_time(process: &Path) -> u64 {
    let stat = fs::read_to_string(process.join("stat")).unwrap_or_default();
    let fields = stat.rsplit_once(')').map_or("", |(_, rest)| rest);
    let field = fields.split_whitespace().nth(19);
    field
        .and_then(|field| field.parse().ok())
        .unwrap_or(u64::MAX)
}

/// The thread that runs the body, if it is still in the namespace. Where the
/// process numbers threads in its own way, the youngest that is there: it shares the
/// mounts of the body's.
fn thread_in(pid: u32, named: u32, inode: u64) -> Option<u32> {
    let tasks = PathBuf::from(format!("/proc/{pid}/task"));
    let is_there = |tid: &u32| is_link_to(&tasks.join(format!("{tid}/ns/net")), inode);
    Some(named)
        .filter(is_there)
        .or_else(|| numbers(&tasks).filter(is_there).max())
}

/// Who runs a process; `None` if it has more than one user. The owner of its
/// directory in `/proc` would be root where it has forbidden to be looked at.
pub(super) fn user_of(pid: u32) -> Option<u32> {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("Uid:"))?;
    let mut users = line.split_whitespace();
    let user = users.next()?;
    users
        .all(|other| other == user)
        .then(|| user.parse().ok())?
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
