//! What becomes of a test where namespaces are refused.

/// What `if_unsupported = "…"` asks for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum IfUnsupported {
    /// The test fails, with the reason and the remedy.
    Fail,
    /// The test does not run, and says so; under `CI` it fails all the same.
    Skip,
}
