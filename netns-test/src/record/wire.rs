//! A record as bytes, for the process that waits for the test: the same program, so
//! there are no versions.

use std::time::Duration;

use super::{Attempts, Body, Cause, Facts, Leak, LeakKind, Place};
use crate::setting::Isolation;

const KINDS: [LeakKind; 5] = [
    LeakKind::Thread,
    LeakKind::Process,
    LeakKind::Socket,
    LeakKind::Namespace,
    LeakKind::Handle,
];

/// What a test's process can know.
pub(super) fn write(facts: &Facts) -> Vec<u8> {
    let mut writer = Writer(Vec::new());
    writer.optional(facts.body.as_ref(), |writer, body| {
        writer.number(u64::from(body.place.isolation == Isolation::Process));
        writer.number(body.place.inode);
        writer.optional(body.place.cookie, Writer::number);
        writer.moment(body.began);
        writer.optional(body.ended, Writer::moment);
    });
    let cause = facts.cause.as_ref().and_then(cause);
    writer.optional(cause, |writer, cause| writer.0.extend(cause.0));
    writer.optional(facts.leaks.as_ref(), |writer, leaks| {
        writer.number(leaks.len() as u64);
        for leak in leaks {
            writer.leak(leak);
        }
    });
    writer.optional(facts.egress, |writer, Attempts { v4, v6 }| {
        writer.number(v4);
        writer.number(v6);
    });
    writer.0
}

/// `None` if these bytes were not made by [`write()`].
pub(super) fn read(bytes: &[u8]) -> Option<Facts> {
    let mut reader = Reader(bytes);
    Some(Facts {
        body: reader.optional(|reader| {
            Some(Body {
                place: Place {
                    isolation: match reader.number()? {
                        0 => Isolation::Thread,
                        _ => Isolation::Process,
                    },
                    inode: reader.number()?,
                    cookie: reader.optional(Reader::number)?,
                },
                began: reader.moment()?,
                ended: reader.optional(Reader::moment)?,
            })
        })?,
        cause: reader.optional(Reader::cause)?,
        leaks: reader.optional(|reader| {
            let count = reader.number()?;
            (0..count).map(|_| reader.leak()).collect()
        })?,
        egress: reader.optional(|reader| {
            Some(Attempts {
                v4: reader.number()?,
                v6: reader.number()?,
            })
        })?,
        ..Facts::default()
    })
}

struct Writer(Vec<u8>);

impl Writer {
    fn number(&mut self, number: u64) {
        self.0.extend_from_slice(&number.to_le_bytes());
    }

    fn moment(&mut self, moment: Duration) {
        self.number(u64::try_from(moment.as_nanos()).unwrap_or(u64::MAX));
    }

    fn text(&mut self, text: &str) {
        self.number(text.len() as u64);
        self.0.extend_from_slice(text.as_bytes());
    }

    fn optional<T>(&mut self, value: Option<T>, write: impl FnOnce(&mut Self, T)) {
        self.number(u64::from(value.is_some()));
        if let Some(value) = value {
            write(self, value);
        }
    }

    fn leak(&mut self, leak: &Leak) {
        let kind = KINDS.iter().position(|kind| *kind == leak.kind);
        self.number(kind.unwrap_or(0) as u64);
        self.optional(leak.number, Self::number);
        self.optional(leak.descriptor, Self::number);
        for text in [
            &leak.of,
            &leak.name,
            &leak.protocol,
            &leak.local,
            &leak.peer,
            &leak.state,
        ] {
            self.optional(text.as_deref(), Self::text);
        }
    }
}

/// Nothing of a cause that only the process that waits can know.
fn cause(cause: &Cause) -> Option<Writer> {
    let mut writer = Writer(Vec::new());
    match cause {
        Cause::Panicked(text) => {
            writer.number(0);
            writer.optional(text.as_deref(), Writer::text);
        }
        Cause::DidNotPanic => writer.number(1),
        Cause::Returned(status) => {
            writer.number(2);
            writer.number((*status).into());
        }
        Cause::Leaks => writer.number(3),
        Cause::Egress => writer.number(4),
        Cause::Teardown(text) => {
            writer.number(5);
            writer.text(text);
        }
        Cause::Setup(_)
        | Cause::TimedOut(_)
        | Cause::Frozen(_)
        | Cause::Died(_)
        | Cause::Vanished
        | Cause::Exits
        | Cause::NotEntered(_)
        | Cause::Refused(_)
        | Cause::Settings(_)
        | Cause::SecondRun => return None,
    }
    Some(writer)
}

struct Reader<'a>(&'a [u8]);

impl Reader<'_> {
    fn number(&mut self) -> Option<u64> {
        let (number, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(u64::from_le_bytes(*number))
    }

    fn moment(&mut self) -> Option<Duration> {
        self.number().map(Duration::from_nanos)
    }

    fn text(&mut self) -> Option<String> {
        let length = usize::try_from(self.number()?).ok()?;
        let (text, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        String::from_utf8(text.to_vec()).ok()
    }

    /// The outer `None`: these bytes say nothing.
    #[expect(clippy::option_option, reason = "the two mean different things")]
    fn optional<T>(&mut self, read: impl FnOnce(&mut Self) -> Option<T>) -> Option<Option<T>> {
        match self.number()? {
            0 => Some(None),
            _ => read(self).map(Some),
        }
    }

    fn cause(&mut self) -> Option<Cause> {
        Some(match self.number()? {
            0 => Cause::Panicked(self.optional(Self::text)?),
            1 => Cause::DidNotPanic,
            2 => Cause::Returned(u8::try_from(self.number()?).ok()?),
            3 => Cause::Leaks,
            4 => Cause::Egress,
            5 => Cause::Teardown(self.text()?),
            _ => return None,
        })
    }

    fn leak(&mut self) -> Option<Leak> {
        let kind = KINDS.get(usize::try_from(self.number()?).ok()?)?;
        let number = self.optional(Self::number)?;
        let descriptor = self.optional(Self::number)?;
        Some(Leak {
            kind: *kind,
            number,
            descriptor,
            of: self.optional(Self::text)?,
            name: self.optional(Self::text)?,
            protocol: self.optional(Self::text)?,
            local: self.optional(Self::text)?,
            peer: self.optional(Self::text)?,
            state: self.optional(Self::text)?,
        })
    }
}
