//! What the network of a failed test looked like: short, and without what every new
//! namespace has.

mod sockets;
mod tables;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::error::Error as _;
use std::fmt::{Display, Write};

use crate::error::{Error, chain};
use crate::link::Link;
use crate::neighbour::NeighbourState;
use crate::route::{Kind, Protocol, Table};
use crate::rule::Rule;
use crate::state::State;

/// When the network was read.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum When {
    /// Before the panic unwound, and dropped what the body held.
    AtPanic,
    /// What the body held is dropped.
    AfterBody,
    /// The body took too long, and is at it still.
    AtLimit,
    /// All of the test's processes have ended.
    AfterProcess,
}

/// The most lines that one kind of thing gets.
const LINES: usize = 12;
/// The most things that one line names.
const WORDS: usize = 8;
/// Where the text of each line begins.
const INDENT: usize = 14;
/// Where lines of words are broken.
const WIDTH: usize = 100;

/// Prints what the network of the test `name` looked like, or why that is not known.
pub(crate) fn print(name: &str, when: When, state: &Result<State, Error>) {
    eprint!("{}", text(name, when, state));
}

/// What [`print()`] prints.
pub(crate) fn text(name: &str, when: When, state: &Result<State, Error>) -> String {
    match state {
        Ok(state) => whole(name, when, state),
        Err(error) => unknown(name, error),
    }
}

/// The network of the test `name` can't be shown.
pub(crate) fn unknown(name: &str, error: &Error) -> String {
    let mut text = format!("netns-test: no report on the network of `{name}`: failed to {error}\n");
    if let Some(cause) = error.source() {
        let _ = writeln!(text, "  because: {}", chain(cause));
    }
    text
}

fn whole(name: &str, when: When, state: &State) -> String {
    let moment = match when {
        When::AtPanic => "at its panic",
        When::AfterBody => "after its body",
        When::AtLimit => "at its limit",
        When::AfterProcess => "after its process ended",
    };
    let heading = format!("netns-test: the network of `{name}` {moment}:\n");
    let mut text = one(heading, namespace(state), state, when);
    for made in &state.made {
        let heading = format!("netns-test: a network that `{name}` made, {moment}:\n");
        text.push_str(&one(heading, identity(made), made, when));
    }
    if state.more > 0 {
        let (more, plural) = (state.more, if state.more == 1 { "" } else { "s" });
        let _ = writeln!(
            text,
            "netns-test: `{name}` made {more} more network{plural}, not shown"
        );
    }
    text
}

/// One network, below a heading.
fn one(heading: String, namespace: String, state: &State, when: When) -> String {
    let mut sections = Sections(heading);
    sections.add("namespace", [namespace]);
    let names = Names::of(&state.links);
    sections.add(
        "links",
        state.links.iter().map(|one| names.put_into(&link(one))),
    );
    sections.add("addresses", addresses(state, &names));
    sections.add("routes", routes(state, &names));
    sections.add("rules", rules(&state.rules));
    sections.add("neighbours", neighbours(state, &names));
    sections.add("sockets", sockets::lines(&state.sockets, when));
    sections.add("counters", tables::counters(&state.counters));
    sections.add("sysctls", tables::sysctls(&state.changed));
    sections.add("firewall", tables::firewall(&state.firewall));
    sections.add("not read", state.unread.iter().map(unread));
    sections.0
}

/// Kinds of things, each with its name before its first line.
struct Sections(String);

impl Sections {
    fn add(&mut self, name: &str, lines: impl IntoIterator<Item = String>) {
        let lines: Vec<_> = lines.into_iter().collect();
        // In place of one line, "and 1 more" would save nothing.
        let shown = if lines.len() > LINES + 1 {
            LINES
        } else {
            lines.len()
        };
        let mut head = format!("{name}:");
        for line in &lines[..shown] {
            let _ = writeln!(self.0, "  {head:<width$}{line}", width = INDENT - 2);
            head.clear();
        }
        if shown < lines.len() {
            let _ = writeln!(self.0, "{:INDENT$}and {} more", "", lines.len() - shown);
        }
    }
}

/// Words with commas between them, in lines that are not too long.
fn lines_of(words: impl IntoIterator<Item = String>) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in words {
        match lines.last_mut() {
            Some(line) if INDENT + line.len() + 2 + word.len() < WIDTH => {
                line.push_str(", ");
                line.push_str(&word);
            }
            Some(line) => {
                line.push(',');
                lines.push(word);
            }
            None => lines.push(word),
        }
    }
    lines
}

/// The first few of these in one line, and how many there are beside them.
fn few(mut words: Vec<String>, separator: &str) -> String {
    if words.len() > WORDS + 1 {
        let more = words.len() - WORDS;
        words.truncate(WORDS);
        words.push(format!("and {more} more"));
    }
    words.join(separator)
}

/// The names of links, by their indices.
struct Names<'a>(BTreeMap<u32, &'a str>);

impl<'a> Names<'a> {
    fn of(links: &'a [Link]) -> Self {
        Self(
            links
                .iter()
                .map(|link| (link.index(), link.name()))
                .collect(),
        )
    }

