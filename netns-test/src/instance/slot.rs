//! One registration in one namespace.

use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::error::Error;
use crate::instance::callbacks::State;
use crate::instance::failure::{Failure, caught};
use crate::instance::inside::{self, Callback, Inside};
use crate::instance::machine::{Machine, Step};
use crate::instance::registration::Registered;
use crate::kstat;
use crate::netns::{NetId, NetNs};

/// A namespace that this crate made and whose end is not over; illumos calls it
/// `neti_stack_t`.
#[derive(Debug)]
pub(super) struct Stack {
    pub(super) ns: NetNs,
    pub(super) netid: NetId,
}

/// One registration in one namespace: how far it is there, and its state.
pub(super) struct Slot {
    pub(super) registered: Arc<Registered>,
    pub(super) stack: Arc<Stack>,
    machine: Machine,
    state: Mutex<Option<State>>,
    failures: Mutex<Vec<Failure>>,
}

impl Slot {
    pub(super) fn new(registered: &Arc<Registered>, stack: &Arc<Stack>) -> Arc<Self> {
        Arc::new(Self {
            registered: Arc::clone(registered),
            stack: Arc::clone(stack),
            machine: Machine::default(),
            state: Mutex::default(),
            failures: Mutex::default(),
        })
    }

    /// Returns when `step` has completed. The calling thread is in the namespace.
    fn advance(&self, step: Step) {
        self.machine.advance(step, |step| self.perform(step));
    }

    /// [`Slot::advance`] where the namespace can't be entered: nothing is
    /// called, since it would be called elsewhere.
    fn give_up(&self, step: Step, error: &Error) {
        self.machine.advance(step, |step| {
            self.fail(Failure::not_entered(step, error));
            if step == Step::Destroy {
                let state = self.take();
                // What the state does when it is dropped is no callback of ours to report.
                let _ = caught(|| drop(state));
            }
        });
    }

    fn perform(&self, step: Step) {
        let state = self.take();
        if state.is_none() && step != Step::Create {
            // It was not created.
            return;
        }
        let callback = Callback {
            registration: self.registered.number,
            netid: self.stack.netid,
        };
        let started = Instant::now();
        let outcome = inside::run(callback, || self.call(step, state));
        let took = started.elapsed();
        if outcome.is_ok() || step != Step::Create {
            self.count(step, took);
        }
        if let Err(text) = outcome {
            self.fail(Failure::panicked(step, text));
        }
    }

    fn count(&self, step: Step, took: Duration) {
        self.registered.steps[step as usize].add(took);
        let framework = kstat::framework(&self.stack.ns);
        match step {
            Step::Create => {
                framework.hooks_added.fetch_add(1, Ordering::Relaxed);
                framework.create.add(took);
            }
            Step::Shutdown => framework.shutdown.add(took),
            Step::Destroy => {
                framework.hooks_removed.fetch_add(1, Ordering::Relaxed);
                framework.destroy.add(took);
            }
        }
    }

    fn call(&self, step: Step, state: Option<State>) -> Result<(), String> {
        let (callbacks, netid) = (&self.registered.callbacks, self.stack.netid);
        match (step, state) {
            (Step::Create, _) => {
                let state = caught(|| callbacks.create(netid))?;
                self.keep(state);
            }
            (Step::Shutdown, Some(state)) => {
                let outcome = caught(|| callbacks.shutdown(netid, &state));
                self.keep(state);
                outcome?;
            }
            (Step::Destroy, Some(state)) => caught(|| callbacks.destroy(netid, state))?,
            (Step::Shutdown | Step::Destroy, None) => {}
        }
        Ok(())
    }

    /// Takes the state out, so that no lock is held while a callback has it.
    fn take(&self) -> Option<State> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.take()
    }

    fn keep(&self, state: State) {
        let mut kept = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        *kept = Some(state);
    }

    fn fail(&self, failure: Failure) {
        let failures = self.failures.lock();
        let mut failures = failures.unwrap_or_else(PoisonError::into_inner);
        failures.push(failure);
    }

    fn failures(&self, steps: &[Step]) -> Vec<Failure> {
        let failures = self.failures.lock();
        let failures = failures.unwrap_or_else(PoisonError::into_inner);
        let wanted = failures.iter().filter(|failure| failure.is_of(steps));
        wanted.cloned().collect()
    }
}

/// Brings `slots` to `step`, one after the other, on the calling thread, which
/// is in their namespace.
pub(super) fn advance_here(slots: &[Arc<Slot>], step: Step) {
    for slot in slots {
        slot.advance(step);
    }
}

/// Runs `f` on a thread that is in the namespace of `slots`, which are all of
/// one, to bring them to `step`. Where that can't be, they come to it with nothing called.
pub(super) fn inside(slots: &[Arc<Slot>], step: Step, f: impl FnOnce() + Send) {
    let Some(first) = slots.first() else {
        return;
    };
    let inside = Inside::here();
    if let Err(error) = first.stack.ns.run(|| inside.carry(f)) {
        for slot in slots {
            slot.give_up(step, &error);
        }
    }
}

/// What went wrong in these steps of `slots`.
pub(super) fn outcome(slots: &[Arc<Slot>], steps: &[Step]) -> Result<(), Error> {
    if slots.is_empty() {
        return Ok(());
    }
    let failed = slots.iter().flat_map(|slot| {
        let failures = slot.failures(steps).into_iter();
        failures.map(move |failure| (slot, failure))
    });
    let mut failed: Vec<_> = failed.collect();
    if failed.is_empty() {
        return Ok(());
    }
    let others = failed.len() - 1;
    let (slot, failure) = failed.swap_remove(0);
    let place = format!("network namespace {}", slot.stack.netid);
    Err(failure.error(&slot.registered.name, &place, others))
}
