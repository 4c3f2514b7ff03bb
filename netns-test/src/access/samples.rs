//! Refusals for the tests of what is printed.

use nix::errno::Errno;

use super::classify::classify;
use super::place::Place;
use super::probe::{Machine, Observations, Trial};
use crate::answer::Refusal;
use crate::sys::probe::{Ended, News, Record, Step};

/// As in a container of Docker, run by root.
pub(crate) fn container() -> Refusal {
    filtered(Err(Errno::EPERM), Place::Plain)
}

/// As in a unit with `RestrictNamespaces=yes`.
pub(crate) fn systemd_unit() -> Refusal {
    filtered(Ok(()), Place::SystemdUnit)
}

fn filtered(nothing: Result<(), Errno>, place: Place) -> Refusal {
    let refused = Err(Errno::EPERM);
    let records = [
        (Step::DirectNet, refused),
        (Step::User, refused),
        (Step::TellNothing, nothing),
        (Step::TellUser, refused),
        (Step::TellNet, refused),
    ];
    let records = records.into_iter().map(|(step, outcome)| Record {
        step,
        news: News::Ended(outcome),
    });
    let seen = Observations {
        trial: Trial {
            records: records.collect(),
            ended: Ended::Done,
        },
        machine: Machine {
            place,
            ..Machine::default()
        },
    };
    classify(&seen).refusal().expect("no route works").clone()
}
