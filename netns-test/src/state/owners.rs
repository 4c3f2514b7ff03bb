//! Who has the sockets of a namespace.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::netns::NetNsId;
use crate::sockets::SocketEntry;

/// How long to look for owners among the processes of the machine.
const PATIENCE: Duration = Duration::from_millis(50);

/// One that has a socket: of several processes, the first that is found.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Owner {
    pub(crate) pid: u32,
    /// The name of its program's file.
    pub(crate) program: String,
    /// The names of its threads that are in the namespace of the socket, without
    /// the main thread, of which the kernel keeps 15 bytes. It does not tell
    /// which of them has the socket: they share their descriptors.
    pub(crate) threads: BTreeSet<String>,
    pub(crate) descriptor: u32,
}

/// Adds their owners to `sockets` of the namespace `id`, as far as this process may see them.
pub(super) fn find(sockets: Vec<SocketEntry>, id: NetNsId) -> Vec<(SocketEntry, Option<Owner>)> {
    let mut wanted: BTreeSet<u64> = sockets.iter().filter_map(|socket| socket.inode).collect();
    let mut owners = BTreeMap::new();
    let own = std::process::id();
    look_into(own, id, &mut wanted, &mut owners);
    let deadline = Instant::now() + PATIENCE;
    // The youngest first: what a test started is younger than what runs beside it.
    for pid in processes().into_iter().rev().filter(|pid| *pid != own) {
        if wanted.is_empty() || Instant::now() > deadline {
            break;
        }
        look_into(pid, id, &mut wanted, &mut owners);
    }
    let with_owner = |socket: SocketEntry| {
        let owner = socket.inode.and_then(|inode| owners.get(&inode).cloned());
        (socket, owner)
    };
    sockets.into_iter().map(with_owner).collect()
}

fn processes() -> Vec<u32> {
    let mut processes: Vec<u32> = names(Path::new("/proc"))
        .filter_map(|name| name.parse().ok())
        .collect();
    processes.sort_unstable();
    processes
}

/// Moves those of `wanted` that the process has to `owners`.
fn look_into(pid: u32, id: NetNsId, wanted: &mut BTreeSet<u64>, owners: &mut BTreeMap<u64, Owner>) {
    if wanted.is_empty() {
        return;
    }
    let process = PathBuf::from(format!("/proc/{pid}"));
    let descriptors = process.join("fd");
    let mut known = None;
    for name in names(&descriptors) {
        let inode = inode(&descriptors.join(&name)).filter(|inode| wanted.remove(inode));
        let (Some(inode), Ok(descriptor)) = (inode, name.parse()) else {
            continue;
        };
        let (program, threads) =
            known.get_or_insert_with(|| (program(&process), threads(&process, id)));
        let owner = Owner {
            pid,
            program: program.clone(),
            threads: threads.clone(),
            descriptor,
        };
        owners.insert(inode, owner);
    }
}

/// The inode of the socket that a descriptor is open to, as in `socket:[4711]`.
fn inode(descriptor: &Path) -> Option<u64> {
    let target = fs::read_link(descriptor).ok()?;
    let inode = target.to_str()?.strip_prefix("socket:[")?;
    inode.strip_suffix(']')?.parse().ok()
}

/// The file that a process runs, or the name that it gave itself.
fn program(process: &Path) -> String {
    let file = fs::read_link(process.join("exe")).ok();
    let name = file.as_deref().and_then(Path::file_name);
    name.map_or_else(|| comm(process), |name| name.to_string_lossy().into_owned())
}

/// The threads of a process that are in the namespace `id`, but for the main
/// thread, whose name says nothing of a test, and the one that asks.
fn threads(process: &Path, id: NetNsId) -> BTreeSet<String> {
    let tasks = process.join("task");
    let own = fs::read_link("/proc/thread-self").unwrap_or_default();
    let id = id.to_string();
    names(&tasks)
        .map(|tid| tasks.join(tid))
        .filter(|task| task.file_name() != process.file_name())
        .filter(|task| *task != Path::new("/proc").join(&own))
        .filter(|task| {
            fs::read_link(task.join("ns/net")).is_ok_and(|link| link.as_os_str() == id.as_str())
        })
        .map(|task| comm(&task))
        .collect()
}

fn comm(task: &Path) -> String {
    let name = fs::read(task.join("comm")).unwrap_or_default();
    String::from_utf8_lossy(&name).trim_end().to_owned()
}

/// What is in a directory, if it is there and this process may see it.
fn names(directory: &Path) -> impl Iterator<Item = String> {
    let entries = fs::read_dir(directory).into_iter().flatten().flatten();
    entries.filter_map(|entry| entry.file_name().into_string().ok())
}
