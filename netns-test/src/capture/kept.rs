//! What is kept of a recording: a file, and what is said of it.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::PathBuf;

use nix::sys::utsname::uname;

use crate::capture::decode;
use crate::capture::file;
use crate::capture::links::Known;
use crate::capture::pcapng::{Interface, Packet, Statistics, Writer};
use crate::capture::recording::State;
use crate::capture::ring::Head;
use crate::error::Error;
use crate::sys::packet::OUTGOING;

/// How many packets are described.
const DESCRIBED: usize = 10;

/// How a test ended.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Verdict {
    pub(crate) is_failure: bool,
    /// `passed`, `failed: it panicked: …`
    pub(crate) words: String,
}

/// What is kept of a recording.
#[derive(Debug)]
pub(crate) struct Kept {
    /// Where it is; or why it is nowhere.
    pub(crate) file: Result<PathBuf, Error>,
    /// How many frames are in it.
    pub(crate) frames: usize,
    /// The names of the links in it.
    pub(crate) links: Vec<String>,
    /// What is not in it.
    pub(crate) loss: Loss,
    /// The last packets, oldest first.
    pub(crate) last: Vec<Described>,
}

/// What is missing in a recording.
#[derive(Debug, Default)]
pub(crate) struct Loss {
    /// Frames that were older than there was room for.
    pub(crate) forgotten: u64,
    /// Frames that the kernel dropped, since they were not taken in time.
    pub(crate) dropped: u64,
    /// Namespaces that could not be tapped, and why.
    pub(crate) untapped: Vec<(String, String)>,
}

/// A packet in a line.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Described {
    /// Nanoseconds since the recording began.
    pub(crate) since_start: u64,
    pub(crate) link: String,
    pub(crate) what: String,
}

/// An interface of the file.
struct Place {
    tap: usize,
    link: u32,
    link_type: u16,
    interface: Interface,
    frames: u64,
}

impl Kept {
    pub(super) fn write(name: &'static str, verdict: &Verdict, state: &State) -> Self {
        let frames = state.ring.frames();
        let places = places(state, &frames);
        let loss = Loss {
            forgotten: state.ring.forgotten(),
            dropped: state.taps.iter().map(|tap| tap.dropped).sum(),
            untapped: state.taps.iter().filter_map(untapped).collect(),
        };
        let comments = comments(name, verdict, &loss);
        let file = file::create(name).and_then(|(path, file)| {
            write(file, &comments, state, &places, &frames)
                .map(|()| path.clone())
                .map_err(|error| {
                    // A part of a capture would be taken for a whole one.
                    let _ = std::fs::remove_file(&path);
                    Error::system(format!("write `{}`", path.display()), error)
                })
        });
        let first = frames.len().saturating_sub(DESCRIBED);
        let last = frames[first..].iter().map(|(head, bytes)| Described {
            since_start: head.time.saturating_sub(state.start),
            link: place_of(&places, head)
                .map(|(_, place)| place.interface.name.clone())
                .unwrap_or_default(),
            what: decode::describe(head.link_type, bytes),
        });
        let mut links: Vec<_> = places
            .iter()
            .map(|place| place.interface.name.clone())
            .collect();
        links.dedup();
        Self {
            file,
            frames: frames.len(),
            links,
            loss,
            last: last.collect(),
        }
    }
}

fn untapped(tap: &crate::capture::Tap) -> Option<(String, String)> {
    let error = tap.sockets.as_ref().err()?;
    Some((
        format!("{}, {}", tap.place.what, tap.place.id),
        error.to_string(),
    ))
}

fn comments(name: &str, verdict: &Verdict, loss: &Loss) -> Vec<String> {
    let mut comments = vec![
        format!("test: {name}"),
        format!("verdict: {}", verdict.words),
    ];
    if loss.forgotten > 0 {
        let forgotten = loss.forgotten;
        comments.push(format!(
            "missing: the {forgotten} oldest frames, for which there was no room"
        ));
    }
    if loss.dropped > 0 {
        let dropped = loss.dropped;
        comments.push(format!("missing: {dropped} frames that the kernel dropped"));
    }
    for (place, why) in &loss.untapped {
        comments.push(format!("missing: all of {place}: {why}"));
    }
    comments
}

