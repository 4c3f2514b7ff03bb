//! Why a callback did not do what it should.

use std::io;
use std::panic::{self, AssertUnwindSafe};

use crate::callback;
use crate::error::{Error, ErrorKind};
use crate::instance::machine::Step;

/// Why a step of an instance failed; kept until those who wait for it ask.
#[derive(Clone, Debug)]
pub(super) struct Failure {
    step: Step,
    why: Why,
}

#[derive(Clone, Debug)]
enum Why {
    Panicked(String),
    /// The callback was not called.
    NotEntered {
        kind: ErrorKind,
        operation: String,
        errno: Option<i32>,
    },
}

impl Failure {
    pub(super) fn panicked(step: Step, text: String) -> Self {
        let why = Why::Panicked(text);
        Self { step, why }
    }

    pub(super) fn not_entered(step: Step, error: &Error) -> Self {
        let why = Why::NotEntered {
            kind: error.kind(),
            operation: error.to_string(),
            errno: error.raw_os_error(),
        };
        Self { step, why }
    }

    pub(super) fn is_of(&self, steps: &[Step]) -> bool {
        steps.contains(&self.step)
    }

    /// The error of this failure of the instance `name` in a namespace, which is
    /// called `place`, where so many `others` failed as well.
    pub(super) fn error(self, name: &str, place: &str, others: usize) -> Error {
        let verb = match self.step {
            Step::Create => "create",
            Step::Shutdown => "shut down",
            Step::Destroy => "destroy",
        };
        let more = match others {
            0 => String::new(),
            1 => " (another callback failed as well)".to_owned(),
            _ => format!(" ({others} other callbacks failed as well)"),
        };
        let what = format!("{verb} instance `{name}` in {place}{more}");
        match self.why {
            Why::Panicked(text) => Error::new(ErrorKind::Callback, what)
                .with_source(io::Error::other(format!("it panicked: {text}"))),
            Why::NotEntered {
                kind,
                operation,
                errno,
            } => {
                let error = Error::new(kind, format!("{operation} to {what}"));
                match errno {
                    Some(errno) => error.with_source(io::Error::from_raw_os_error(errno)),
                    None => error,
                }
            }
        }
    }
}

/// What `f` returns, or the text of its panic.
pub(super) fn caught<T>(f: impl FnOnce() -> T) -> Result<T, String> {
    panic::catch_unwind(AssertUnwindSafe(f)).map_err(callback::said)
}
