//! `netns-test doctor`

mod attempt;
mod json;
mod row;
mod show;

use std::fs;
use std::process::ExitCode;

use netns_test::{Refusal, Way, access};

use self::row::Row;
use crate::args::Doctor;
use crate::{output, status};

/// What was found out.
#[derive(Debug)]
struct Findings {
    way: Option<Way>,
    refusal: Option<&'static Refusal>,
    rows: Vec<Row>,
    uid: u32,
    kernel: String,
}

pub(crate) fn main(arguments: &Doctor) -> ExitCode {
    if arguments.attempt {
        return attempt::everything();
    }
    // In a forked child, which is where a filter that kills does no harm.
    let access = access();
    let mut findings = Findings {
        way: access.way(),
        refusal: access.refusal(),
        rows: Vec::new(),
        uid: nix::unistd::geteuid().as_raw(),
        kernel: fs::read_to_string("/proc/sys/kernel/osrelease")
            .map(|release| release.trim().to_owned())
            .unwrap_or_default(),
    };
    if findings.way.is_some() {
        match attempt::in_a_child() {
            Ok(attempted) => findings.rows = row::rows(&attempted, access),
            Err(why) => {
                output::complain(&why);
                return ExitCode::from(status::FAILED);
            }
        }
    }
    let text = if arguments.json {
        json::object(&findings)
    } else {
        show::text(&findings)
    };
    let status = match findings.way {
        Some(_) => ExitCode::SUCCESS,
        None => ExitCode::from(status::DOES_NOT_RUN),
    };
    output::finish(&text, status)
}
