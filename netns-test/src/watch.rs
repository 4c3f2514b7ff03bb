//! What is watched while a test runs, and what its body may do: the words of
//! the attribute and of the environment put together.

use std::any::Any;
use std::process::ExitCode;
use std::thread;
use std::time::Duration;

use crate::callback::panic_text;
use crate::env::{Limit, Settings};
use crate::record::{Cause, Record};
use crate::setting::{Capture, Egress, Leaks, Pause};
use crate::test::Test;

/// How one test is watched. It goes to the test's process, if it has one.
#[derive(Clone, Debug)]
pub(crate) struct Watch {
    /// How long the body may take.
    pub(crate) timeout: Option<Duration>,
    pub(crate) leaks: Leaks,
    pub(crate) egress: Egress,
    pub(crate) capture: Capture,
    /// Whether the test is paused if it fails.
    pub(crate) pause: bool,
    /// The text that a panic has to contain for the test to pass, if it has to panic.
    pub(crate) expected_panic: Option<String>,
    /// Where what is seen is noted. The test's process has one of its own.
    pub(crate) record: Record,
}

/// How a body ended: its report, or the payload of its panic.
pub(crate) type Ending = thread::Result<ExitCode>;

impl Watch {
    /// The environment beats what the attribute says.
    pub(crate) fn of(test: &Test, settings: &Settings, record: Record) -> Self {
        Self {
            timeout: match settings.timeout {
                Some(Limit::None) => None,
                Some(Limit::After(timeout)) => Some(timeout),
                None => test.timeout,
            },
            leaks: settings.leaks.or(test.leaks).unwrap_or_default(),
            egress: test.egress.unwrap_or_default(),
            capture: settings.capture.or(test.capture).unwrap_or_default(),
            // Under `CI` nobody would end the pause.
            pause: settings.pause == Some(Pause::OnFailure) && !settings.ci,
            expected_panic: test.should_panic.then(|| test.expected_panic.to_owned()),
            record,
        }
    }

    /// Whether libtest will take this for a success.
    pub(crate) fn is_success(&self, ending: &Ending) -> bool {
        is_success(self.expected_panic.as_deref(), ending)
    }

    /// Whether the test passes if its body panics with this.
    pub(crate) fn expects(&self, payload: &(dyn Any + Send)) -> bool {
        expects(self.expected_panic.as_deref(), payload)
    }

    /// Why the test does not pass whose body ended so, if it does not.
    pub(crate) fn cause(&self, ending: &Ending) -> Option<Cause> {
        if self.is_success(ending) {
            return None;
        }
        Some(match ending {
            Ok(_) if self.expected_panic.is_some() => Cause::DidNotPanic,
            Ok(code) => Cause::Returned(status(*code)),
            Err(payload) => Cause::panicked(panic_text(&**payload)),
        })
    }

    /// As bytes, for another process: the inverse of [`Watch::from_wire`].
    pub(crate) fn to_wire(&self) -> Vec<u8> {
        let nanoseconds = self.timeout.map_or(0, |timeout| timeout.as_nanos().max(1));
        let nanoseconds = u64::try_from(nanoseconds).unwrap_or(u64::MAX);
        let mut bytes = nanoseconds.to_le_bytes().to_vec();
        bytes.push(match self.leaks {
            Leaks::Allow => 0,
            Leaks::Warn => 1,
            Leaks::Deny => 2,
        });
        bytes.push(match self.egress {
            Egress::Allow => 0,
            Egress::Deny => 1,
        });
        bytes.push(match self.capture {
            Capture::Off => 0,
            Capture::OnFailure => 1,
            Capture::Always => 2,
        });
        bytes.push(u8::from(self.pause));
        bytes.push(u8::from(self.record.is_wanted()));
        bytes.push(u8::from(self.expected_panic.is_some()));
        bytes.extend_from_slice(self.expected_panic.as_deref().unwrap_or("").as_bytes());
        bytes
    }

