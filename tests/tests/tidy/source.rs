//! Rust files as text.

use std::fs;
use std::path::{Path, PathBuf};

/// One file of the workspace.
#[derive(Debug)]
pub(crate) struct Source {
    /// Relative to the workspace.
    pub(crate) path: String,
    pub(crate) text: String,
    /// The text with blanks for comments and for what stands in quotes.
    pub(crate) code: String,
}

impl Source {
    pub(crate) fn new(path: &str, text: &str) -> Self {
        Self {
            path: path.to_owned(),
            text: text.to_owned(),
            code: code(text),
        }
    }

    /// Where `word` stands in the code, not as a part of a longer one.
    pub(crate) fn places(&self, word: &str) -> Vec<usize> {
        let is_part =
            |byte: Option<&u8>| byte.is_some_and(|b| b.is_ascii_alphanumeric() || *b == b'_');
        let bytes = self.code.as_bytes();
        self.code
            .match_indices(word)
            .map(|(at, _)| at)
            .filter(|at| !is_part(at.checked_sub(1).and_then(|before| bytes.get(before))))
            .filter(|at| {
                !word.ends_with(char::is_alphanumeric) || !is_part(bytes.get(at + word.len()))
            })
            .collect()
    }

    /// `path:line` of a place.
    pub(crate) fn at(&self, place: usize) -> String {
        format!("{}:{}", self.path, self.line(place) + 1)
    }

    /// The index of a place's line.
    pub(crate) fn line(&self, place: usize) -> usize {
        self.code[..place].matches('\n').count()
    }
}

/// The directory of the workspace.
pub(crate) fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .unwrap()
        .to_owned()
}

/// All Rust files below these directories of the workspace.
pub(crate) fn below(directories: &[&str]) -> Vec<Source> {
    let mut sources = Vec::new();
    for directory in directories {
        read(&workspace().join(directory), &mut sources);
    }
    assert!(!sources.is_empty(), "{directories:?}");
    sources
}

fn read(directory: &Path, sources: &mut Vec<Source>) {
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            if !path.ends_with("target") {
                read(&path, sources);
            }
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let name = path.strip_prefix(workspace()).unwrap();
            let text = fs::read_to_string(&path).unwrap();
            sources.push(Source::new(name.to_str().unwrap(), &text));
        }
    }
}

/// Blanks comments, and what strings and characters hold; every byte keeps its place.
fn code(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut code = bytes.to_vec();
    let mut at = 0;
    while at < bytes.len() {
        let end = at + length(&text[at..], at.checked_sub(1).map(|before| bytes[before]));
        if end == at {
            at += 1;
            continue;
        }
        for byte in &mut code[at..end] {
            if *byte != b'\n' {
                *byte = b' ';
            }
        }
        at = end;
        while !text.is_char_boundary(at) {
            at += 1;
        }
    }
    String::from_utf8_lossy(&code).into_owned()
}

/// How long the comment, string or character is that begins here; 0 if none does.
fn length(rest: &str, before: Option<u8>) -> usize {
    if rest.starts_with("//") {
        return rest.find('\n').unwrap_or(rest.len());
    }
    if rest.starts_with("/*") {
        return rest.find("*/").map_or(rest.len(), |end| end + 2);
    }
    if rest.starts_with('"') {
        return quoted(rest, '"');
    }
    let in_a_word = before.is_some_and(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    if rest.starts_with('r') && !in_a_word {
        let hashes = rest[1..].bytes().take_while(|byte| *byte == b'#').count();
        if rest[1 + hashes..].starts_with('"') {
            let close = format!("\"{}", "#".repeat(hashes));
            let from = 2 + hashes;
            return rest[from..]
                .find(&close)
                .map_or(rest.len(), |end| from + end + close.len());
        }
    }
    // A lifetime has no second quote.
    let mut after = rest.chars();
    match (after.next(), after.next(), after.next()) {
        (Some('\''), Some('\\'), _) => quoted(rest, '\''),
        (Some('\''), Some(character), Some('\'')) => 2 + character.len_utf8(),
        _ => 0,
    }
}

/// The length of what ends at the next `quote` that no backslash stands before.
fn quoted(rest: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, character) in rest.char_indices().skip(1) {
        match character {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            end if end == quote => return at + 1,
            _ => {}
        }
    }
    rest.len()
}
