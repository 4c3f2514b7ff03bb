//! `unsafe` has its place, and its reasons.

use crate::source::Source;
use crate::{RUNTIME, assert_none, everything, violations};

/// What is `unsafe` elsewhere, since `.init_array` is the only way to run before `main`.
const ENTRY: &str = "unsafe(link_section";
/// The macros that need it, each in a file of its own.
const ENTERING: [&str; 2] = ["netns-test/src/before_main.rs", "netns-test/src/setup.rs"];

#[test]
fn unsafe_code_has_its_place() {
    assert_none(&violations(&everything(), misplaced));
}

#[test]
fn every_block_says_why_it_is_sound() {
    assert_none(&violations(&everything(), undocumented));
}

#[test]
fn the_checks_see() {
    let at = |path: &str, text: &str| misplaced(&Source::new(path, text)).len();
    assert_eq!(
        at("netns-test/src/netns.rs", "fn f() { unsafe { g() } }"),
        1
    );
    assert_eq!(at("netns-test/src/before_main.rs", "unsafe { g() }"), 1);
    assert_eq!(
        at(
            "netns-test/src/before_main.rs",
            "#[unsafe(link_section = \"x\")]"
        ),
        0
    );
    assert_eq!(at("netns-test/src/setup.rs", "unsafe { g() }"), 1);
    assert_eq!(at("netns-test/src/a.rs", "#[unsafe(link_section)]"), 1);
    assert_eq!(at("netns-test/src/sys/a.rs", "unsafe { g() }"), 0);
    assert_eq!(
        at("netns-test/src/a.rs", "#![expect(unsafe_code)] // unsafe"),
        0
    );
    assert_eq!(at("tests/tests/a.rs", "unsafe { g() }"), 1);
    let why = |text: &str| undocumented(&Source::new("a.rs", text)).len();
    assert_eq!(why("f();\nunsafe { g() };"), 1);
    assert_eq!(why("// It is.\nunsafe { g() };"), 1);
    assert_eq!(why("// SAFETY: it is.\nf();\nunsafe { g() };"), 1);
    assert_eq!(why("// SAFETY: it is.\nlet a =\n    unsafe { g() };"), 0);
    assert_eq!(why("// SAFETY: it is,\n// really.\n#[cfg(a)]\nunsafe {"), 0);
    assert_eq!(why("\"\nunsafe { g() }\""), 0);
}

fn misplaced(source: &Source) -> Vec<String> {
    let path = &source.path;
    let places = [
        &format!("{RUNTIME}/sys/"),
        "tests/src/",
        "tests/red/",
        "tests/fixtures/",
        "netns-test/benches/floor/",
    ];
    if places.iter().any(|place| path.starts_with(*place)) {
        return Vec::new();
    }
    let is_entry = |place: &usize| {
        ENTERING.contains(&path.as_str()) && source.code[*place..].starts_with(ENTRY)
    };
    let places = source
        .places("unsafe")
        .into_iter()
        .filter(|place| !is_entry(place));
    places
        .map(|place| format!("{}: `unsafe`", source.at(place)))
        .collect()
}

fn undocumented(source: &Source) -> Vec<String> {
    let lines: Vec<_> = source.text.lines().collect();
    let is_block = |place: &usize| {
        let rest = source.code[place + "unsafe".len()..].trim_start();
        rest.starts_with('{') || rest.starts_with("impl")
    };
    let blocks = source.places("unsafe").into_iter().filter(is_block);
    blocks
        .filter(|place| !says_why(&lines[..source.line(*place)]))
        .map(|place| format!("{}: no `SAFETY`", source.at(place)))
        .collect()
}

/// The comment right before the statement that goes on after `lines`.
fn says_why(lines: &[&str]) -> bool {
    let is_over = |line: &str| line.is_empty() || line.ends_with([';', '{', '}']);
    let mut before = lines.iter().rev().map(|line| line.trim());
    let comment = before.find(|line| line.starts_with("//") || is_over(line));
    let Some(last) = comment.filter(|line| line.starts_with("//")) else {
        return false;
    };
    let rest = before.take_while(|line| line.starts_with("//"));
    std::iter::once(last)
        .chain(rest)
        .any(|line| line.contains("SAFETY:"))
}
