//! The rules of the house, held over the sources.

mod layers;
mod places;
mod safety;
mod size;
mod source;
mod versions;

use source::{Source, below};

const RUNTIME: &str = "netns-test/src";
const MACROS: &str = "netns-test-macros/src";

fn everything() -> Vec<Source> {
    let all = below(&["netns-test", "netns-test-macros", "tests", "examples"]);
    // Inputs of the compiler's messages show how not to.
    all.into_iter()
        .filter(|source| !source.path.starts_with("tests/tests/ui/"))
        .collect()
}

fn violations(sources: &[Source], rule: impl Fn(&Source) -> Vec<String>) -> Vec<String> {
    sources.iter().flat_map(rule).collect()
}

#[track_caller]
fn assert_none(violations: &[String]) {
    assert!(violations.is_empty(), "\n{}", violations.join("\n"));
}
