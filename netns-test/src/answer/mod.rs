//! What this process may do, and why not, as data.

mod limitation;
mod refusal;

pub use limitation::{Lacking, Limitation};
pub use refusal::{Answer, Cause, Refusal, Remedy};

/// What this process may do: by trying, never by looking at a user id or a
/// sysctl.
///
/// ```no_run
/// let access = netns_test::access();
/// match access.refusal() {
///     None => println!("works, by {:?}", access.way()),
///     Some(refusal) => {
///         println!("{} -> {}: {}", refusal.step(), refusal.answer(), refusal.because());
///         for remedy in refusal.remedies() {
///             println!("{}: {}", remedy.what(), remedy.commands().join("; "));
///         }
///     }
/// }
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Access {
    pub(crate) verdict: Result<Way, Box<Refusal>>,
    pub(crate) limitations: Vec<Limitation>,
}

/// How this process comes into a network namespace.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Way {
    /// It makes one itself, with the capabilities that it has.
    Direct,
    /// It makes a user namespace first, and has the capabilities in there.
    ///
    /// # References
    ///
    /// `user_namespaces(7)`
    UserNamespace,
}

impl Access {
    /// The way that works, if one does.
    pub fn way(&self) -> Option<Way> {
        self.verdict.as_ref().ok().copied()
    }

    /// Why no way works, if none does.
    pub fn refusal(&self) -> Option<&Refusal> {
        self.verdict.as_ref().err().map(Box::as_ref)
    }

    /// What a test has to do without although a way works.
    pub fn limitations(&self) -> &[Limitation] {
        &self.limitations
    }
}
