//! Operations of several threads: what has to be true of the calls, whatever their order.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

use netns_test::instance::{self, Instance, Registration};
use netns_test::{ErrorKind, NetId, NetNs, netns_test};
use proptest::collection::vec;

use crate::fixtures::{Create, Destroy, Shutdown, Step, namespace};
use crate::model::{Operation, PLACES, check, operations};

/// Which attempt to register, of any name.
type Who = usize;
/// Which namespace, counted as they are asked for.
type Which = usize;

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Event {
    Registering(Who),
    Registered(Who),
    Refused(Who),
    Unregistering(Who),
    Unregistered(Who),
    Making(Which),
    Made(Which, NetId),
    Closing(Which),
    Closed(Which),
    Begins(Who, Step, NetId),
    Ends(Who, Step, NetId),
}

/// What happened, in this order.
#[derive(Clone, Default)]
struct History(Arc<Mutex<Vec<Event>>>);

impl History {
    fn note(&self, event: Event) {
        self.0.lock().unwrap().push(event);
    }
}

struct Watched {
    who: Who,
    history: History,
}

impl Watched {
    fn call(&self, step: Step, netid: NetId) {
        self.history.note(Event::Begins(self.who, step, netid));
        thread::yield_now();
        self.history.note(Event::Ends(self.who, step, netid));
    }
}

impl Instance for Watched {
    type State = ();

    fn create(&self, netid: NetId) {
        self.call(Create, netid);
    }

    fn shutdown(&self, netid: NetId, (): &()) {
        self.call(Shutdown, netid);
    }

    fn destroy(&self, netid: NetId, (): ()) {
        self.call(Destroy, netid);
    }
}

/// What one thread holds. Names are everyone's.
struct Thread<'a> {
    history: &'a History,
    next: &'a AtomicUsize,
    registrations: [Option<(Registration, Who)>; PLACES],
    namespaces: [Option<(NetNs, Which)>; PLACES],
}

impl Thread<'_> {
    fn run(mut self, program: Vec<Operation>) {
        for operation in program {
            match operation {
                Operation::Register(name) => self.register(name),
                Operation::Unregister(name) => self.unregister(name),
                Operation::Create(place) => self.create(place),
                Operation::Close(place) => self.close(place),
            }
        }
        for place in 0..PLACES {
            self.unregister(place);
            self.close(place);
        }
    }

    fn register(&mut self, name: usize) {
        let who = self.next.fetch_add(1, Ordering::Relaxed);
        self.history.note(Event::Registering(who));
        let history = self.history.clone();
        match instance::register(name.to_string(), Watched { who, history }) {
            Ok(registration) => {
                self.history.note(Event::Registered(who));
                self.registrations[name] = Some((registration, who));
            }
            Err(error) => {
                assert_eq!(error.kind(), ErrorKind::AlreadyExists);
                self.history.note(Event::Refused(who));
            }
        }
    }

    fn unregister(&mut self, name: usize) {
        if let Some((registration, who)) = self.registrations[name].take() {
            self.history.note(Event::Unregistering(who));
            registration.unregister().unwrap();
            self.history.note(Event::Unregistered(who));
        }
    }

    fn create(&mut self, place: usize) {
        self.close(place);
        let which = self.next.fetch_add(1, Ordering::Relaxed);
        self.history.note(Event::Making(which));
        let (ns, netid) = namespace();
        self.history.note(Event::Made(which, netid));
        self.namespaces[place] = Some((ns, which));
    }

    fn close(&mut self, place: usize) {
        if let Some((ns, which)) = self.namespaces[place].take() {
            self.history.note(Event::Closing(which));
            ns.close().unwrap();
            self.history.note(Event::Closed(which));
        }
    }
}

fn run(programs: Vec<Vec<Operation>>) {
    let history = History::default();
    let next = AtomicUsize::new(0);
    thread::scope(|scope| {
        for program in programs {
            let thread = Thread {
                history: &history,
                next: &next,
                registrations: Default::default(),
                namespaces: Default::default(),
            };
            scope.spawn(|| thread.run(program));
        }
    });
    let events = history.0.lock().unwrap().clone();
    Past { events }.hold();
}

/// All that happened, to be judged.
struct Past {
    events: Vec<Event>,
}

/// When a registration, or a namespace, was asked for, came, was to go, and was gone.
#[derive(Clone, Copy, Debug)]
struct Span {
    asked: usize,
    here: usize,
    leaving: usize,
    gone: usize,
}

impl Span {
    /// Whether this was there before the other was asked for.
    fn precedes(&self, other: &Self) -> bool {
        self.here < other.asked
    }

    /// Whether this stayed until the other was gone.
    fn outlasts(&self, other: &Self) -> bool {
        other.gone < self.leaving
    }
}

impl Past {
    fn at(&self, event: Event) -> usize {
        let found = self.events.iter().position(|other| *other == event);
        found.unwrap_or_else(|| panic!("no {event:?} in {:#?}", self.events))
    }

