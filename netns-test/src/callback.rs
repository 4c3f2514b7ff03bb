//! Calls of this crate into the code of its users, at a time when namespaces and
//! hooks are held still.
//!
//! A callback that asks for something that has to wait for callbacks to end
//! would wait for itself. So each thread knows whether a callback is under way on
//! it: what can be refused is refused, and what can't be, such as the end of
//! a dropped handle, is put off until the operation that called is over.

use std::any::Any;
use std::cell::RefCell;
use std::fmt;
use std::io;
use std::mem;
use std::panic::{self, AssertUnwindSafe};
use std::sync::{Arc, Mutex, PoisonError};

use crate::error::{Error, ErrorKind};

thread_local! {
    static HERE: RefCell<Option<UnderWay>> = const { RefCell::new(None) };
}

type Task = Box<dyn FnOnce() + Send>;

/// An operation that is under way, as its callbacks see it.
#[derive(Clone)]
pub(crate) struct UnderWay {
    later: Arc<Mutex<Vec<Task>>>,
}

impl UnderWay {
    /// The operation from which the calling code is called.
    pub(crate) fn here() -> Option<Self> {
        // A thread that is over its locals calls nobody back.
        HERE.try_with(|here| here.borrow().clone()).ok().flatten()
    }

    /// Has `task` run by the thread of the operation when that is over.
    pub(crate) fn put_off(&self, task: impl FnOnce() + Send + 'static) {
        let mut later = self.later.lock().unwrap_or_else(PoisonError::into_inner);
        later.push(Box::new(task));
    }
}

/// An operation that others wait for, and that calls back. It has to be older
/// than the locks that it takes, so that it is over after them.
pub(crate) struct Operation {
    under_way: UnderWay,
}

impl Operation {
    /// Begins one: `what` reads after "failed to".
    ///
    /// # Errors
    ///
    /// The calling code is a callback of another one.
    pub(crate) fn begin(what: &str) -> Result<Self, Error> {
        refuse_within(what)?;
        let under_way = UnderWay {
            later: Arc::default(),
        };
        set(Some(under_way.clone()));
        Ok(Self { under_way })
    }
}

impl Drop for Operation {
    fn drop(&mut self) {
        set(None);
        let later = &self.under_way.later;
        let tasks = mem::take(&mut *later.lock().unwrap_or_else(PoisonError::into_inner));
        for task in tasks {
            task();
        }
    }
}

/// Refuses to a callback what would wait for it: `what` reads after "failed to".
///
/// # Errors
///
/// The calling code is a callback.
pub(crate) fn refuse_within(what: &str) -> Result<(), Error> {
    if UnderWay::here().is_none() {
        return Ok(());
    }
    Err(
        Error::new(ErrorKind::Deadlock, format!("{what} in a callback"))
            .with_hint("it waits for all callbacks to return; do it before or after them"),
    )
}

/// Makes the calling thread one on which the callbacks of `operation` run,
/// as long as this lives. For threads that an operation or its callbacks start.
pub(crate) struct Continued {
    before: Option<UnderWay>,
}

impl Continued {
    pub(crate) fn on_this_thread(operation: Option<UnderWay>) -> Self {
        Self {
            before: set(operation),
        }
    }
}

impl Drop for Continued {
    fn drop(&mut self) {
        set(self.before.take());
    }
}

fn set(operation: Option<UnderWay>) -> Option<UnderWay> {
    HERE.try_with(|here| here.replace(operation)).ok().flatten()
}

/// The text of a panic.
#[derive(Debug)]
pub(crate) struct Panicked(String);

/// The text of a panic, where libtest would see text.
pub(crate) fn panic_text(payload: &(dyn Any + Send)) -> Option<&str> {
    let owned = payload.downcast_ref::<String>().map(String::as_str);
    owned.or_else(|| payload.downcast_ref::<&str>().copied())
}

/// What a panic said, for people.
pub(crate) fn said(payload: Box<dyn Any + Send>) -> String {
    let said = panic_text(&*payload).map(str::to_owned);
    // To drop what is of a user's type may panic once more.
    mem::forget(payload);
    said.unwrap_or_else(|| "with a value that is no text".to_owned())
}

impl fmt::Display for Panicked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "it panicked: {}", self.0)
    }
}

impl std::error::Error for Panicked {}

/// An error that a callback returned.
pub(crate) type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// Calls, and makes an error of a panic.
pub(crate) fn call<T>(callback: impl FnOnce() -> T) -> Result<T, BoxError> {
    panic::catch_unwind(AssertUnwindSafe(callback))
        .map_err(|payload| Panicked(said(payload)).into())
}

/// What a callback returned as the cause of an [`Error`], with its errno if it has one.
pub(crate) fn cause(error: BoxError) -> io::Error {
    match error.downcast::<io::Error>() {
        Ok(error) => *error,
        Err(error) => io::Error::other(error),
    }
}
