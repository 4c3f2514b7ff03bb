//! The frames of a recording, newest last, as many as there is room for.

use std::collections::{BTreeMap, VecDeque};
use std::mem::size_of;
use std::ops::Range;

/// What is known of a frame beside its bytes.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(super) struct Head {
    /// Nanoseconds since 1970.
    pub(super) time: u64,
    /// Which of the recording's taps saw it.
    pub(super) tap: usize,
    /// The link's index in its namespace.
    pub(super) link: u32,
    /// `LINKTYPE_…`
    pub(super) link_type: u16,
    /// `PACKET_…`
    pub(super) direction: u8,
    /// How long it was, of which there may be less.
    pub(super) original: usize,
}

/// Frames in segments: the oldest segment goes when there is no room.
#[derive(Debug)]
pub(super) struct Ring {
    segments: VecDeque<Segment>,
    /// The most bytes in one segment.
    segment: usize,
    /// The most segments.
    most: usize,
    forgotten: u64,
}

#[derive(Debug, Default)]
struct Segment {
    bytes: Vec<u8>,
    frames: Vec<(Head, Range<usize>)>,
}

/// A small limit still has some segments, or half of the frames would go at once.
const SEGMENTS: usize = 16;
const LONGEST_SEGMENT: usize = 1 << 20;

impl Ring {
    /// A ring of about so many bytes.
    pub(super) fn new(limit: usize) -> Self {
        let segment = (limit / SEGMENTS).clamp(1, LONGEST_SEGMENT);
        Self {
            segments: VecDeque::new(),
            segment,
            most: (limit / segment).max(1),
            forgotten: 0,
        }
    }

    /// Where the bytes of a frame can be appended, of which there are `longest` at most.
    /// What is appended and not [taken in](Ring::take_in) has to be taken away again.
    pub(super) fn spare(&mut self, longest: usize) -> &mut Vec<u8> {
        let is_full = |segment: &Segment| segment.size() >= self.segment;
        if self.segments.back().is_none_or(is_full) {
            self.turn(longest);
        }
        &mut self.last().bytes
    }

    /// Takes in the frame whose bytes have been appended.
    pub(super) fn take_in(&mut self, head: Head) {
        let segment = self.last();
        let start = segment.frames.last().map_or(0, |(_, range)| range.end);
        let end = segment.bytes.len();
        segment.frames.push((head, start..end));
    }

    fn last(&mut self) -> &mut Segment {
        if self.segments.is_empty() {
            self.segments.push_back(Segment::default());
        }
        let last = self.segments.len() - 1;
        &mut self.segments[last]
    }

    /// Begins a segment: one that is new, or the oldest one.
    fn turn(&mut self, longest: usize) {
        let mut next = Segment::default();
        if self.segments.len() >= self.most {
            if let Some(oldest) = self.segments.pop_front() {
                self.forgotten += u64::try_from(oldest.frames.len()).unwrap_or(0);
                next = oldest;
            }
            next.bytes.clear();
            next.frames.clear();
        }
        // Never moved again; and what is not written to takes no memory.
        next.bytes.reserve(self.segment + longest);
        self.segments.push_back(next);
    }

    /// How many frames had to go.
    pub(super) fn forgotten(&self) -> u64 {
        self.forgotten
    }

    /// The frames, in the order of their times, of which some are [lowered](lower): those of
    /// one tap are as they were queued.
    pub(super) fn frames(&self) -> Vec<(Head, &[u8])> {
        let mut frames: Vec<_> = self.segments.iter().flat_map(Segment::frames).collect();
        lower(&mut frames);
        // What several taps saw lies one after the other; what one saw at the same time stays as it was.
        frames.sort_by_key(|(head, _)| head.time);
        frames
    }
}

/// Makes no frame later than one that was queued behind it. The kernel begins to note
/// times some milliseconds after it was asked to, and until then it tells the time at
/// which a frame is read: an answer that has its true time would come before its question.
fn lower(frames: &mut [(Head, &[u8])]) {
    let mut earliest = BTreeMap::new();
    for (head, _) in frames.iter_mut().rev() {
        let earliest = earliest.entry(head.tap).or_insert(head.time);
        *earliest = head.time.min(*earliest);
        head.time = *earliest;
    }
}

impl Segment {
    fn frames(&self) -> impl Iterator<Item = (Head, &[u8])> {
        let bytes = |range: &Range<usize>| self.bytes.get(range.clone()).unwrap_or(&[]);
        self.frames
            .iter()
            .map(move |(head, range)| (*head, bytes(range)))
    }

    fn size(&self) -> usize {
        self.bytes.len() + self.frames.len() * size_of::<(Head, Range<usize>)>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head(tap: usize, time: u64) -> Head {
        Head {
            time,
            tap,
            ..Head::default()
        }
    }

    fn push(ring: &mut Ring, head: Head, bytes: &[u8]) {
        ring.spare(bytes.len()).extend_from_slice(bytes);
        ring.take_in(head);
    }

    #[test]
    fn frames_come_back_whole_and_by_time() {
        let mut ring = Ring::new(1 << 20);
        push(&mut ring, head(0, 2), b"abc");
        push(&mut ring, head(0, 2), b"");
        push(&mut ring, head(1, 1), b"d");
        let frames = ring.frames();
        let bytes: Vec<_> = frames.iter().map(|(_, bytes)| *bytes).collect();
        assert_eq!(bytes, [b"d".as_slice(), b"abc", b""]);
        assert_eq!(ring.forgotten(), 0);
    }

    /// The first two frames of tap 0 have the time at which they were read.
    #[test]
    fn frames_of_one_tap_stay_in_their_order() {
        let mut ring = Ring::new(1 << 20);
        for (tap, time, bytes) in [
            (0, 80, "a"),
            (0, 90, "question"),
            (0, 30, "answer"),
            (0, 50, "b"),
            (1, 40, "elsewhere"),
            (1, 95, "the last"),
        ] {
            push(&mut ring, head(tap, time), bytes.as_bytes());
        }
        let frames = ring.frames();
        let told: Vec<_> = frames
            .iter()
            .map(|(head, bytes)| (head.time, std::str::from_utf8(bytes).unwrap()))
            .collect();
        let expected = [
            (30, "a"),
            (30, "question"),
            (30, "answer"),
            (40, "elsewhere"),
            (50, "b"),
            (95, "the last"),
        ];
        assert_eq!(told, expected);
    }

    #[test]
    fn the_oldest_go_first_and_are_counted() {
        let limit = 64 << 10;
        let mut ring = Ring::new(limit);
        for time in 0..1000 {
            push(&mut ring, head(0, time), &[0; 1000]);
        }
        let frames = ring.frames();
        let kept: usize = frames.iter().map(|(_, bytes)| bytes.len()).sum();
        assert!((limit / 2..=limit + limit / 4).contains(&kept), "{kept}");
        let forgotten = ring.forgotten();
        assert_eq!(frames.len() as u64 + forgotten, 1000);
        let times: Vec<_> = frames.iter().map(|(head, _)| head.time).collect();
        assert_eq!(times, (forgotten..1000).collect::<Vec<_>>());
    }

    #[test]
    fn a_frame_that_is_longer_than_a_segment_is_kept() {
        let mut ring = Ring::new(1024);
        for time in 0..10 {
            push(&mut ring, head(0, time), &[7; 5000]);
        }
        let frames = ring.frames();
        assert_eq!(frames.last().unwrap().1, [7; 5000]);
        assert_eq!(frames.len() as u64 + ring.forgotten(), 10);
    }
}