    fn registrations(&self) -> Vec<(Who, Span)> {
        let events = self.events.iter().enumerate();
        let registered = events.filter_map(|(here, event)| match event {
            Event::Registered(who) => Some((*who, here)),
            _ => None,
        });
        let spans = registered.map(|(who, here)| {
            let span = Span {
                asked: self.at(Event::Registering(who)),
                here,
                leaving: self.at(Event::Unregistering(who)),
                gone: self.at(Event::Unregistered(who)),
            };
            (who, span)
        });
        spans.collect()
    }

    fn namespaces(&self) -> Vec<(NetId, Span)> {
        let events = self.events.iter().enumerate();
        let made = events.filter_map(|(here, event)| match event {
            Event::Made(which, netid) => Some((*which, *netid, here)),
            _ => None,
        });
        let spans = made.map(|(which, netid, here)| {
            let span = Span {
                asked: self.at(Event::Making(which)),
                here,
                leaving: self.at(Event::Closing(which)),
                gone: self.at(Event::Closed(which)),
            };
            (netid, span)
        });
        spans.collect()
    }

    /// When the callbacks of one registration for one namespace began and ended.
    fn calls(&self, who: Who, netid: NetId) -> Vec<(usize, Event)> {
        let events = self.events.iter().copied().enumerate();
        let own = events.filter(|(_, event)| match event {
            Event::Begins(other, _, there) | Event::Ends(other, _, there) => {
                (*other, *there) == (who, netid)
            }
            _ => false,
        });
        own.collect()
    }

    fn hold(&self) {
        let (registrations, namespaces) = (self.registrations(), self.namespaces());
        for (netid, life) in &namespaces {
            for (who, registered) in &registrations {
                self.one(*who, registered, *netid, life);
            }
            self.among_registrations(*netid, life, &registrations);
        }
        for (who, registered) in &registrations {
            self.among_namespaces(*who, registered, &namespaces);
        }
        self.only_the_registered_are_called(&registrations);
    }

    /// Statements 3, 5 and 11: none, or each once and in order, within both lives.
    fn one(&self, who: Who, registered: &Span, netid: NetId, life: &Span) {
        let calls = self.calls(who, netid);
        let was_there = registered.precedes(life) && life.here < registered.leaving;
        let is_replayed = life.precedes(registered) && registered.here < life.leaving;
        if calls.is_empty() {
            assert!(
                !was_there && !is_replayed,
                "{who} is not created in {netid}"
            );
            return;
        }
        let order = [Create, Shutdown, Destroy].map(|step| {
            [
                Event::Begins(who, step, netid),
                Event::Ends(who, step, netid),
            ]
        });
        let seen: Vec<_> = calls.iter().map(|(_, event)| *event).collect();
        assert_eq!(seen, order.concat());
        let (first, created, last) = (calls[0].0, calls[1].0, calls[5].0);
        assert!(
            registered.asked < first && last < registered.gone,
            "{who} {netid}"
        );
        assert!(life.asked < first && last < life.gone, "{who} {netid}");
        if was_there {
            assert!(created < life.here, "{who} is created late in {netid}");
        }
        if is_replayed {
            assert!(
                created < registered.here,
                "{who} is replayed late in {netid}"
            );
        }
    }

    /// Statements 9 and 10, for registrations that stay through the life of a namespace.
    fn among_registrations(&self, netid: NetId, life: &Span, registrations: &[(Who, Span)]) {
        let stay = registrations
            .iter()
            .filter(|(_, registered)| registered.precedes(life) && registered.outlasts(life));
        let stay: Vec<_> = stay.collect();
        for (one, first) in &stay {
            for (two, second) in &stay {
                let ends = |who: &Who, step| self.at(Event::Ends(*who, step, netid));
                let begins = |who: &Who, step| self.at(Event::Begins(*who, step, netid));
                assert!(
                    ends(one, Shutdown) < begins(two, Destroy),
                    "{one} {two} {netid}"
                );
                if first.precedes(second) {
                    for step in [Create, Shutdown, Destroy] {
                        assert!(ends(one, step) < begins(two, step), "{one} {two} {netid}");
                    }
                }
            }
        }
    }

    /// Statement 11, for namespaces that stay while a registration goes.
    fn among_namespaces(&self, who: Who, registered: &Span, namespaces: &[(NetId, Span)]) {
        let stay = namespaces.iter().filter(|(netid, life)| {
            life.outlasts(registered) && !self.calls(who, *netid).is_empty()
        });
        let stay: Vec<_> = stay.map(|(netid, _)| *netid).collect();
        for one in &stay {
            for two in &stay {
                let shut_down = self.at(Event::Ends(who, Shutdown, *one));
                let destroyed = self.at(Event::Begins(who, Destroy, *two));
                assert!(shut_down < destroyed, "{who} {one} {two}");
            }
        }
    }

    fn only_the_registered_are_called(&self, registrations: &[(Who, Span)]) {
        let known: BTreeSet<Who> = registrations.iter().map(|(who, _)| *who).collect();
        for event in &self.events {
            if let Event::Begins(who, ..) = event {
                assert!(known.contains(who), "{event:?}");
            }
        }
    }
}

#[netns_test(isolation = "process")]
fn calls_are_what_they_must_be() {
    check(40, &vec(operations(10), 2..5), run);
}