    fn get(&self, index: u32) -> String {
        self.0
            .get(&index)
            .map_or_else(|| format!("if{index}"), |name| (*name).to_owned())
    }

    /// Puts a name in the place of each number, as in `dev if2`.
    fn put_into(&self, shown: &impl Display) -> String {
        let shown = shown.to_string();
        let mut before = "";
        let mut words = Vec::new();
        for word in shown.split(' ') {
            let index = word.strip_prefix("if").and_then(|index| index.parse().ok());
            words.push(match index.filter(|_| matches!(before, "dev" | "master")) {
                Some(index) => self.get(index),
                None => word.to_owned(),
            });
            before = word;
        }
        words.join(" ")
    }
}

fn identity(state: &State) -> String {
    match state.cookie {
        Some(cookie) => format!("{}, cookie {cookie}", state.id),
        None => state.id.to_string(),
    }
}

fn namespace(state: &State) -> String {
    let mut text = identity(state);
    let isolation = if state.whole_process {
        "process"
    } else {
        "thread"
    };
    let _ = write!(text, ", isolation = \"{isolation}\"");
    text
}

fn link(link: &Link) -> String {
    let mut text = link.to_string();
    // That of `lo` is all zeros.
    if let Some(at) = text.find(" link/").filter(|_| link.is_loopback()) {
        text.truncate(at);
    }
    let statistics = link.statistics();
    let both = [
        ("received", statistics.rx_packets, statistics.rx_bytes),
        ("sent", statistics.tx_packets, statistics.tx_bytes),
    ];
    for (verb, packets, bytes) in both.into_iter().filter(|(_, packets, _)| *packets != 0) {
        let plural = if packets == 1 { "" } else { "s" };
        let _ = write!(text, ", {verb} {packets} packet{plural} ({bytes} bytes)");
    }
    let failed = [
        ("rx errors", statistics.rx_errors),
        ("rx dropped", statistics.rx_dropped),
        ("tx errors", statistics.tx_errors),
        ("tx dropped", statistics.tx_dropped),
    ];
    for (what, count) in failed.into_iter().filter(|(_, count)| *count != 0) {
        let _ = write!(text, ", {what} {count}");
    }
    text
}

/// Those of a link in one line.
fn addresses(state: &State, names: &Names<'_>) -> Vec<String> {
    let mut links: Vec<(u32, Vec<String>)> = Vec::new();
    for address in &state.addresses {
        let mut text = format!("{}/{}", address.ip(), address.prefix_length());
        if let Some(peer) = address.peer() {
            text = format!("{} peer {peer}/{}", address.ip(), address.prefix_length());
        }
        let states = [
            (address.is_tentative(), " tentative"),
            (address.is_dad_failed(), " dadfailed"),
            (address.is_deprecated(), " deprecated"),
        ];
        text.extend(states.iter().filter(|(is, _)| *is).map(|(_, word)| *word));
        match links.last_mut() {
            Some((link, addresses)) if *link == address.link() => addresses.push(text),
            _ => links.push((address.link(), vec![text])),
        }
    }
    let line = |(link, addresses): (u32, Vec<String>)| {
        format!("{}: {}", names.get(link), few(addresses, ", "))
    };
    links.into_iter().map(line).collect()
}

/// Those that are not there for an address of the machine itself.
fn routes(state: &State, names: &Names<'_>) -> Vec<String> {
    let is_loopback = |link: Option<u32>| {
        link.is_some_and(|index| {
            state
                .links
                .iter()
                .any(|link| link.index() == index && link.is_loopback())
        })
    };
    let special = state.routes.iter().filter(|route| {
        let is_of_kernel = route.protocol() == Protocol::Kernel;
        let is_of_address = route.table() == Table::LOCAL
            || matches!(route.kind(), Kind::Local | Kind::Multicast | Kind::Anycast)
            || is_loopback(route.link());
        !(is_of_kernel && is_of_address)
    });
    special.map(|route| names.put_into(route)).collect()
}

/// Those that no namespace begins with, and those of the others that are missing.
fn rules(rules: &[Rule]) -> Vec<String> {
    let family = |rule: &Rule| if rule.is_ipv6() { " (IPv6)" } else { "" };
    let special = rules.iter().filter(|rule| !rule.is_initial());
    let special = special.map(|rule| format!("{rule}{}", family(rule)));
    // A kernel without IPv6, or without rules at all, has none of a kind.
    let has_rules_like = |one: &Rule| rules.iter().any(|rule| rule.is_ipv6() == one.is_ipv6());
    let initial = Rule::initial().into_iter();
    let missing = initial.filter(|rule| has_rules_like(rule) && !rules.contains(rule));
    let missing = missing.map(|rule| format!("not there: {rule}{}", family(&rule)));
    special.chain(missing).collect()
}

fn neighbours(state: &State, names: &Names<'_>) -> Vec<String> {
    let asked = state
        .neighbours
        .iter()
        .filter(|neighbour| neighbour.state() != NeighbourState::NoArp);
    asked.map(|neighbour| names.put_into(neighbour)).collect()
}

fn unread(error: &Error) -> String {
    match error.source() {
        Some(cause) => format!("failed to {error}: {}", chain(cause)),
        None => format!("failed to {error}"),
    }
}
