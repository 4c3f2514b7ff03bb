//! Pernet operations: what they call, and what must hold.

mod check;

use std::collections::BTreeSet;
use std::error::Error;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

use netns_test::pernet::{Pernet, Registration, register_device, register_subsys};
use netns_test::{ErrorKind, NetNs};

use crate::log::{Event, Log, What};
use crate::plan::{Hook, Plan, Step, pick};

pub(crate) use check::{check, violations};

/// The number of devices begins here, that of subsystems at 1.
const DEVICES: u64 = 1_000_000;

/// The namespace that is there before and after all.
const OWN: u64 = 1;

/// What all hooks share.
#[derive(Clone, Default)]
struct Shared {
    log: Log,
    /// The namespaces in which a callback runs now.
    busy: Arc<Mutex<BTreeSet<u64>>>,
}

struct Notes {
    number: u64,
    refuses: Option<u64>,
    shared: Shared,
}

struct Value {
    of: (u64, u64),
    log: Log,
}

impl Drop for Value {
    fn drop(&mut self) {
        self.log.note(What::Free, self.of.0, self.of.1);
    }
}

fn number_of(ns: &NetNs) -> u64 {
    ns.netid().unwrap().to_string().parse().unwrap()
}

impl Notes {
    /// Notes a callback, during which no other one may run for the namespace.
    fn note(&self, what: What, ns: &NetNs) {
        let netid = number_of(ns);
        assert!(
            self.shared.busy.lock().unwrap().insert(netid),
            "two at a time in {netid}"
        );
        self.shared.log.note(what, self.number, netid);
        thread::yield_now();
        self.shared.busy.lock().unwrap().remove(&netid);
    }
}

impl Pernet for Notes {
    type Value = Value;

    fn init(&self, ns: &NetNs) -> Result<Value, Box<dyn Error + Send + Sync>> {
        let netid = number_of(ns);
        let refused = netid != OWN && self.refuses.is_some_and(|by| netid % by == 0);
        self.note(
            if refused {
                What::InitFailed
            } else {
                What::Init
            },
            ns,
        );
        if refused {
            return Err("as planned".into());
        }
        Ok(Value {
            of: (self.number, netid),
            log: self.shared.log.clone(),
        })
    }

    fn pre_exit(&self, ns: &NetNs, value: &Value) {
        assert_eq!(value.of, (self.number, number_of(ns)));
        self.note(What::PreExit, ns);
    }

    fn exit(&self, ns: &NetNs, value: &Value) {
        assert_eq!(value.of, (self.number, number_of(ns)));
        self.note(What::Exit, ns);
    }

    fn exit_batch(&self, batch: &[(&NetNs, &Value)]) {
        for (ns, value) in batch {
            assert_eq!(value.of, (self.number, number_of(ns)));
            self.shared
                .log
                .note(What::ExitBatch, self.number, number_of(ns));
        }
    }
}

/// Does what is planned, and ends all that is left then.
pub(crate) fn run(plan: &Plan) -> Vec<Event> {
    let shared = Shared::default();
    let hooks = AtomicU64::new(1);
    thread::scope(|scope| {
        for steps in plan {
            let mut worker = Worker {
                shared: shared.clone(),
                hooks: &hooks,
                registered: Vec::new(),
                made: Vec::new(),
            };
            scope.spawn(move || {
                for step in steps {
                    worker.step(step);
                }
                worker.finish();
            });
        }
    });
    assert_eq!(*shared.busy.lock().unwrap(), BTreeSet::new());
    shared.log.events()
}

/// One thread, and what it has.
struct Worker<'a> {
    shared: Shared,
    hooks: &'a AtomicU64,
    registered: Vec<Registration<Notes>>,
    made: Vec<NetNs>,
}

impl Worker<'_> {
    fn step(&mut self, step: &Step) {
        match step {
            Step::Register(hook) => self.register(hook),
            Step::Unregister(place) => {
                if let Some(hook) = pick(&mut self.registered, *place) {
                    self.unregister(hook);
                }
            }
            Step::Create => self.create(),
            Step::Destroy(place) => {
                if let Some(ns) = pick(&mut self.made, *place) {
                    self.destroy(ns);
                }
            }
        }
        for ns in &self.made {
            let values = self
                .registered
                .iter()
                .map(|hook| (hook.ops().number, ns.pernet(hook)));
            for (number, value) in values {
                assert_eq!(value.expect("both live").of, (number, number_of(ns)));
            }
        }
    }

    fn register(&mut self, hook: &Hook) {
        let number = self.hooks.fetch_add(1, Ordering::Relaxed);
        let number = if hook.device {
            number + DEVICES
        } else {
            number
        };
        let ops = Notes {
            number,
            refuses: hook.refuses,
            shared: self.shared.clone(),
        };
        let log = &self.shared.log;
        log.note(What::Registers, number, 0);
        let registered = if hook.device {
            register_device(ops)
        } else {
            register_subsys(ops)
        };
        match registered {
            Ok(registration) => {
                log.note(What::Registered, number, 0);
                self.registered.push(registration);
            }
            Err(error) => {
                assert_eq!(error.kind(), ErrorKind::Callback);
                log.note(What::RegisterFailed, number, 0);
            }
        }
    }

    fn unregister(&mut self, hook: Registration<Notes>) {
        let number = hook.ops().number;
        self.shared.log.note(What::Unregisters, number, 0);
        hook.unregister().unwrap();
        self.shared.log.note(What::Unregistered, number, 0);
    }

    fn create(&mut self) {
        match NetNs::new() {
            Ok(ns) => {
                self.shared.log.note(What::Created, 0, number_of(&ns));
                self.made.push(ns);
            }
            Err(error) => assert_eq!(error.kind(), ErrorKind::Callback),
        }
    }

    fn destroy(&mut self, ns: NetNs) {
        let netid = number_of(&ns);
        self.shared.log.note(What::Destroys, 0, netid);
        ns.close().unwrap();
        self.shared.log.note(What::Destroyed, 0, netid);
    }

    fn finish(mut self) {
        while let Some(ns) = self.made.pop() {
            self.destroy(ns);
        }
        while let Some(hook) = self.registered.pop() {
            self.unregister(hook);
        }
    }
}
