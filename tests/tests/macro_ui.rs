//! What the attribute says about a misuse: one file in `ui/` for each.

#[test]
fn each_misuse_has_its_message() {
    trybuild::TestCases::new().compile_fail("tests/ui/*.rs");
}
