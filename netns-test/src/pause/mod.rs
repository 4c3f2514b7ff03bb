//! A failed test waits, with its namespaces alive, until somebody who has looked into
//! them lets it go on. That changes nothing of what comes of the test.
//!
//! The process that waits is always the one that libtest runs in: a test's own process
//! is in the background of the terminal, and would be stopped if it read there.

mod options;
mod place;
mod remote;
mod wait;

use std::os::fd::BorrowedFd;
use std::sync::{Mutex, Once, PoisonError};

use crate::env;
use crate::mark::Mark;
use crate::netns::NetNs;
use crate::report::pause::{self as words, Paused};
use crate::setting::Pause;
use crate::sys::resume::Resume;
use crate::sys::terminal;
use crate::watch::Watch;

pub(crate) use place::{Place, mounts_here};
pub(crate) use remote::{Asked, ask_through};

/// Says once that a pause was asked for where it is refused.
pub(crate) fn refuse_under_ci(settings: &env::Settings) {
    static SAID: Once = Once::new();
    if settings.ci && settings.pause == Some(Pause::OnFailure) {
        SAID.call_once(words::refused_under_ci);
    }
}

/// What is kept of a test for the case that it fails: nothing, unless it is paused then,
/// which it is once.
#[derive(Debug)]
pub(crate) struct Stop(Option<Box<Kept>>);

#[derive(Debug)]
struct Kept {
    name: String,
    /// Of a test whose process this is not, the other process has it.
    place: Option<Place>,
    mark: Option<Mark>,
}

impl Stop {
    /// For the test `name` in `ns`.
    pub(crate) fn of(name: &str, watch: &Watch, ns: &NetNs) -> Self {
        Self(watch.pause.then(|| {
            Box::new(Kept {
                name: name.to_owned(),
                place: (!remote::is_remote()).then(|| Place::of(ns)),
                mark: None,
            })
        }))
    }

    /// Keeps the test in the list of the command `netns-test` while it may be paused.
    pub(crate) fn keep(&mut self, mark: Mark) {
        if let Some(kept) = &mut self.0 {
            kept.mark = Some(mark);
        }
    }

    /// Waits, if it fails for a reason, and has not waited before.
    pub(crate) fn at(&mut self, why: Option<String>) {
        let Some(why) = why else { return };
        let Some(kept) = self.0.take() else { return };
        match &kept.place {
            Some(place) => pause(&kept.name, &why, place, None),
            None => remote::pause(&kept.name, &why),
        }
    }
}

/// One waits at a time: whoever sits there has one terminal.
static TURN: Mutex<()> = Mutex::new(());

/// Tells how to get into `place`, and waits until somebody lets the test `name` go on, or
/// `process` ends.
pub(crate) fn pause(name: &str, why: &str, place: &Place, process: Option<BorrowedFd<'_>>) {
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    let terminal = terminal::open().ok();
    let readable = terminal
        .as_ref()
        .filter(|terminal| terminal::is_foreground(terminal));
    let resume = Resume::wait_for();
    if let (None, Err(error)) = (readable, &resume) {
        words::impossible(name, &format!("no signal can be waited for: {error}"));
        return;
    }
    if let Some(terminal) = readable {
        // What was typed before was not meant for this.
        let _ = terminal::forget_input(terminal);
    }
    let user = place.user();
    let no_signal = resume.as_ref().err().map(ToString::to_string);
    let nsenter = place.nsenter(user.as_ref());
    let paused = Paused {
        name,
        why,
        nsenter: &nsenter,
        pid: std::process::id(),
        enter: readable.is_some(),
        no_signal: no_signal.as_deref(),
        captured: env::output_is_captured(),
    };
    paused.print(terminal.as_ref());
    let end = wait::until(readable, resume.as_ref().ok(), process);
    drop(resume);
    words::over(name, end, terminal.as_ref());
}

/// [`pause`], for a test whose process has ended and with it what the command
/// `netns-test` would find it by.
pub(crate) fn pause_remains(name: &str, why: &str, place: &Place) {
    let _mark = Mark::set(&place.net, name);
    pause(name, why, place, None);
}

/// [`pause`], for a test in `ns` whose body runs still: on a thread of this process, or
/// in this process as a whole.
pub(crate) fn pause_running(name: &str, watch: &Watch, why: String, ns: &NetNs) {
    Stop::of(name, watch, ns).at(Some(why));
}
