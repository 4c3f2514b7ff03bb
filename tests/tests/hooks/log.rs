//! What happened, in order.

use std::sync::{Arc, Mutex};

/// What is known of one moment. Steps stand there when they begin and when
/// they have returned, since what they do happens in between.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum What {
    Init,
    InitFailed,
    PreExit,
    Exit,
    ExitBatch,
    Free,
    Registers,
    Registered,
    RegisterFailed,
    Unregisters,
    Unregistered,
    Created,
    Destroys,
    Destroyed,
}

/// The hook and the namespace that it is about; 0 where it is about none.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Event {
    pub(crate) what: What,
    pub(crate) hook: u64,
    pub(crate) netid: u64,
}

#[derive(Clone, Default)]
pub(crate) struct Log(Arc<Mutex<Vec<Event>>>);

impl Log {
    pub(crate) fn note(&self, what: What, hook: u64, netid: u64) {
        let mut events = self.0.lock().unwrap();
        events.push(Event { what, hook, netid });
    }

    pub(crate) fn events(&self) -> Vec<Event> {
        self.0.lock().unwrap().clone()
    }
}

/// Where this stands in the log, if it does.
pub(crate) fn find(events: &[Event], what: What, hook: u64, netid: u64) -> Option<usize> {
    let wanted = Event { what, hook, netid };
    events.iter().position(|event| *event == wanted)
}

/// All hooks or namespaces that are mentioned.
pub(crate) fn all(events: &[Event], which: impl Fn(&Event) -> u64) -> Vec<u64> {
    let mut all: Vec<_> = events
        .iter()
        .map(which)
        .filter(|number| *number != 0)
        .collect();
    all.sort_unstable();
    all.dedup();
    all
}
