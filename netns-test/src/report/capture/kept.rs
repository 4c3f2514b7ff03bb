//! The words about a capture that is kept.

use std::error::Error as _;
use std::fmt::Write;

use crate::capture::{self, Kept, Loss, Verdict};
use crate::report;
use crate::test::Test;
use crate::watch::Watch;

/// Ends the capture of `test`, and says what is kept of it.
pub(super) fn end(test: &Test, watch: &Watch, verdict: &Verdict) {
    if let Some(kept) = capture::finish(test.name(), verdict) {
        if let Ok(path) = &kept.file {
            let record = &watch.record;
            record.note(|facts| facts.artefacts.push(path.clone()));
        }
        report::print(&words(test.name(), &kept));
    }
}

fn words(name: &str, kept: &Kept) -> String {
    let mut text = String::new();
    match &kept.file {
        Ok(path) => {
            let _ = writeln!(text, "netns-test: capture of `{name}`: {}", path.display());
        }
        Err(error) => {
            let _ = writeln!(
                text,
                "netns-test: warning: no capture of `{name}`: failed to {error}"
            );
            if let Some(cause) = error.source() {
                let _ = writeln!(text, "  because: {cause}");
            }
            if let Some(hint) = error.hint() {
                let _ = writeln!(text, "  hint:    {hint}");
            }
        }
    }
    let links = kept.links.join(", ");
    let _ = writeln!(text, "  {} on {links}", frames(kept.frames));
    add_loss(&mut text, &kept.loss);
    if !kept.last.is_empty() {
        let shown = kept.last.len();
        let _ = match kept.frames {
            all if all == shown => writeln!(text, "  all of them, by seconds since the start:"),
            _ => writeln!(text, "  the last {shown}, by seconds since the start:"),
        };
    }
    let width = kept.last.iter().map(|packet| packet.link.len()).max();
    for packet in &kept.last {
        let (seconds, rest) = (
            packet.since_start / 1_000_000_000,
            packet.since_start % 1_000_000_000,
        );
        let _ = writeln!(
            text,
            "    {seconds}.{micros:06}  {link:width$}  {what}",
            micros = rest / 1000,
            link = packet.link,
            width = width.unwrap_or(0),
            what = packet.what,
        );
    }
    text
}

fn add_loss(text: &mut String, loss: &Loss) {
    if loss.forgotten > 0 {
        let _ = writeln!(
            text,
            "  missing: the {} before them, for which there was no room\n  \
             hint:    `NETNS_TEST_CAPTURE_LIMIT` is how many MiB are kept",
            frames(loss.forgotten)
        );
    }
    if loss.dropped > 0 {
        let _ = writeln!(
            text,
            "  missing: {} that came too fast and were dropped by the kernel",
            frames(loss.dropped)
        );
    }
    for (place, why) in &loss.untapped {
        let _ = writeln!(text, "  missing: all of {place}: {why}");
    }
}

fn frames(count: impl TryInto<u64>) -> String {
    match count.try_into().unwrap_or(u64::MAX) {
        0 => "no frame".into(),
        1 => "1 frame".into(),
        more => format!("{more} frames"),
    }
}

#[cfg(test)]
mod tests;
