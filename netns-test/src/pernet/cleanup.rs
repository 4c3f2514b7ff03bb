//! What has died is cleaned up in batches: one thread at a time works, and takes
//! all that has gathered since the last batch.

use crate::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// The dead, and what came of cleaning up after them.
pub(crate) struct Cleanup<T, R> {
    state: Mutex<State<T, R>>,
    finished: Condvar,
}

struct State<T, R> {
    dead: Vec<(Ticket, T)>,
    done: Vec<(Ticket, R)>,
    working: bool,
    tickets: u64,
}

type Ticket = u64;

impl<T, R> Cleanup<T, R> {
    pub(crate) const fn new() -> Self {
        Self {
            state: Mutex::new(State {
                dead: Vec::new(),
                done: Vec::new(),
                working: false,
                tickets: 0,
            }),
            finished: Condvar::new(),
        }
    }

    /// Returns when `dead` has been cleaned up after, in a batch of this thread
    /// or of another. `work` gets a whole batch, in the order of death, and
    /// returns as many results; no two batches are worked on at a time.
    pub(crate) fn clean_up(&self, dead: T, work: impl FnOnce(&[T]) -> Vec<R>) -> R {
        let mut state = self.lock();
        state.tickets += 1;
        let mine = state.tickets;
        state.dead.push((mine, dead));
        while state.working {
            state = self
                .finished
                .wait(state)
                .unwrap_or_else(PoisonError::into_inner);
            let done = state.done.iter().position(|(ticket, _)| *ticket == mine);
            if let Some(index) = done {
                return state.done.swap_remove(index).1;
            }
        }
        // Nobody has taken it, so it is in the batch that is taken now.
        state.working = true;
        let (tickets, batch): (Vec<_>, Vec<_>) =
            std::mem::take(&mut state.dead).into_iter().unzip();
        drop(state);
        let results = work(&batch);
        assert_eq!(results.len(), batch.len(), "a result for each");
        // Nobody's wait is over before nothing of it is left.
        drop(batch);

        let mut state = self.lock();
        state.working = false;
        state.done.extend(tickets.into_iter().zip(results));
        let index = state.done.iter().position(|(ticket, _)| *ticket == mine);
        let (_, result) = state.done.swap_remove(index.expect("it was in the batch"));
        drop(state);
        self.finished.notify_all();
        result
    }

    fn lock(&self) -> MutexGuard<'_, State<T, R>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
