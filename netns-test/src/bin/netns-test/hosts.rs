//! The lines of an `/etc/hosts`.

#[cfg(target_os = "linux")]
use std::fmt::Write;
use std::net::IpAddr;
use std::str::FromStr;

/// A name and its address.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Entry {
    name: String,
    address: IpAddr,
}

impl FromStr for Entry {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (name, address) = text
            .split_once('=')
            .ok_or("a name, `=` and an address are needed")?;
        let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        if name.is_empty() || name.len() > 253 || !name.chars().all(fits) {
            return Err(format!("`{name}` is no host name"));
        }
        let bare = address
            .strip_prefix('[')
            .and_then(|address| address.strip_suffix(']'))
            .unwrap_or(address);
        let address = bare
            .parse()
            .map_err(|_| format!("`{address}` is no IP address"))?;
        Ok(Self {
            name: name.to_owned(),
            address,
        })
    }
}

/// The text of a file in which `entries` come first, then the lines of `added`, and
/// then what `file` says about other names.
#[cfg(target_os = "linux")]
pub(crate) fn merge(file: &str, entries: &[Entry], added: &[String]) -> String {
    let mut text = String::new();
    for Entry { name, address } in entries {
        writeln!(text, "{address} {name}").expect("a string takes all");
    }
    for lines in added {
        text.push_str(lines);
        if !lines.ends_with('\n') && !lines.is_empty() {
            text.push('\n');
        }
    }
    let replaced: Vec<String> = entries
        .iter()
        .map(|entry| entry.name.clone())
        .chain(added.iter().flat_map(|lines| names(lines)))
        .collect();
    for line in file.lines() {
        if let Some(line) = without(line, &replaced) {
            text.push_str(&line);
            text.push('\n');
        }
    }
    text
}

/// The names in the lines of a file.
#[cfg(target_os = "linux")]
fn names(lines: &str) -> Vec<String> {
    let words = |line: &str| {
        let words = entry(line).split_whitespace().skip(1);
        words.map(str::to_owned).collect::<Vec<_>>()
    };
    lines.lines().flat_map(words).collect()
}

/// A line up to its comment.
#[cfg(target_os = "linux")]
fn entry(line: &str) -> &str {
    line.split('#').next().unwrap_or("")
}

/// A line that says nothing about these names; `None` if nothing is left of it.
#[cfg(target_os = "linux")]
fn without(line: &str, replaced: &[String]) -> Option<String> {
    let is_replaced = |name: &&str| {
        replaced
            .iter()
            .any(|other| other.eq_ignore_ascii_case(name))
    };
    let mut words = entry(line).split_whitespace();
    let Some(address) = words.next() else {
        return Some(line.to_owned());
    };
    let all: Vec<&str> = words.collect();
    let kept: Vec<&str> = all
        .iter()
        .copied()
        .filter(|name| !is_replaced(name))
        .collect();
    if kept.len() == all.len() {
        return Some(line.to_owned());
    }
    (!kept.is_empty()).then(|| format!("{address} {}", kept.join(" ")))
}
