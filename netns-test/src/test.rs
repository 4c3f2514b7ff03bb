//! What the attribute says about one test.

use std::process::ExitCode;
use std::time::Duration;

use crate::netns::NetNs;
use crate::setting::{Capture, Egress, IfUnsupported, Isolation, Leaks};

/// A test's body: a plain function, so that its address means the same in
/// every process that runs the same file.
pub type Body = fn(&NetNs) -> ExitCode;

/// One test: built by the expansion of the attribute, at compile time.
#[derive(Clone, Copy, Debug)]
pub struct Test {
    path: &'static str,
    pub(crate) body: Body,
    pub(crate) isolation: Option<Isolation>,
    pub(crate) views: Option<bool>,
    pub(crate) if_unsupported: Option<IfUnsupported>,
    pub(crate) timeout: Option<Duration>,
    pub(crate) leaks: Option<Leaks>,
    pub(crate) egress: Option<Egress>,
    pub(crate) capture: Option<Capture>,
    pub(crate) should_panic: bool,
    pub(crate) expected_panic: &'static str,
}

impl Test {
    /// A test with defaults for all that can be said about it. `path` is the
    /// crate, the modules and the function, as in `krate::module::function`.
    pub const fn new(path: &'static str, body: Body) -> Self {
        Self {
            path,
            body,
            isolation: None,
            views: None,
            if_unsupported: None,
            timeout: None,
            leaks: None,
            egress: None,
            capture: None,
            should_panic: false,
            expected_panic: "",
        }
    }

    /// `isolation = "…"`
    #[must_use]
    pub const fn isolation(self, isolation: Isolation) -> Self {
        Self {
            isolation: Some(isolation),
            ..self
        }
    }

    /// `views = …`
    #[must_use]
    pub const fn views(self, views: bool) -> Self {
        Self {
            views: Some(views),
            ..self
        }
    }

    /// `if_unsupported = "…"`
    #[must_use]
    pub const fn if_unsupported(self, if_unsupported: IfUnsupported) -> Self {
        Self {
            if_unsupported: Some(if_unsupported),
            ..self
        }
    }

    /// `timeout = "…"`
    #[must_use]
    pub const fn timeout(self, timeout: Duration) -> Self {
        Self {
            timeout: Some(timeout),
            ..self
        }
    }

    /// `leaks = "…"`
    #[must_use]
    pub const fn leaks(self, leaks: Leaks) -> Self {
        Self {
            leaks: Some(leaks),
            ..self
        }
    }

    /// `egress = "…"`
    #[must_use]
    pub const fn egress(self, egress: Egress) -> Self {
        Self {
            egress: Some(egress),
            ..self
        }
    }

    /// `capture = "…"`
    #[must_use]
    pub const fn capture(self, capture: Capture) -> Self {
        Self {
            capture: Some(capture),
            ..self
        }
    }

    /// The function is `#[should_panic]`.
    #[must_use]
    pub const fn should_panic(self) -> Self {
        Self {
            should_panic: true,
            ..self
        }
    }

    /// `#[should_panic(expected = "…")]`
    #[must_use]
    pub const fn expected_panic(self, text: &'static str) -> Self {
        Self {
            expected_panic: text,
            ..self
        }
    }

    /// The name by which libtest knows the test: its path without the crate.
    pub(crate) fn name(&self) -> &'static str {
        self.path
            .split_once("::")
            .map_or(self.path, |(_, name)| name)
    }
}
