//! A body that takes too long: what its threads do.

use std::time::Duration;

use nix::unistd::{getpid, gettid};

use crate::netns::{NetNs, lineage};
use crate::report::state::{self, When};
use crate::report::timeout::{Overdue, Whose};
use crate::state::State;
use crate::tasks::{self, OWN, Thread};

/// Where the body is, seen from the thread that waits for it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Place {
    /// On a thread of a process that goes on.
    Thread,
    /// In this process, which ends with it.
    Process,
}

/// Says that the test `name` took longer than `limit`, and what it is at.
pub(crate) fn print(name: &str, limit: Duration, ns: &NetNs, place: Place) {
    // In a process of the test's own, nothing of the test's is on the first thread, which is
    // this one or libtest's.
    let (here, first) = (tasks::number(gettid()), tasks::number(getpid()));
    let made = lineage::alive_from(ns);
    let is_inside = |tid: u32| {
        let namespace = tasks::namespace(&format!("{OWN}/{tid}"));
        let mut own = std::iter::once(ns).chain(&made);
        own.any(|ns| namespace == Some(ns.id()))
    };
    let others = tasks::numbers(OWN).into_iter().filter(|tid| {
        *tid != here
            && match place {
                Place::Process => *tid != first,
                Place::Thread => is_inside(*tid),
            }
    });
    let threads: Vec<Thread> = others
        .filter_map(|tid| tasks::read(OWN, tid))
        .filter(|thread| !thread.is_own())
        .collect();
    // After the threads were read: it takes one more thread inside.
    let network = State::read(ns).map(|mut state| {
        state.whole_process = place == Place::Process;
        state
    });
    let network = state::text(name, When::AtLimit, &network);
    let overdue = Overdue {
        name,
        limit,
        whose: match place {
            Place::Thread if made.is_empty() => Whose::Namespace,
            Place::Thread => Whose::Namespaces,
            Place::Process => Whose::Process,
        },
        threads: &threads,
        network: &network,
    };
    match place {
        Place::Thread => overdue.print(),
        Place::Process => overdue.print_past_locks(),
    }
}

/// Says that the process `pid` of the test `name` said nothing in time, and what it is at.
pub(crate) fn print_frozen(name: &str, limit: Duration, pid: i32) {
    let task = format!("/proc/{pid}/task");
    let all = tasks::numbers(&task).into_iter();
    let mut threads: Vec<Thread> = all.filter_map(|tid| tasks::read(&task, tid)).collect();
    for thread in &mut threads {
        // It has the name of the test for which its parent was started.
        if i32::try_from(thread.tid) == Ok(pid) {
            "main".clone_into(&mut thread.name);
        }
    }
    let overdue = Overdue {
        name,
        limit,
        whose: Whose::Frozen,
        threads: &threads,
        network: "",
    };
    overdue.print();
}