/// The interfaces: all links of all taps, and once more those that changed their kind.
fn places(state: &State, frames: &[(Head, &[u8])]) -> Vec<Place> {
    let mut places = Vec::new();
    for (number, tap) in state.taps.iter().enumerate() {
        let links = tap.links.all();
        places.extend(links.into_iter().map(|link| Place {
            tap: number,
            link: link.index,
            link_type: link.link_type,
            frames: link.frames,
            interface: Interface {
                link_type: link.link_type,
                name: interface_name(number, &link),
                description: description(&link, &tap.place.what, &tap.place.id),
            },
        }));
    }
    for (head, _) in frames {
        if place_of(&places, head).is_none() {
            let same = |place: &&Place| (place.tap, place.link) == (head.tap, head.link);
            let Some(known) = places.iter().find(same) else {
                continue;
            };
            let interface = Interface {
                link_type: head.link_type,
                ..known.interface.clone()
            };
            places.push(Place {
                tap: head.tap,
                link: head.link,
                link_type: head.link_type,
                frames: 0,
                interface,
            });
        }
    }
    places
}

fn place_of<'a>(places: &'a [Place], head: &Head) -> Option<(usize, &'a Place)> {
    let key = (head.tap, head.link, head.link_type);
    let is_its = |(_, place): &(usize, &Place)| (place.tap, place.link, place.link_type) == key;
    places.iter().enumerate().find(is_its)
}

/// The link's name; behind `@` the namespace, if it is not the test's own.
fn interface_name(tap: usize, link: &Known) -> String {
    let name = if link.name.is_empty() {
        format!("if{}", link.index)
    } else {
        link.name.clone()
    };
    match tap {
        0 => name,
        other => format!("{name}@ns{other}"),
    }
}

fn description(link: &Known, what: &str, id: &impl std::fmt::Display) -> String {
    match &link.kind {
        Some(kind) => format!("{kind} in {what}, {id}"),
        None => format!("in {what}, {id}"),
    }
}

fn write(
    file: File,
    comments: &[String],
    state: &State,
    places: &[Place],
    frames: &[(Head, &[u8])],
) -> io::Result<()> {
    let system = uname().map(|name| {
        let words =
            [name.sysname(), name.release()].map(|word| word.to_string_lossy().into_owned());
        words.join(" ")
    });
    let to = BufWriter::with_capacity(1 << 18, file);
    let mut writer = Writer::begin(to, comments, system.as_deref().unwrap_or("Linux"))?;
    for place in places {
        writer.interface(&place.interface)?;
    }
    for (head, bytes) in frames {
        let Some((number, _)) = place_of(places, head) else {
            continue;
        };
        writer.packet(&Packet {
            interface: u32::try_from(number).unwrap_or(u32::MAX),
            time: head.time,
            original: head.original,
            flags: flags(head.direction),
            bytes,
        })?;
    }
    let end = frames
        .last()
        .map_or(state.start, |(head, _)| head.time.max(state.start));
    for (number, place) in places.iter().enumerate() {
        // The kernel counts what it drops for the whole namespace, of which `lo` is the first.
        let is_first = places[..number].iter().all(|other| other.tap != place.tap);
        let dropped = state.taps.get(place.tap).map(|tap| tap.dropped);
        writer.statistics(&Statistics {
            interface: u32::try_from(number).unwrap_or(u32::MAX),
            start: state.start,
            end,
            received: place.frames,
            dropped: dropped.filter(|_| is_first),
            comment: is_first.then(|| "dropped: on all links of this namespace".into()),
        })?;
    }
    writer.into_inner().flush()
}

/// `epb_flags`: the direction, and to whom the frame went.
fn flags(direction: u8) -> u32 {
    const INBOUND: u32 = 1;
    const OUTBOUND: u32 = 2;
    match direction {
        OUTGOING => OUTBOUND,
        // To this host, to all, to a group, to another host.
        0 => INBOUND | 1 << 2,
        1 => INBOUND | 3 << 2,
        2 => INBOUND | 2 << 2,
        3 => INBOUND | 4 << 2,
        _ => 0,
    }
}
