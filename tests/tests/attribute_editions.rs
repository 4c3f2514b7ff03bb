//! Crates of older editions, without a warning, and with tests that fail.

#[expect(dead_code, reason = "this package compiles")]
mod compiler;

#[track_caller]
fn check(edition: &str) {
    let source = include_str!("packages/older_edition.rs");
    let fixture = compiler::package(&format!("edition_{edition}"), edition, source);
    let output = compiler::cargo_of(&fixture, "test").output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    let mut results: Vec<_> = text
        .lines()
        .filter_map(|line| line.strip_prefix("test ")?.split_once(" ... "))
        .collect();
    results.sort_unstable();
    let expected = [
        ("does_not_panic - should panic", "FAILED"),
        ("never_returns", "ignored, ends the process"),
        ("panics", "FAILED"),
        ("passes", "ok"),
        ("returns_a_failure", "FAILED"),
        ("returns_an_error", "FAILED"),
    ];
    assert_eq!(results, expected, "{text}{said}");
    assert!(text.contains("Error: \"what is wrong\""), "{text}");
}

#[test]
fn of_2018() {
    check("2018");
}

#[test]
fn of_2021() {
    check("2021");
}
