//! The frames on every link of a test's namespaces, in one pcapng file.
//!
//! ```text
//! body's thread, in the namespace         this process, at home
//! -------------------------------         ---------------------
//!                                         start: a recording, named after the test
//! begin: a packet socket, a netlink  ---> the recording's tap (over the channel of the
//!   socket                                test's process, if it has one)
//! the body                                one thread for all tests takes the frames out
//! NetNs::new in it: the same again   ---> one more tap
//!                                         finish: the rest of the frames, the links' names,
//!                                         the file; the sockets are closed elsewhere
//! ```
//!
//! Nothing of this runs in the namespace or in the test's process: a body that
//! crashes takes no frame with it, and the thread is not one of the test's.

mod close;
mod decode;
mod file;
mod kept;
mod links;
mod own;
mod pcapng;
mod recording;
mod ring;
mod service;
mod sink;
mod tap;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::env;
use crate::netns::{NetNs, NetNsId};
use crate::setting::Capture;
use crate::watch::Watch;
use recording::Recording;

#[cfg(test)]
pub(crate) use kept::Described;
pub(crate) use kept::{Kept, Loss, Verdict};
pub(crate) use own::{descriptors, is_tap, note_told, taps_in};
pub(crate) use sink::{Sink, here, send_through};
pub(crate) use tap::Tap;

/// How much of a recording is kept, unless a variable says otherwise.
const LIMIT: usize = 64 << 20;

/// The recordings of the tests that run now: of none or few.
static RECORDINGS: Mutex<Vec<Arc<Recording>>> = Mutex::new(Vec::new());
static COUNT: AtomicUsize = AtomicUsize::new(0);

/// Begins the recording of the test `name`, if it is to have one. To be called at
/// home, since the thread that records starts here and stays.
pub(crate) fn start(name: &'static str, watch: &Watch) {
    if watch.capture == Capture::Off {
        return;
    }
    let limit = env::settings().ok().and_then(|said| said.capture_limit);
    // Where there is no thread, taps say that they can't be watched.
    let _ = service::start();
    let recording = Recording::new(name, watch.capture, limit.unwrap_or(LIMIT));
    recordings().push(Arc::new(recording));
    COUNT.fetch_add(1, Ordering::Relaxed);
}

/// Taps the namespace of the test `name`, which the calling thread is in.
pub(crate) fn begin(name: &str, watch: &Watch, ns: &NetNs) {
    if watch.capture == Capture::Off {
        return;
    }
    let sink = sink::of_this_process().or_else(|| of_test(name).map(Sink::Here));
    if let Some(sink) = sink {
        sink.tap(ns, "the test's namespace");
    }
}

/// Adds a tap that comes from the process of the test `name`.
pub(crate) fn add(name: &str, tap: Tap) {
    if let Some(recording) = of_test(name) {
        recording.add(tap);
    }
}

/// Ends the recording of the test `name`, if it has one: what is kept of it, if the
/// verdict is one for which something is to be kept.
pub(crate) fn finish(name: &str, verdict: &Verdict) -> Option<Kept> {
    let recording = take(name)?;
    let is_wanted = match recording.mode() {
        Capture::Off => false,
        Capture::OnFailure => verdict.is_failure,
        Capture::Always => true,
    };
    let kept = is_wanted.then(|| recording.keep(verdict));
    recording.end();
    kept
}

/// Ends the recording of the test `name`, whose body did not run.
pub(crate) fn discard(name: &str) {
    if let Some(recording) = take(name) {
        recording.end();
    }
}

fn take(name: &str) -> Option<Arc<Recording>> {
    if COUNT.load(Ordering::Relaxed) == 0 {
        return None;
    }
    let mut recordings = recordings();
    let index = recordings.iter().position(|one| one.name() == name)?;
    COUNT.fetch_sub(1, Ordering::Relaxed);
    Some(recordings.swap_remove(index))
}

fn of_test(name: &str) -> Option<Arc<Recording>> {
    let recordings = recordings();
    recordings.iter().find(|one| one.name() == name).cloned()
}

/// The recording that has a tap in this namespace.
fn of_namespace(id: NetNsId) -> Option<Arc<Recording>> {
    let recordings = recordings();
    recordings.iter().find(|one| one.has_tap_in(id)).cloned()
}

fn recordings() -> MutexGuard<'static, Vec<Arc<Recording>>> {
    RECORDINGS.lock().unwrap_or_else(PoisonError::into_inner)
}
