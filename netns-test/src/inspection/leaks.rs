//! What a body leaves: threads, children, sockets, descriptors and handles of namespaces.
//!
//! A look at a test that left nothing is cheap: it lists threads and descriptors, and
//! asks for children. Only where that shows something is it read what it is; after a
//! pause, since a thread that was told to end needs some time to do so.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::c_int;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use nix::unistd::{getpid, gettid};

use crate::capture;
use crate::inspection::foreign::{self, Haunted};
use crate::inspection::networks::{Networks, Which};
use crate::netns::{NetNs, NetNsId};
use crate::report::leaks::Left;
use crate::sockets::SocketEntry;
use crate::sys::descriptor;
use crate::tasks::{self, OWN, Process, descriptors, known, number};

/// How long what sleeps may take to go.
const ASLEEP: Duration = Duration::from_millis(30);
/// How long what runs may take to go.
const AWAKE: Duration = Duration::from_millis(300);

/// A test whose leavings are looked for, from before its body.
#[derive(Debug)]
pub(crate) struct Leavings {
    ns: NetNs,
    /// The body's thread: threads with a higher number are younger.
    body: u32,
    /// In a process of the test's own, what was there before the body beside this crate's own.
    before: Option<Before>,
}

#[derive(Debug)]
struct Before {
    threads: BTreeSet<u32>,
    children: BTreeSet<u32>,
}

/// What is there and should not be.
#[derive(Debug, Default)]
struct Seen {
    threads: Vec<u32>,
    children: Vec<u32>,
    sockets: Vec<(c_int, u64, Which)>,
    namespaces: Vec<(c_int, NetNsId)>,
    handles: Vec<NetNsId>,
    /// Of the namespaces of tests that are over: thread or socket, and whose namespace it is.
    foreign_threads: Vec<(u32, usize)>,
    foreign_sockets: Vec<(c_int, u64, usize)>,
}

impl Leavings {
    /// To be called on the body's thread, before the body. `apart`: the process
    /// belongs to the test.
    pub(crate) fn begin(ns: &NetNs, apart: bool) -> Self {
        Self {
            ns: ns.another(),
            body: number(gettid()),
            before: apart.then(Before::now),
        }
    }

    /// Looks, on another thread than the body's, which has ended.
    pub(crate) fn look(self, name: &str) -> Left {
        let haunted = foreign::haunted();
        let networks = Networks::of(&self.ns);
        let since = Instant::now();
        let mut pause = Duration::from_micros(200);
        let seen = loop {
            let seen = self.see(&networks, &haunted);
            if seen.is_nothing() {
                return Left::default();
            }
            let patience = if seen.is_awake() { AWAKE } else { ASLEEP };
            if since.elapsed() > patience {
                break seen;
            }
            thread::sleep(pause);
            pause = (pause * 2).min(Duration::from_millis(5));
        };
        let left = read(&seen, &networks, &haunted);
        if self.before.is_none() && !left.threads.is_empty() {
            let sockets = seen.sockets.iter().map(|(_, inode, _)| *inode);
            foreign::haunt(name, &self.ns, &left.threads, sockets);
        }
        left
    }

    fn see(&self, networks: &Networks, haunted: &[Arc<Haunted>]) -> Seen {
        let mut seen = Seen {
            handles: networks.held(),
            ..Seen::default()
        };
        self.see_threads(networks, haunted, &mut seen);
        if tasks::has_children() {
            seen.children = Process::children();
            let is_own = |pid: &u32| match &self.before {
                Some(before) => !before.children.contains(pid),
                None => networks.have_task(&format!("/proc/{pid}")),
            };
            seen.children.retain(is_own);
        }
        see_descriptors(networks, haunted, &mut seen);
        seen
    }

    fn see_threads(&self, networks: &Networks, haunted: &[Arc<Haunted>], seen: &mut Seen) {
        let here = number(gettid());
        // Where tests run on threads, there is always one that nobody knows yet, or any more.
        if self.before.is_some() && known::are_all(&[here, self.body]) {
            return;
        }
        let mut threads = tasks::numbers(OWN);
        known::leave_out(&mut threads);
        for tid in threads {
            let is_old = match &self.before {
                Some(before) => tid == number(getpid()) || before.threads.contains(&tid),
                None => !is_younger(tid, self.body),
            };
            if is_old || tid == here || tid == self.body {
                continue;
            }
            let task = format!("{OWN}/{tid}");
            let id = tasks::namespace(&task);
            if self.before.is_some() || id.is_some_and(|id| networks.have(&task, id)) {
                if is_users(tid) {
                    seen.threads.push(tid);
                }
            } else if let Some(index) = haunted.iter().position(|of| Some(of.ns.id()) == id) {
                if !haunted[index].knows_thread(tid) && is_users(tid) {
                    seen.foreign_threads.push((tid, index));
                }
            }
        }
    }
}