    /// `None` if these bytes were not made by [`Watch::to_wire`].
    pub(crate) fn from_wire(bytes: &[u8]) -> Option<Self> {
        let (nanoseconds, rest) = bytes.split_first_chunk()?;
        let ([leaks, egress, capture, pause, record, panics], text) = rest.split_first_chunk()?;
        let timeout = match u64::from_le_bytes(*nanoseconds) {
            0 => None,
            nanoseconds => Some(Duration::from_nanos(nanoseconds)),
        };
        Some(Self {
            timeout,
            leaks: match leaks {
                0 => Leaks::Allow,
                1 => Leaks::Warn,
                _ => Leaks::Deny,
            },
            egress: match egress {
                0 => Egress::Allow,
                _ => Egress::Deny,
            },
            capture: match capture {
                0 => Capture::Off,
                1 => Capture::OnFailure,
                _ => Capture::Always,
            },
            pause: *pause != 0,
            expected_panic: match panics {
                0 => None,
                _ => Some(String::from_utf8(text.to_vec()).ok()?),
            },
            record: match record {
                0 => Record::none(),
                _ => Record::begin(),
            },
        })
    }
}

/// Whether libtest takes this for the success of a test that has to panic with
/// `expected`, if with anything.
pub(crate) fn is_success(expected: Option<&str>, ending: &Ending) -> bool {
    match ending {
        Ok(code) => expected.is_none() && *code == ExitCode::SUCCESS,
        Err(payload) => expects(expected, &**payload),
    }
}

fn expects(expected: Option<&str>, payload: &(dyn Any + Send)) -> bool {
    expected.is_some_and(|expected| {
        expected.is_empty() || panic_text(payload).is_some_and(|text| text.contains(expected))
    })
}

/// The number behind an `ExitCode`.
pub(crate) fn status(code: ExitCode) -> u8 {
    (0..=u8::MAX)
        .find(|status| ExitCode::from(*status) == code)
        .unwrap_or(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sent_arrives() {
        let plain = Watch {
            timeout: None,
            leaks: Leaks::Warn,
            egress: Egress::Allow,
            capture: Capture::Off,
            pause: false,
            expected_panic: None,
            record: Record::none(),
        };
        let strict = Watch {
            timeout: Some(Duration::from_millis(1500)),
            leaks: Leaks::Deny,
            egress: Egress::Deny,
            capture: Capture::Always,
            pause: true,
            expected_panic: Some("refused".into()),
            record: Record::begin(),
        };
        for watch in [plain, strict] {
            let arrived = Watch::from_wire(&watch.to_wire()).unwrap();
            assert_eq!(arrived.record.is_wanted(), watch.record.is_wanted());
            // Each side has a record of its own.
            let record = Record::none();
            let all = |watch| Watch {
                record: record.clone(),
                ..watch
            };
            assert_eq!(format!("{:?}", all(arrived)), format!("{:?}", all(watch)));
        }
        assert!(Watch::from_wire(&[]).is_none());
    }

    #[test]
    fn a_panic_is_a_success_where_it_is_expected() {
        let expecting = |text: Option<&str>| Watch {
            timeout: None,
            leaks: Leaks::Warn,
            egress: Egress::Allow,
            capture: Capture::Off,
            pause: false,
            expected_panic: text.map(Into::into),
            record: Record::none(),
        };
        let panic = |text: &str| Ending::Err(Box::new(text.to_owned()));
        assert!(expecting(None).is_success(&Ok(ExitCode::SUCCESS)));
        assert!(!expecting(None).is_success(&Ok(ExitCode::FAILURE)));
        assert!(!expecting(None).is_success(&panic("a")));
        assert!(expecting(Some("")).is_success(&panic("a")));
        assert!(expecting(Some("b")).is_success(&panic("abc")));
        assert!(!expecting(Some("d")).is_success(&panic("abc")));
        assert!(!expecting(Some("")).is_success(&Ok(ExitCode::SUCCESS)));
    }
}
