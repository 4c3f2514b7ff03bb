//! Hooks that note when they are called.

use std::error::Error;
use std::sync::{Arc, Mutex};

use netns_test::NetNs;
use netns_test::pernet::Pernet;

/// What was called, as in `a init 1`: name, callback, and `NetId`s.
#[derive(Clone, Debug, Default)]
pub(crate) struct Log(Arc<Mutex<Vec<String>>>);

impl Log {
    pub(crate) fn note(&self, line: impl Into<String>) {
        self.0.lock().unwrap().push(line.into());
    }

    /// What was noted since the last call.
    pub(crate) fn take(&self) -> Vec<String> {
        std::mem::take(&mut *self.0.lock().unwrap())
    }

    /// Operations of this name.
    pub(crate) fn ops(&self, name: &'static str) -> Recorder {
        self.ops_that(name, |_, _| Ok(()))
    }

    /// Operations of this name that do this as well.
    pub(crate) fn ops_that(
        &self,
        name: &'static str,
        act: impl Fn(Callback, &NetNs) -> Acted + Send + Sync + 'static,
    ) -> Recorder {
        Recorder {
            name,
            log: self.clone(),
            act: Box::new(act),
        }
    }
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Callback {
    Init,
    PreExit,
    Exit,
    ExitBatch,
}

pub(crate) const CALLBACKS: [Callback; 4] = [
    Callback::Init,
    Callback::PreExit,
    Callback::Exit,
    Callback::ExitBatch,
];

pub(crate) type Acted = Result<(), Box<dyn Error + Send + Sync>>;

type Act = dyn Fn(Callback, &NetNs) -> Acted + Send + Sync;

pub(crate) struct Recorder {
    name: &'static str,
    log: Log,
    act: Box<Act>,
}

/// Its value, which notes when it goes.
pub(crate) struct Value {
    /// The name of the operations and the `NetId` of the namespace.
    pub(crate) of: (&'static str, String),
    log: Log,
}

impl Drop for Value {
    fn drop(&mut self) {
        let (name, netid) = &self.of;
        self.log.note(format!("{name} free {netid}"));
    }
}

impl Recorder {
    fn act(&self, callback: Callback, ns: &NetNs) {
        (self.act)(callback, ns).expect("only `init` can fail");
    }
}

pub(crate) fn netid(ns: &NetNs) -> String {
    ns.netid().expect("made by this crate").to_string()
}

impl Pernet for Recorder {
    type Value = Value;

    fn init(&self, ns: &NetNs) -> Result<Value, Box<dyn Error + Send + Sync>> {
        assert_inside(ns);
        let of = (self.name, netid(ns));
        self.log.note(format!("{} init {}", of.0, of.1));
        (self.act)(Callback::Init, ns)?;
        Ok(Value {
            of,
            log: self.log.clone(),
        })
    }

    fn pre_exit(&self, ns: &NetNs, value: &Value) {
        assert_inside(ns);
        assert_eq!(value.of, (self.name, netid(ns)));
        self.log
            .note(format!("{} pre_exit {}", self.name, netid(ns)));
        self.act(Callback::PreExit, ns);
    }

    fn exit(&self, ns: &NetNs, value: &Value) {
        assert_inside(ns);
        assert_eq!(value.of, (self.name, netid(ns)));
        self.log.note(format!("{} exit {}", self.name, netid(ns)));
        self.act(Callback::Exit, ns);
    }

    fn exit_batch(&self, batch: &[(&NetNs, &Value)]) {
        let mut netids = Vec::new();
        for (ns, value) in batch {
            assert_eq!(value.of, (self.name, netid(ns)));
            netids.push(netid(ns));
        }
        self.log
            .note(format!("{} exit_batch {}", self.name, netids.join(" ")));
        self.act(Callback::ExitBatch, batch[0].0);
    }
}

/// Callbacks are called on a thread that is in the namespace.
fn assert_inside(ns: &NetNs) {
    assert_eq!(netns_test_tests::proof::here(), ns.id().to_string());
}
