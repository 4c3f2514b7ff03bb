//! Instances that note what happens to them.

use std::fmt::Debug;
use std::sync::{Arc, Mutex, PoisonError};

use netns_test::instance::Instance;
use netns_test::{Error, NetId, NetNs};
use netns_test_tests::proof;

#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(crate) enum Step {
    Create,
    Shutdown,
    Destroy,
}

pub(crate) use Step::{Create, Destroy, Shutdown};

/// One call of a callback.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Call {
    pub(crate) who: String,
    pub(crate) step: Step,
    pub(crate) netid: NetId,
    /// The namespace of the thread that it ran on.
    pub(crate) here: String,
    pub(crate) process: u32,
}

/// What happened, in this order. Other tests of the process have namespaces as
/// well, so that one asks for some namespaces only.
#[derive(Clone, Debug, Default)]
pub(crate) struct Log(Arc<Mutex<Vec<Call>>>);

impl Log {
    pub(crate) fn note(&self, who: &str, step: Step, netid: NetId) {
        let mut calls = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        calls.push(Call {
            who: who.to_owned(),
            step,
            netid,
            here: proof::here(),
            process: std::process::id(),
        });
    }

    /// The calls for these namespaces.
    pub(crate) fn calls(&self, namespaces: &[NetId]) -> Vec<Call> {
        let calls = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let own = calls.iter().filter(|call| namespaces.contains(&call.netid));
        own.cloned().collect()
    }

    /// The namespace of the last call.
    pub(crate) fn last(&self) -> NetId {
        let calls = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        calls.last().expect("a call").netid
    }

    /// Who was called for one namespace.
    pub(crate) fn of(&self, netid: NetId) -> Vec<(String, Step)> {
        let calls = self.calls(&[netid]).into_iter();
        calls.map(|call| (call.who, call.step)).collect()
    }

    /// What was called for these namespaces, whoever was.
    pub(crate) fn steps(&self, namespaces: &[NetId]) -> Vec<(Step, NetId)> {
        let calls = self.calls(namespaces).into_iter();
        calls.map(|call| (call.step, call.netid)).collect()
    }
}

/// The callback that a test is about, besides the note.
type Hook = Box<dyn Fn(Step, NetId) + Send + Sync>;

/// An instance that notes its calls, and the state of which is what it was made of.
pub(crate) struct Noting {
    who: String,
    log: Log,
    hook: Hook,
}

impl Noting {
    pub(crate) fn new(who: &str, log: &Log) -> Self {
        Self::with(who, log, |_, _| {})
    }

    /// Calls `hook` after each note.
    pub(crate) fn with(
        who: &str,
        log: &Log,
        hook: impl Fn(Step, NetId) + Send + Sync + 'static,
    ) -> Self {
        Self {
            who: who.to_owned(),
            log: log.clone(),
            hook: Box::new(hook),
        }
    }

    fn call(&self, step: Step, netid: NetId) {
        self.log.note(&self.who, step, netid);
        (self.hook)(step, netid);
    }
}

impl Instance for Noting {
    type State = (String, NetId);

    fn create(&self, netid: NetId) -> Self::State {
        self.call(Create, netid);
        (self.who.clone(), netid)
    }

    fn shutdown(&self, netid: NetId, state: &Self::State) {
        assert_eq!(*state, (self.who.clone(), netid));
        self.call(Shutdown, netid);
    }

    fn destroy(&self, netid: NetId, state: Self::State) {
        assert_eq!(state, (self.who.clone(), netid));
        self.call(Destroy, netid);
    }
}

/// A new namespace, and its number.
pub(crate) fn namespace() -> (NetNs, NetId) {
    let ns = NetNs::new().unwrap();
    let netid = number(&ns);
    (ns, netid)
}

pub(crate) fn number(ns: &NetNs) -> NetId {
    ns.netid().expect("this crate made it")
}

pub(crate) fn calls(expected: &[(&str, Step)]) -> Vec<(String, Step)> {
    let owned = expected
        .iter()
        .map(|(who, step)| ((*who).to_owned(), *step));
    owned.collect()
}

pub(crate) fn error<T: Debug>(result: Result<T, Error>) -> Error {
    result.expect_err("it is refused")
}
