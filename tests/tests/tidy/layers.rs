//! Imports point strictly down, from a module to those of a lower number.

use crate::source::{Source, below};
use crate::{RUNTIME, assert_none, violations};

const LAYERS: [(&str, u8); 63] = [
    // Leaves, for everyone.
    ("answer", 0),
    ("before_main", 0),
    ("duration", 0),
    ("error", 0),
    ("hardware", 0),
    ("netlink", 0),
    ("backtrace", 0),
    ("scope", 0),
    ("sync", 0),
    ("setting", 0),
    ("setup", 0),
    ("witness", 0),
    ("callback", 1),
    ("runtime", 1),
    ("env", 1),
    ("sys", 2),
    ("access", 3),
    ("netns", 3),
    ("record", 3),
    // What one namespace is like.
    ("mark", 4),
    ("proc_net", 4),
    ("rtnetlink", 4),
    ("tasks", 4),
    ("test", 4),
    ("watch", 5),
    ("address", 5),
    ("counters", 5),
    ("kstat", 5),
    ("link", 5),
    ("neighbour", 5),
    ("nsid", 5),
    ("route", 5),
    ("sockets", 5),
    ("sysctl", 5),
    ("capture", 6),
    ("rule", 6),
    ("state", 7),
    // What is called when a namespace comes and goes, and when something does in it.
    ("instance", 6),
    ("notify", 6),
    ("pernet", 6),
    ("lifetime", 7),
    ("topology", 8),
    ("report::egress", 8),
    ("report::leaks", 8),
    ("report::note", 8),
    ("report::pause", 8),
    ("report::state", 8),
    ("report::teardown", 8),
    ("report::timeout", 8),
    ("inspection", 9),
    ("pause", 9),
    ("isolation", 10),
    ("report", 11),
    ("entered", 12),
    ("running", 12),
    ("__cli", 13),
    ("cli", 13),
    ("elsewhere", 13),
    ("lifecycle", 13),
    ("private", 14),
    ("__private", 14),
    ("lib", 15),
    ("main", 15),
];

/// The modules of the command, a crate of its own.
const COMMAND: &str = "netns-test/src/bin/netns-test";
const LAYERS_OF_THE_COMMAND: [(&str, u8); 10] = [
    ("hosts", 0),
    ("status", 0),
    ("args", 1),
    ("output", 1),
    ("program", 2),
    ("doctor", 3),
    ("ps", 3),
    ("run", 3),
    ("shell", 4),
    ("main", 5),
];

#[test]
fn imports_point_down() {
    assert_none(&violations(&below(&[RUNTIME]), upward));
}

#[test]
fn the_check_sees() {
    let bad = |path: &str, text: &str| upward(&Source::new(&format!("{RUNTIME}/{path}"), text));
    assert_eq!(bad("sys/a.rs", "use crate::netns::NetNs;").len(), 1);
    assert_eq!(
        bad("netns.rs", "fn f() { crate::access::access() }").len(),
        1
    );
    assert_eq!(
        bad(
            "env.rs",
            "use crate::{error::Error, isolation::{pool, view}};"
        )
        .len(),
        1
    );
    assert_eq!(bad("isolation/a.rs", "use crate::report;").len(), 1);
    assert_eq!(
        bad("isolation/a.rs", "use crate::report::{self, note};").len(),
        1
    );
    assert_eq!(bad("isolation/a.rs", "use crate::report::note;").len(), 0);
    assert_eq!(
        bad(
            "isolation/a.rs",
            "use crate::isolation::b; // crate::report"
        )
        .len(),
        0
    );
    assert_eq!(bad("netns.rs", "use super::access::access;").len(), 1);
    assert_eq!(
        bad("access/a.rs", "use super::super::report::ended;").len(),
        1
    );
    assert_eq!(bad("bin/netns-test/ps.rs", "use crate::shell;").len(), 1);
    assert_eq!(
        bad("bin/netns-test/shell.rs", "use crate::{output, ps};").len(),
        0
    );
    assert_eq!(bad("bin/netns-test/a.rs", "").len(), 1);
    assert_eq!(bad("bin/other.rs", "").len(), 1);
    assert_eq!(bad("unheard_of.rs", "").len(), 1);
    assert_eq!(bad("sys/a.rs", "use crate::unheard_of;").len(), 1);
}

