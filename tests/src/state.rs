//! What a process is, where it is, and what it holds.

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::path::PathBuf;
use std::thread;
use std::time::{Duration, Instant};

/// What a test must not change in the process that runs it.
#[derive(Debug, Eq, PartialEq)]
pub struct State {
    mounts: String,
    namespaces: BTreeMap<String, PathBuf>,
    devices: Vec<String>,
    sysctls: BTreeMap<&'static str, String>,
    directory: PathBuf,
    identity: Vec<String>,
}

impl State {
    /// This process's, as its main thread has it.
    ///
    /// # Panics
    ///
    /// `/proc` can't be read.
    pub fn now() -> Self {
        let namespaces = ["mnt", "net", "pid", "user", "uts"].map(|kind| {
            let link = fs::read_link(format!("/proc/self/ns/{kind}"));
            (kind.to_owned(), link.expect("a namespace"))
        });
        let status = read("/proc/self/status");
        let is_identity = |line: &&str| {
            ["Uid:", "Gid:", "Groups:", "Cap", "NoNewPrivs:", "Umask:"]
                .iter()
                .any(|key| line.starts_with(key))
        };
        Self {
            mounts: read("/proc/self/mountinfo"),
            namespaces: namespaces.into(),
            devices: devices(),
            sysctls: ["net/ipv4/ip_forward", "net/ipv4/ip_unprivileged_port_start"]
                .map(|key| (key, read(&format!("/proc/sys/{key}"))))
                .into(),
            directory: env::current_dir().expect("a working directory"),
            identity: status
                .lines()
                .filter(is_identity)
                .map(str::to_owned)
                .collect(),
        }
    }
}

/// The names of the devices that the main thread sees.
fn devices() -> Vec<String> {
    let text = read("/proc/self/net/dev");
    let lines = text.lines().skip(2);
    lines
        .filter_map(|line| Some(line.split_once(':')?.0.trim().to_owned()))
        .collect()
}

fn read(file: &str) -> String {
    fs::read_to_string(file).unwrap_or_else(|error| panic!("{file}: {error}"))
}

/// What can be left behind.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Count {
    /// Open descriptors of this process.
    pub descriptors: usize,
    /// Those of them that are namespaces.
    pub namespaces: usize,
    /// Threads of this process.
    pub threads: usize,
    /// Processes of this user that descend from this one.
    pub descendants: usize,
    /// Mounts that the main thread sees.
    pub mounts: usize,
    /// Files in the working directory and in the one for temporary files.
    pub files: usize,
}

impl Count {
    /// Counts now.
    ///
    /// # Panics
    ///
    /// `/proc` can't be read.
    pub fn now() -> Self {
        let entries = |directory: &str| fs::read_dir(directory).map_or(0, Iterator::count);
        let links = fs::read_dir("/proc/self/fd").expect("descriptors");
        let namespaces = links
            .filter_map(|link| fs::read_link(link.ok()?.path()).ok())
            .filter(|target| target.to_string_lossy().starts_with("net:["));
        Self {
            descriptors: entries("/proc/self/fd"),
            namespaces: namespaces.count(),
            threads: entries("/proc/self/task"),
            descendants: descendants(std::process::id()).len(),
            mounts: read("/proc/self/mountinfo").lines().count(),
            files: entries(".") + entries(&env::temp_dir().to_string_lossy()),
        }
    }

    /// Waits until a count stays what it is for a while; threads and processes
    /// take some time to come and to leave.
    ///
    /// # Panics
    ///
    /// It never does.
    pub fn settled() -> Self {
        Self::settled_by(Self::now)
    }

    /// [`Count::settled`], with no file counted: others use the directory for
    /// temporary files as well.
    ///
    /// # Panics
    ///
    /// It never does.
    pub fn settled_without_files() -> Self {
        Self::settled_by(|| Self {
            files: 0,
            ..Self::now()
        })
    }

    fn settled_by(count_now: impl Fn() -> Self) -> Self {
        let deadline = Instant::now() + Duration::from_secs(20);
        let mut count = count_now();
        let mut since = Instant::now();
        while since.elapsed() < Duration::from_millis(300) {
            assert!(Instant::now() < deadline, "it does not settle: {count:?}");
            thread::sleep(Duration::from_millis(10));
            let now = count_now();
            if now != count {
                count = now;
                since = Instant::now();
            }
        }
        count
    }
}

/// The processes that descend from this one, zombies not counted.
///
/// # Panics
///
/// `/proc` can't be read.
pub fn descendants(of: u32) -> Vec<u32> {
    let mut children: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
    for entry in fs::read_dir("/proc").expect("processes").flatten() {
        let Some(pid) = entry
            .file_name()
            .to_str()
            .and_then(|name| name.parse().ok())
        else {
            continue;
        };
        // Gone by now, if it can't be read.
        let stat = fs::read_to_string(entry.path().join("stat")).unwrap_or_default();
        let mut fields = stat
            .rsplit_once(')')
            .map_or("", |(_, rest)| rest)
            .split_whitespace();
        let (state, parent) = (fields.next(), fields.next());
        if let (Some(state), Some(Ok(parent))) = (state, parent.map(str::parse)) {
            if state != "Z" {
                children.entry(parent).or_default().push(pid);
            }
        }
    }
    let mut found = Vec::new();
    let mut next = vec![of];
    while let Some(pid) = next.pop() {
        for child in children.remove(&pid).unwrap_or_default() {
            found.push(child);
            next.push(child);
        }
    }
    found
}

/// The processes whose command line has this word.
pub fn with_argument(word: &str) -> Vec<u32> {
    let processes = fs::read_dir("/proc").into_iter().flatten().flatten();
    processes
        .filter_map(|entry| {
            let pid = entry.file_name().to_str()?.parse().ok()?;
            let line = fs::read(entry.path().join("cmdline")).ok()?;
            let mut arguments = line.split(|byte| *byte == 0);
            arguments
                .any(|argument| argument == word.as_bytes())
                .then_some(pid)
        })
        .collect()
}

/// Waits until this holds.
///
/// # Panics
///
/// It does not for ten seconds.
pub fn wait_until(what: &str, holds: impl Fn() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(10);
    while !holds() {
        assert!(Instant::now() < deadline, "not within ten seconds: {what}");
        thread::sleep(Duration::from_millis(5));
    }
}
