//! One namespace's notifications, seen from all threads: whether there are any,
//! and how to reach the thread that gives them.

use std::io;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{self, Sender};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};

use super::desk::{self, Desk};
use super::inlet::Work;
use super::subscriber::{Subscriber, Who};
use super::waits::{Place, Waiting};
use crate::error::{Error, ErrorKind};
use crate::netns::NetNs;

/// What all handles to a namespace share about its notifications.
#[derive(Default)]
pub(crate) struct Hub {
    /// The number of the last registration.
    last: AtomicU64,
    state: Mutex<State>,
    /// Panics of callbacks that nobody has asked for.
    failures: Mutex<Vec<String>>,
}

#[derive(Default)]
pub(super) enum State {
    /// There is no callback.
    #[default]
    Idle,
    Running(Running),
    /// The namespace has ended: there will be no callback.
    Ended,
}

pub(super) struct Running {
    queue: Sender<Work>,
    pub(super) thread: JoinHandle<()>,
}

/// What other threads ask for.
pub(super) enum Command {
    Register(Box<Subscriber>, Reply),
    Unregister(Who, Reply),
    End(Reply),
}

pub(super) type Reply = Sender<Answer>;

pub(super) struct Answer {
    pub(super) result: Result<(), Error>,
    /// To be joined: that was the last callback.
    pub(super) thread: Option<JoinHandle<()>>,
}

impl Hub {
    /// A number that no registration has.
    pub(super) fn number(&self) -> u64 {
        self.last.fetch_add(1, Ordering::Relaxed)
    }

    /// Puts a callback onto the list. The first one starts the threads, with `room`
    /// for so many bytes of the kernel's messages.
    pub(super) fn register(
        self: &Arc<Self>,
        ns: &NetNs,
        room: usize,
        subscriber: Subscriber,
    ) -> Result<(), Error> {
        if let Some(desk) = desk::of(self) {
            return desk.register(subscriber);
        }
        let _waiting = self.wait()?;
        let (reply, answer) = mpsc::channel();
        let mut state = self.state();
        if matches!(*state, State::Idle) {
            *state = State::Running(Running::start(self, ns, room)?);
        }
        let State::Running(running) = &*state else {
            return Err(shut_down());
        };
        running.send(Command::Register(Box::new(subscriber), reply))?;
        drop(state);
        finish(&answer)
    }

    /// Takes a callback off the list.
    pub(super) fn unregister(&self, who: Who) -> Result<(), Error> {
        if let Some(desk) = desk::of(self) {
            return desk.leave(who);
        }
        let _waiting = self.wait()?;
        let (reply, answer) = mpsc::channel();
        match &*self.state() {
            State::Running(running) => running.send(Command::Unregister(who, reply))?,
            State::Idle | State::Ended => return Err(unknown()),
        }
        finish(&answer)
    }

    /// Ends it all with the namespace: each callback leaves the list, in the
    /// order of registration, and no other comes.
    pub(super) fn end(&self) -> Result<(), Error> {
        let state = std::mem::replace(&mut *self.state(), State::Ended);
        if let Some(desk) = desk::of(self) {
            return desk.end();
        }
        let State::Running(Running { queue, thread }) = state else {
            return self.failed();
        };
        let (reply, answer) = mpsc::channel();
        let waiting = self.wait();
        // If it can't be reached, it is at its end, too.
        let _ = queue.send(Work::Command(Command::End(reply)));
        // In a circle, it ends without being waited for.
        let _waiting = waiting?;
        let ended = finish(&answer);
        let _ = thread.join();
        ended
    }

    /// Remembers a panic of a callback that has nobody else to hear of it.
    pub(super) fn remember(&self, failure: String) {
        lock(&self.failures).push(failure);
    }

    /// The panics that were remembered, as an error.
    pub(super) fn failed(&self) -> Result<(), Error> {
        failed(&std::mem::take(&mut *lock(&self.failures)))
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }

    fn wait(&self) -> Result<Waiting, Error> {
        let here = desk::here().map(|desk| desk.hub().place());
        Waiting::begin(here, self.place())
    }

    fn place(&self) -> Place {
        std::ptr::from_ref(self).addr()
    }
}

impl Running {
    fn start(hub: &Arc<Hub>, ns: &NetNs, room: usize) -> Result<Self, Error> {
        let (queue, work) = mpsc::channel();
        let (ready, is_ready) = mpsc::channel();
        let (hub, ns, sender) = (Arc::clone(hub), ns.another(), queue.clone());
        let thread = thread::Builder::new()
            .name("netns-test notify".into())
            .spawn(move || match Desk::open(hub, &ns, room, sender, work) {
                Ok(desk) => {
                    let _ = ready.send(Ok(()));
                    desk.run(ns);
                }
                Err(error) => {
                    let _ = ready.send(Err(error));
                }
            })
            .map_err(|error| Error::new(ErrorKind::Process, "start a thread").with_source(error))?;
        match is_ready.recv() {
            Ok(Ok(())) => Ok(Self { queue, thread }),
            Ok(Err(error)) => {
                let _ = thread.join();
                Err(error)
            }
            Err(_) => Err(vanished()),
        }
    }

    fn send(&self, command: Command) -> Result<(), Error> {
        let sent = self.queue.send(Work::Command(command));
        sent.map_err(|_| vanished())
    }
}

impl Command {
    /// Answers what comes too late.
    pub(super) fn refuse(self) {
        let (reply, result) = match self {
            Self::Register(_, reply) => (reply, Err(shut_down())),
            Self::Unregister(_, reply) => (reply, Err(unknown())),
            Self::End(reply) => (reply, Ok(())),
        };
        let thread = None;
        let _ = reply.send(Answer { result, thread });
    }
}

/// Waits for the answer, and for the thread if it ends.
fn finish(answer: &mpsc::Receiver<Answer>) -> Result<(), Error> {
    let answer = answer.recv().map_err(|_| vanished())?;
    if let Some(thread) = answer.thread {
        let _ = thread.join();
    }
    answer.result
}

/// The panics of callbacks, as an error.
pub(super) fn failed(failures: &[String]) -> Result<(), Error> {
    if failures.is_empty() {
        return Ok(());
    }
    let error = Error::new(ErrorKind::Callback, "notify a callback");
    Err(error.with_source(io::Error::other(failures.join("; "))))
}

pub(super) fn shut_down() -> Error {
    let operation = "register a callback: the end of its namespace has begun";
    Error::new(ErrorKind::ShutDown, operation)
        .with_source(io::Error::from_raw_os_error(libc::ESHUTDOWN))
}

pub(super) fn unknown() -> Error {
    let operation = "unregister a callback: the namespace has none like it";
    Error::new(ErrorKind::NotFound, operation)
        .with_source(io::Error::from_raw_os_error(libc::ESRCH))
}

fn vanished() -> Error {
    Error::new(ErrorKind::Process, "reach the thread of notifications")
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