/// The entry of a module, and its number.
fn layer(layers: &[(&'static str, u8)], path: &str) -> Option<(&'static str, u8)> {
    let is_in = |entry: &str| {
        path.strip_prefix(entry)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
    };
    layers
        .iter()
        .copied()
        .filter(|(entry, _)| is_in(entry))
        .max_by_key(|(entry, _)| entry.len())
}

fn upward(source: &Source) -> Vec<String> {
    let (root, layers): (_, &[_]) = if source.path.starts_with(&format!("{COMMAND}/")) {
        (COMMAND, &LAYERS_OF_THE_COMMAND)
    } else {
        (RUNTIME, &LAYERS)
    };
    let layer = |path: &str| layer(layers, path);
    let module = source.path[root.len() + 1..]
        .trim_end_matches(".rs")
        .replace('/', "::");
    let module = module.trim_end_matches("::mod");
    let Some((here, height)) = layer(module) else {
        return vec![format!("{}: in no layer", source.path)];
    };
    let mut found = Vec::new();
    if source.code.contains("super::super") {
        found.push(format!("{}: write `crate::`", source.path));
    }
    for place in source.places("crate::") {
        // What a macro names is for another crate.
        if source.code[..place].ends_with('$') {
            continue;
        }
        for path in expand(&layer, &source.code[place + "crate::".len()..]) {
            let fine = here == "lib"
                || layer(&path).is_some_and(|(there, low)| there == here || low < height);
            if !fine {
                found.push(format!("{}: `{module}` uses `{path}`", source.at(place)));
            }
        }
    }
    // In a module of the crate's root, `super` is the root.
    if !module.contains("::") && here != "lib" {
        for place in source.places("super::") {
            let rest = &source.code[place + "super::".len()..];
            if expand(&layer, rest)
                .iter()
                .any(|path| layer(path).is_some())
            {
                found.push(format!("{}: write `crate::`", source.at(place)));
            }
        }
    }
    found
}

/// The first two parts of each path in a tree of imports.
fn expand(layer: &dyn Fn(&str) -> Option<(&'static str, u8)>, tree: &str) -> Vec<String> {
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    if let Some(group) = tree.strip_prefix('{') {
        return branches(group)
            .iter()
            .flat_map(|branch| expand(layer, branch))
            .collect();
    }
    let end = tree.find(|c| !is_part(c)).unwrap_or(tree.len());
    let (name, rest) = tree.split_at(end);
    let Some(rest) = rest.strip_prefix("::") else {
        return vec![name.to_owned()];
    };
    if let Some(group) = rest.strip_prefix('{') {
        let seconds = branches(group).into_iter().map(|branch| {
            let end = branch.find(|c| !is_part(c)).unwrap_or(branch.len());
            format!("{name}::{}", &branch[..end])
        });
        // One violation for each module is enough.
        let mut paths: Vec<_> = seconds
            .map(|path| {
                if layer(&path).is_some_and(|l| l.0 == name) {
                    name.to_owned()
                } else {
                    path
                }
            })
            .collect();
        paths.dedup();
        return paths;
    }
    let end = rest.find(|c| !is_part(c)).unwrap_or(rest.len());
    vec![format!("{name}::{}", &rest[..end])]
}

/// What stands between the commas up to the closing brace.
fn branches(group: &str) -> Vec<&str> {
    let (mut depth, mut from, mut branches) = (0, 0, Vec::new());
    for (at, character) in group.char_indices() {
        match character {
            '{' => depth += 1,
            '}' if depth > 0 => depth -= 1,
            ',' | '}' if depth == 0 => {
                branches.push(group[from..at].trim());
                from = at + 1;
                if character == '}' {
                    break;
                }
            }
            _ => {}
        }
    }
    branches.retain(|branch| !branch.is_empty());
    branches
}
