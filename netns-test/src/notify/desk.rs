//! The thread on which a namespace's callbacks run, one at a time. What a
//! callback itself asks for is done at once, within its call.

use std::cell::RefCell;
use std::io;
use std::os::fd::AsFd;
use std::ptr;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{Receiver, Sender};
use std::thread::JoinHandle;

use super::hub::{Answer, Command, Hub, Reply, State, failed, shut_down, unknown};
use super::inlet::Work;
use super::known::Known;
use super::notice::{Event, Item, Notice};
use super::source::Source;
use super::subscriber::{Callback, Subscriber, Who};
use crate::error::{Error, ErrorKind};
use crate::kstat::{self, Framework};
use crate::netns::{NetId, NetNs, NetNsId};
use crate::sys::namespace;

/// What that thread knows.
pub(super) struct Desk {
    hub: Arc<Hub>,
    id: NetNsId,
    netid: Option<NetId>,
    counted: Arc<Framework>,
    /// Never borrowed while a callback runs.
    known: RefCell<Known>,
}

/// Whom to answer what.
type Asked = (Reply, Result<(), Error>);

/// There is nothing left to do.
struct Done {
    /// To be joined, unless it has somebody who does so.
    thread: Option<JoinHandle<()>>,
}

thread_local! {
    static HERE: RefCell<Option<Rc<Desk>>> = const { RefCell::new(None) };
}

/// The one whose callback the calling thread is in.
pub(super) fn here() -> Option<Rc<Desk>> {
    HERE.with(|here| here.borrow().clone())
}

/// That of `hub`, if the calling thread is in one of its callbacks.
pub(super) fn of(hub: &Hub) -> Option<Rc<Desk>> {
    here().filter(|desk| ptr::eq(&raw const *desk.hub, hub))
}

impl Desk {
    /// On the calling thread, which enters the namespace.
    pub(super) fn open(
        hub: Arc<Hub>,
        ns: &NetNs,
        room: usize,
        sender: Sender<Work>,
        queue: Receiver<Work>,
    ) -> Result<Rc<Self>, Error> {
        let id = ns.id();
        namespace::enter_net(ns.as_fd())
            .map_err(|error| Error::system(format!("enter network namespace {id}"), error))?;
        let known = Source::new(room, sender, queue).and_then(Known::new);
        let known = known.map_err(|error| Error::system(format!("monitor {id}"), error))?;
        Ok(Rc::new(Self {
            hub,
            id,
            netid: ns.netid(),
            counted: kstat::framework(ns),
            known: RefCell::new(known),
        }))
    }

    pub(super) fn hub(&self) -> &Hub {
        &self.hub
    }

    /// Works until the last callback is gone, or the namespace.
    pub(super) fn run(self: Rc<Self>, ns: NetNs) {
        HERE.set(Some(Rc::clone(&self)));
        let (asked, Done { thread }) = self.work();
        HERE.set(None);
        // Closed before anybody is told that it is over.
        drop(ns);
        if let Some(desk) = Rc::into_inner(self) {
            desk.known.into_inner().close().for_each(Command::refuse);
        }
        if let Some((reply, result)) = asked {
            let _ = reply.send(Answer { result, thread });
        }
    }

    fn work(&self) -> (Option<Asked>, Done) {
        loop {
            let work = self.known.borrow_mut().next();
            let asked = match work {
                Some(Work::Changes(changes)) => {
                    self.known.borrow_mut().apply(changes);
                    None
                }
                Some(Work::Lost) => {
                    self.known.borrow_mut().is_lossy = true;
                    None
                }
                Some(Work::Command(command)) => Some(self.obey(command)),
                None => None,
            };
            if let Some(done) = self.done() {
                return (asked, done);
            }
            if let Some((reply, result)) = asked {
                let thread = None;
                let _ = reply.send(Answer { result, thread });
            }
            self.known.borrow_mut().settle();
            self.deliver();
            if let Some(done) = self.done() {
                return (None, done);
            }
        }
    }

    fn obey(&self, command: Command) -> Asked {
        match command {
            Command::Register(subscriber, reply) => (reply, self.register(*subscriber)),
            Command::Unregister(who, reply) => (reply, self.leave(who)),
            Command::End(reply) => (reply, self.end()),
        }
    }