fn see_descriptors(networks: &Networks, haunted: &[Arc<Haunted>], seen: &mut Seen) {
    for fd in descriptors::open_but(&capture::descriptors()) {
        let Ok(file) = descriptor::look(fd) else {
            continue;
        };
        if !file.is_socket {
            let id = networks.with_descriptor(fd, &file);
            seen.namespaces.extend(id.map(|id| (fd, id)));
            continue;
        }
        let Ok(cookie) = descriptor::net_cookie(fd) else {
            continue;
        };
        if let Some(which) = networks.with_cookie(cookie) {
            if !descriptor::is_unnamed_unix(fd) {
                seen.sockets.push((fd, file.inode, which));
            }
        } else if let Some(index) = haunted
            .iter()
            .position(|of| of.ns.known_cookie() == Some(cookie))
        {
            let known = haunted[index].knows_socket(file.inode);
            if !known && !descriptor::is_unnamed_unix(fd) {
                seen.foreign_sockets.push((fd, file.inode, index));
            }
        }
    }
}

/// What it is that was seen.
fn read(seen: &Seen, networks: &Networks, haunted: &[Arc<Haunted>]) -> Left {
    let thread = |tid: &u32| tasks::read(OWN, *tid);
    let mut left = Left {
        threads: seen.threads.iter().filter_map(thread).collect(),
        processes: seen
            .children
            .iter()
            .filter_map(|pid| Process::read(*pid))
            .collect(),
        sockets: own_sockets(seen, networks),
        namespaces: seen.namespaces.clone(),
        handles: seen.handles.clone(),
        foreign: Vec::new(),
    };
    for (index, of) in haunted.iter().enumerate() {
        let threads = seen.foreign_threads.iter();
        let threads = threads.filter(|(_, whose)| *whose == index);
        let threads: Vec<_> = threads.filter_map(|(tid, _)| thread(tid)).collect();
        let own = seen.foreign_sockets.iter();
        let own = own.filter(|(_, _, whose)| *whose == index);
        let own: Vec<_> = own.map(|(fd, inode, _)| (*fd, *inode)).collect();
        let sockets = sockets(&of.ns, &own);
        left.foreign.extend(of.meet(threads, sockets));
    }
    left
}

/// Those of the test's own namespace first.
fn own_sockets(seen: &Seen, networks: &Networks) -> Vec<(c_int, SocketEntry)> {
    let mut of_each: BTreeMap<Which, Vec<(c_int, u64)>> = BTreeMap::new();
    for (fd, inode, which) in &seen.sockets {
        of_each.entry(*which).or_default().push((*fd, *inode));
    }
    let found = of_each.into_iter().flat_map(|(which, own)| {
        let ns = own.first().and_then(|(fd, _)| networks.open(which, *fd));
        ns.map_or_else(Vec::new, |ns| sockets(&ns, &own))
    });
    found.collect()
}

impl Before {
    fn now() -> Self {
        let children = if tasks::has_children() {
            Process::children()
        } else {
            Vec::new()
        };
        let threads = if known::are_all(&[]) {
            Vec::new()
        } else {
            tasks::numbers(OWN)
        };
        Self {
            threads: threads.into_iter().collect(),
            children: children.into_iter().collect(),
        }
    }
}

impl Seen {
    fn is_nothing(&self) -> bool {
        let Self {
            threads,
            children,
            sockets,
            namespaces,
            handles,
            foreign_threads,
            foreign_sockets,
        } = self;
        handles.is_empty()
            && threads.is_empty()
            && children.is_empty()
            && sockets.is_empty()
            && namespaces.is_empty()
            && foreign_threads.is_empty()
            && foreign_sockets.is_empty()
    }

    /// Whether a thread or a child runs, which may be about to end.
    fn is_awake(&self) -> bool {
        let threads = self.threads.iter().map(|tid| format!("{OWN}/{tid}"));
        let children = self.children.iter().map(|pid| format!("/proc/{pid}"));
        threads.chain(children).any(|task| tasks::is_awake(&task))
    }
}

/// The sockets of `ns` that have one of these inodes, with their descriptors; one that is
/// not bound to anything is in no list, and in nobody's way.
fn sockets(ns: &NetNs, own: &[(c_int, u64)]) -> Vec<(c_int, SocketEntry)> {
    if own.is_empty() {
        return Vec::new();
    }
    let listed = ns.sockets().unwrap_or_default();
    let found = own.iter().filter_map(|(fd, inode)| {
        let entry = listed.iter().find(|entry| entry.inode == Some(*inode))?;
        Some((*fd, entry.clone()))
    });
    found.collect()
}

/// Whether the thread `tid` goes on, and is not one of this crate's own.
fn is_users(tid: u32) -> bool {
    tasks::read(OWN, tid).is_some_and(|thread| !thread.is_own())
}

/// Whether `tid` was given out after `than`: numbers rise, and begin anew at the
/// highest one; then they are below that of the process.
fn is_younger(tid: u32, than: u32) -> bool {
    let first = number(getpid());
    let age = |tid: u32| (tid < first, tid);
    age(tid) > age(than)
}
