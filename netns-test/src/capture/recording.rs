//! The recording of one test: its taps, and the frames that came.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::capture::close;
use crate::capture::kept::{Kept, Verdict};
use crate::capture::ring::Ring;
use crate::capture::service;
use crate::capture::tap::Tap;
use crate::netns::NetNsId;
use crate::rtnetlink::DATAGRAM;
use crate::setting::Capture;

/// How many frames are taken before others may have the lock.
const BATCH: usize = 256;

/// The recording of one test.
#[derive(Debug)]
pub(crate) struct Recording {
    name: &'static str,
    mode: Capture,
    state: Mutex<State>,
}

#[derive(Debug)]
pub(super) struct State {
    pub(super) taps: Vec<Tap>,
    pub(super) ring: Ring,
    /// Nanoseconds since 1970.
    pub(super) start: u64,
    is_over: bool,
}

impl Recording {
    pub(super) fn new(name: &'static str, mode: Capture, limit: usize) -> Self {
        let state = State {
            taps: Vec::new(),
            ring: Ring::new(limit),
            start: 0,
            is_over: false,
        };
        Self {
            name,
            mode,
            state: Mutex::new(state),
        }
    }

    pub(super) fn name(&self) -> &'static str {
        self.name
    }

    pub(super) fn mode(&self) -> Capture {
        self.mode
    }

    pub(super) fn has_tap_in(&self, id: NetNsId) -> bool {
        self.state().taps.iter().any(|tap| tap.place.id == id)
    }

    /// Adds a tap, and has its frames taken.
    pub(super) fn add(self: &Arc<Self>, mut tap: Tap) {
        let mut state = self.state();
        if state.is_over {
            return;
        }
        if state.taps.is_empty() {
            state.start = tap.since;
        }
        if let Ok(sockets) = &tap.sockets {
            match service::watch(sockets, self) {
                Ok(number) => tap.number = number,
                Err(error) => tap.sockets = Err(error),
            }
        }
        state.taps.push(tap);
    }

    /// Takes some of the frames that have come; whether there are more.
    pub(super) fn drain(&self, buffer: &mut [u8]) -> bool {
        let mut state = self.state();
        let State { taps, ring, .. } = &mut *state;
        let mut is_empty = true;
        for (number, tap) in taps.iter_mut().enumerate() {
            is_empty &= tap.drain(number, ring, BATCH);
            tap.hear(buffer);
        }
        !is_empty
    }

    /// Takes the rest, and writes the file.
    pub(super) fn keep(&self, verdict: &Verdict) -> Kept {
        let mut buffer = vec![0; DATAGRAM];
        let mut state = self.state();
        let State { taps, ring, .. } = &mut *state;
        for (number, tap) in taps.iter_mut().enumerate() {
            // What somebody sends who outlives the body may never end.
            let waiting = 1 << 20;
            tap.drain(number, ring, waiting);
            tap.conclude(&mut buffer);
        }
        Kept::write(self.name, verdict, &state)
    }

    /// Lets go of all taps.
    pub(super) fn end(&self) {
        let mut state = self.state();
        state.is_over = true;
        for tap in state.taps.drain(..) {
            if let Ok(sockets) = tap.sockets {
                service::forget(tap.number, &sockets);
                close::later(sockets);
            }
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
