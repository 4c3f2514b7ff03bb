//! One operation after the other: every call can be foretold.

use netns_test::instance::{self, Registration};
use netns_test::{ErrorKind, NetId, NetNs, netns_test};

use crate::fixtures::{Create, Destroy, Log, Noting, Shutdown, Step, namespace};
use crate::model::{Operation, PLACES, check, operations};

/// Who is registered, and which namespaces live, both oldest first.
#[derive(Default)]
struct Model {
    names: Vec<usize>,
    living: Vec<NetId>,
    calls: Vec<(String, Step, NetId)>,
}

impl Model {
    fn call(&mut self, step: Step, pairs: impl IntoIterator<Item = (usize, NetId)>) {
        let calls = pairs.into_iter();
        self.calls
            .extend(calls.map(|(name, netid)| (name.to_string(), step, netid)));
    }

    fn newest_first(&self, name: usize) -> Vec<(usize, NetId)> {
        self.living
            .iter()
            .rev()
            .map(|netid| (name, *netid))
            .collect()
    }

    fn in_order(&self, netid: NetId) -> Vec<(usize, NetId)> {
        self.names.iter().map(|name| (*name, netid)).collect()
    }

    fn register(&mut self, name: usize) -> bool {
        if self.names.contains(&name) {
            return false;
        }
        self.names.push(name);
        self.call(Create, self.newest_first(name));
        true
    }

    fn unregister(&mut self, name: usize) -> bool {
        if !self.names.contains(&name) {
            return false;
        }
        self.call(Shutdown, self.newest_first(name));
        self.call(Destroy, self.newest_first(name));
        self.names.retain(|other| *other != name);
        true
    }

    fn create(&mut self, netid: NetId) {
        self.living.push(netid);
        self.call(Create, self.in_order(netid));
    }

    fn close(&mut self, netid: NetId) {
        self.call(Shutdown, self.in_order(netid));
        self.call(Destroy, self.in_order(netid));
        self.living.retain(|other| *other != netid);
    }
}

fn run(program: Vec<Operation>) {
    let log = Log::default();
    let mut model = Model::default();
    let mut registrations: Vec<Registration> = Vec::new();
    let mut namespaces: [Option<(NetNs, NetId)>; PLACES] = Default::default();
    let mut seen = Vec::new();
    for operation in program {
        match operation {
            Operation::Register(name) => {
                let registered =
                    instance::register(name.to_string(), Noting::new(&name.to_string(), &log));
                assert_eq!(registered.is_ok(), model.register(name));
                match registered {
                    Ok(registration) => registrations.push(registration),
                    Err(error) => assert_eq!(error.kind(), ErrorKind::AlreadyExists),
                }
            }
            Operation::Unregister(name) => {
                // By name, or by handle.
                let at = registrations
                    .iter()
                    .position(|r| r.name() == name.to_string());
                let unregistered = match at.filter(|at| at % 2 == 0) {
                    Some(at) => registrations.remove(at).unregister(),
                    None => instance::unregister(&name.to_string()),
                };
                if let Some(at) = registrations
                    .iter()
                    .position(|r| r.name() == name.to_string())
                {
                    drop(registrations.remove(at));
                }
                assert_eq!(unregistered.is_ok(), model.unregister(name));
                if let Err(error) = unregistered {
                    assert_eq!(error.kind(), ErrorKind::NotFound);
                }
            }
            Operation::Create(place) => {
                let (ns, netid) = namespaces[place].take().unwrap_or_else(|| {
                    let (ns, netid) = namespace();
                    seen.push(netid);
                    model.create(netid);
                    (ns, netid)
                });
                namespaces[place] = Some((ns, netid));
            }
            Operation::Close(place) => {
                if let Some((ns, netid)) = namespaces[place].take() {
                    ns.close().unwrap();
                    model.close(netid);
                }
            }
        }
        let calls = log.calls(&seen).into_iter();
        let calls: Vec<_> = calls
            .map(|call| (call.who, call.step, call.netid))
            .collect();
        assert_eq!(calls, model.calls, "after {operation:?}");
    }
}

#[netns_test(isolation = "process")]
fn calls_what_the_model_does() {
    check(64, &operations(24), run);
}