    /// Whether there is nothing left to do.
    fn done(&self) -> Option<Done> {
        let mut known = self.known.borrow_mut();
        if !known.subscribers.is_empty() {
            return None;
        }
        // Nobody can ask for anything while this is held.
        let mut state = self.hub.state();
        if matches!(*state, State::Ended) {
            return known.is_over.then_some(Done { thread: None });
        }
        if !known.source.is_unasked() {
            return None;
        }
        let thread = match std::mem::take(&mut *state) {
            State::Running(running) => Some(running.thread),
            State::Idle | State::Ended => None,
        };
        Some(Done { thread })
    }

    /// Tells all callbacks, in the order of registration, what has happened.
    fn deliver(&self) {
        if std::mem::replace(&mut self.known.borrow_mut().is_delivering, true) {
            return;
        }
        loop {
            let call = self.known.borrow_mut().next_call();
            let Some((who, callback, event)) = call else {
                break;
            };
            self.call(who, &callback, event);
        }
        let mut known = self.known.borrow_mut();
        known.is_delivering = false;
        let events = std::mem::take(&mut known.delivered);
        self.counted.events.fetch_add(events, Ordering::Relaxed);
    }

    /// Tells one callback; a panic is remembered.
    fn call(&self, who: Who, callback: &Callback, event: Event) {
        if let Err(failure) = callback.call(&self.notice(event)) {
            let mut known = self.known.borrow_mut();
            match known.find(who) {
                Some(subscriber) => drop(subscriber.failure.get_or_insert(failure)),
                None => self.hub.remember(failure),
            }
        }
    }

    fn notice(&self, event: Event) -> Notice {
        Notice {
            id: self.id,
            netid: self.netid,
            event,
        }
    }

    /// Puts a callback onto the list and tells it what exists.
    pub(super) fn register(&self, subscriber: Subscriber) -> Result<(), Error> {
        let who = subscriber.who;
        let any = Who {
            number: None,
            ..who
        };
        let mut known = self.known.borrow_mut();
        if known.is_over {
            return Err(shut_down());
        }
        if known.find(any).is_some() {
            return Err(exists());
        }
        known
            .catch_up()
            .map_err(|error| Error::system(format!("list what is in {}", self.id), error))?;
        let (callback, items) = known.admit(subscriber);
        drop(known);
        self.counted.hooks_added.fetch_add(1, Ordering::Relaxed);
        for (place, item) in items.iter().enumerate() {
            // It can leave the list while it is told.
            if !self.known.borrow_mut().replay_to(who, place + 1) {
                return Ok(());
            }
            let notice = self.notice(Event::Register(item.clone()));
            if let Err(failure) = callback.call(&notice) {
                self.known.borrow_mut().replay_to(who, place);
                let left = self.leave(who);
                return failed(&[failure]).and(left);
            }
        }
        if let Some(subscriber) = self.known.borrow_mut().find(who) {
            subscriber.replay = None;
        }
        Ok(())
    }

    /// Takes a callback off the list and tells it that all it knows is gone.
    pub(super) fn leave(&self, who: Who) -> Result<(), Error> {
        let left = self.known.borrow_mut().dismiss(who);
        let (subscriber, items) = left.ok_or_else(unknown)?;
        self.counted.hooks_removed.fetch_add(1, Ordering::Relaxed);
        let mut failures = Vec::from_iter(subscriber.failure);
        let tell = |item: Item| {
            let notice = self.notice(Event::Unregister(item));
            subscriber.callback.call(&notice)
        };
        let unregistered = items.into_iter().rev().map(tell);
        failures.extend(unregistered.filter_map(Result::err));
        failures.truncate(1);
        failed(&failures)
    }

    /// All callbacks leave.
    pub(super) fn end(&self) -> Result<(), Error> {
        self.known.borrow_mut().is_over = true;
        loop {
            let next = self.known.borrow().subscribers.first().map(|next| next.who);
            let Some(who) = next else {
                return self.hub.failed();
            };
            if let Err(error) = self.leave(who) {
                self.hub.remember(cause(&error));
            }
        }
    }
}

/// What an error of a callback says.
pub(super) fn cause(error: &Error) -> String {
    let source = std::error::Error::source(error);
    source.map_or_else(|| error.to_string(), ToString::to_string)
}

fn exists() -> Error {
    let operation = "register a callback: the namespace has one like it";
    Error::new(ErrorKind::AlreadyExists, operation)
        .with_source(io::Error::from_raw_os_error(libc::EEXIST))
}
