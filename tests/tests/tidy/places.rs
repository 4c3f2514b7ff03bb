//! What stands in one place only.

use crate::source::{Source, below};
use crate::{MACROS, RUNTIME, assert_none, everything, violations};

#[test]
fn variables_are_read_in_one_file() {
    assert_none(&violations(&below(&[RUNTIME]), variables));
}

fn variables(source: &Source) -> Vec<String> {
    if source.path == format!("{RUNTIME}/env.rs") {
        return Vec::new();
    }
    let reads = [
        "env::var",
        "env::vars",
        "env::var_os",
        "env::vars_os",
        "std::env::{",
        "VarError",
    ];
    let reads = reads.iter().flat_map(|read| source.places(read));
    let names = source.text.match_indices("\"NETNS_TEST").map(|(at, _)| at);
    let names = names.filter(|at| {
        let rest = &source.text[at + 1..];
        rest.trim_start_matches(|c: char| c.is_ascii_uppercase() || c == '_')
            .starts_with('"')
    });
    reads
        .chain(names)
        .map(|at| format!("{}: belongs in `env.rs`", source.at(at)))
        .collect()
}

#[test]
fn words_are_printed_in_one_module() {
    assert_none(&violations(&below(&[RUNTIME]), words));
}

fn words(source: &Source) -> Vec<String> {
    let allowed = [
        "report/",
        // Forwards what the test itself prints.
        "isolation/process/output.rs",
        // The command is no test.
        "bin/netns-test/output.rs",
        // There is no `report` on other systems.
        "elsewhere.rs",
    ];
    if allowed
        .iter()
        .any(|place| source.path.starts_with(&format!("{RUNTIME}/{place}")))
    {
        return Vec::new();
    }
    let macros = [
        "print!",
        "println!",
        "eprint!",
        "eprintln!",
        "dbg!",
        "anstream::",
    ];
    let places = macros.iter().flat_map(|name| source.places(name));
    places
        .map(|place| format!("{}: belongs in `report`", source.at(place)))
        .collect()
}

#[test]
fn lints_are_expected_not_allowed() {
    assert_none(&violations(&everything(), allowed));
}

fn allowed(source: &Source) -> Vec<String> {
    let places = source.places("allow(").into_iter();
    places
        .filter(|place| {
            source.code[..*place].ends_with("#[") || source.code[..*place].ends_with("#![")
        })
        .filter(|place| !is_generated(&source.code[..*place - 1]))
        .map(|place| format!("{}: `expect` it, with a reason", source.at(place)))
        .collect()
}

/// Whether what follows `before` stands inside of a macro that makes code.
fn is_generated(before: &str) -> bool {
    let mut depth = 0;
    for (at, character) in before.char_indices().rev() {
        match character {
            ')' | ']' | '}' => depth += 1,
            '(' | '[' | '{' if depth > 0 => depth -= 1,
            '(' | '[' | '{' => {
                let head = before[..at].trim_end();
                let head = head.rsplit([';', '}', '{', '(', '\n']).next().unwrap_or("");
                if head.ends_with("quote!") || head.contains("macro_rules!") {
                    return true;
                }
            }
            _ => {}
        }
    }
    false
}

#[test]
fn the_checks_see() {
    let at = |name: &str, text: &str| Source::new(&format!("{RUNTIME}/{name}"), text);
    assert_eq!(variables(&at("a.rs", "std::env::var_os(NAME)")).len(), 1);
    assert_eq!(
        variables(&at("a.rs", "let a = \"NETNS_TEST_LEAKS\";")).len(),
        1
    );
    assert_eq!(
        variables(&at("a.rs", "\"`NETNS_TEST=skip`\"; std::env::args()")).len(),
        0
    );
    assert_eq!(
        variables(&at("env.rs", "env::var(\"NETNS_TEST\")")).len(),
        0
    );
    assert_eq!(words(&at("lifecycle.rs", "eprint!(\"{why}\");")).len(), 1);
    let printed = "anstream::println!(\"{why}\");";
    assert_eq!(
        words(&at("bin/netns-test/ps.rs", "anstream::stdout()")).len(),
        1
    );
    assert_eq!(words(&at("bin/netns-test/output.rs", printed)).len(), 0);
    assert_eq!(words(&at("report/mod.rs", "eprint!(\"{why}\");")).len(), 0);
    assert_eq!(words(&at("lib.rs", "/// println!()")).len(), 0);
    assert_eq!(
        allowed(&at("a.rs", "#[allow(dead_code)]\nfn f() {}")).len(),
        1
    );
    assert_eq!(allowed(&at("a.rs", "#![allow(dead_code)]")).len(), 1);
    assert_eq!(
        allowed(&at("a.rs", "quote!(f);\n#[allow(dead_code)]\nfn f() {}")).len(),
        1
    );
    let quoted = Source::new(
        &format!("{MACROS}/a.rs"),
        "let a = quote!(#[allow(a)] fn f() {});",
    );
    assert_eq!(allowed(&quoted).len(), 0);
    let template = "macro_rules! a {\n () => { const A: () = { #[allow(b)] } };\n}";
    assert_eq!(allowed(&at("a.rs", template)).len(), 0);
}
