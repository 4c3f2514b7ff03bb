//! When and where what `setup!` says is run.

use std::sync::OnceLock;
use std::sync::mpsc::{self, Receiver, Sender};

use crate::callback;
use crate::error::{self, Error, ErrorKind};
use crate::setup::Setup;

/// The setup that failed, and how, for every test that would have needed it.
struct Failed {
    setup: &'static Setup,
    cause: String,
}

static DONE: OnceLock<Result<(), Failed>> = OnceLock::new();

/// Runs the setup of this process, unless it has been run.
///
/// # Errors
///
/// It failed, now or before.
pub(crate) fn run() -> Result<(), Error> {
    match DONE.get_or_init(run_all) {
        Ok(()) => Ok(()),
        Err(Failed { setup, cause }) => Err(Error::new(
            ErrorKind::Callback,
            format!("run the setup at {setup}"),
        )
        .with_source(std::io::Error::other(cause.clone()))),
    }
}

fn run_all() -> Result<(), Failed> {
    Setup::all().into_iter().try_for_each(|setup| {
        callback::call(|| setup.run())
            .and_then(|returned| returned)
            .map_err(|error| Failed {
                setup,
                cause: error::chain(&*error),
            })
    })
}

/// How a thread that has left home gets the setup run there.
pub(crate) struct Asking(Sender<Sender<Result<(), Error>>>);

/// How a thread at home hears of it.
pub(crate) struct Asked(Receiver<Sender<Result<(), Error>>>);

/// Nothing, if there is nothing left to be run.
pub(crate) fn from_home() -> Option<(Asking, Asked)> {
    let is_done = matches!(DONE.get(), Some(Ok(()))) || Setup::all().is_empty();
    (!is_done).then(|| {
        let (asking, asked) = mpsc::channel();
        (Asking(asking), Asked(asked))
    })
}

impl Asking {
    /// Has [`run`] called at home.
    pub(crate) fn ask(self) -> Result<(), Error> {
        let (answer, answered) = mpsc::channel();
        let asked = self.0.send(answer);
        let gone = "the thread at home waits for this one, and answers";
        asked.ok().and_then(|()| answered.recv().ok()).expect(gone)
    }
}

impl Asked {
    /// Runs the setup on the calling thread, if the other one asks before it ends.
    pub(crate) fn answer(self) {
        for answer in self.0 {
            let _ = answer.send(run());
        }
    }
}
