//! What becomes of a test where namespaces are refused.

use crate::env::Policy;
use crate::setting::IfUnsupported;

/// What becomes of the test.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Verdict {
    /// It fails.
    Fail,
    /// It fails, although its attribute asks for a skip: what overruled that.
    FailAnyway(&'static str),
    /// It does not run, visibly.
    Skip,
}

/// The environment beats the attribute, and the attribute beats the default,
/// which is to fail. Under `CI` only the environment can skip, so that a
/// runner which loses a privilege turns red.
pub(crate) fn decide(policy: Option<Policy>, ci: bool, asked: Option<IfUnsupported>) -> Verdict {
    let asked_to_skip = asked == Some(IfUnsupported::Skip);
    match policy {
        Some(Policy::Skip) => Verdict::Skip,
        Some(Policy::Require) if asked_to_skip => Verdict::FailAnyway("`NETNS_TEST=require`"),
        None if asked_to_skip && ci => Verdict::FailAnyway("`CI`"),
        None if asked_to_skip => Verdict::Skip,
        _ => Verdict::Fail,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_environment_beats_the_attribute_beats_the_default() {
        let attributes = [None, Some(IfUnsupported::Fail), Some(IfUnsupported::Skip)];
        for ci in [false, true] {
            for asked in attributes {
                assert_eq!(decide(Some(Policy::Skip), ci, asked), Verdict::Skip);
                assert_ne!(decide(Some(Policy::Require), ci, asked), Verdict::Skip);
            }
            assert_eq!(decide(None, ci, None), Verdict::Fail);
            let fail = Some(IfUnsupported::Fail);
            assert_eq!(decide(None, ci, fail), Verdict::Fail);
        }
    }

    #[test]
    fn under_ci_an_attribute_cannot_skip() {
        let skip = Some(IfUnsupported::Skip);
        assert_eq!(decide(None, false, skip), Verdict::Skip);
        assert_eq!(decide(None, true, skip), Verdict::FailAnyway("`CI`"));
        assert_eq!(
            decide(Some(Policy::Require), false, skip),
            Verdict::FailAnyway("`NETNS_TEST=require`")
        );
    }
}
