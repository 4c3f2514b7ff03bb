//! `netns-test shell`

use std::ffi::OsString;
use std::io::{self, IsTerminal};
use std::process::ExitCode;

use netns_test::__cli::{self as inside, Held};

use crate::args::Shell;
use crate::program::become_program;
use crate::{output, ps, status};

pub(crate) fn main(arguments: &Shell) -> ExitCode {
    let held = inside::held();
    let chosen = match choose(&held, arguments.test.as_deref()) {
        Ok(chosen) => chosen,
        Err(why) => {
            output::complain(&why);
            return ExitCode::from(status::FAILED);
        }
    };
    match inside::join(chosen) {
        Ok(joined) => {
            if let Some(error) = joined.without_views {
                output::remark(&format!(
                    "note: /sys/class/net may show another network than the test's: {error}"
                ));
            }
        }
        Err(error) => {
            output::complain(&output::failure(&error));
            return ExitCode::from(status::FAILED);
        }
    }
    if let Some((program, rest)) = arguments.program.split_first() {
        return become_program(program, rest);
    }
    if io::stdin().is_terminal() {
        output::remark(&format!(
            "in net:[{}] of `{}`; `exit` leaves it",
            chosen.inode, chosen.test
        ));
    }
    let shell = inside::shell().unwrap_or_else(|| OsString::from("/bin/sh"));
    become_program(&shell, &[])
}

fn choose<'a>(held: &'a [Held], asked: Option<&str>) -> Result<&'a Held, String> {
    if held.is_empty() {
        return Err("no test holds a network namespace now".into());
    }
    let Some(asked) = asked else {
        return only(held.iter().collect(), "more than one test runs: say which");
    };
    // Whoever writes a number or a whole name means it, even if it is a part of other names.
    let inode = asked
        .strip_prefix("net:[")
        .and_then(|rest| rest.strip_suffix(']'))
        .unwrap_or(asked);
    let is_meant: [&dyn Fn(&Held) -> bool; 3] = [
        &|held| held.pid.to_string() == asked || held.inode.to_string() == inode,
        &|held| held.test == asked,
        &|held| !asked.is_empty() && held.test.contains(asked),
    ];
    for is_meant in is_meant {
        let meant: Vec<&Held> = held.iter().filter(|held| is_meant(held)).collect();
        if !meant.is_empty() {
            return only(meant, &format!("`{asked}` means more than one test"));
        }
    }
    Err(format!(
        "no running test is `{asked}`; these are there:\n{}",
        ps::list(held).trim_end()
    ))
}

fn only<'a>(meant: Vec<&'a Held>, otherwise: &str) -> Result<&'a Held, String> {
    if let [one] = meant[..] {
        return Ok(one);
    }
    let all: Vec<Held> = meant.into_iter().cloned().collect();
    Err(format!("{otherwise}\n{}", ps::list(&all).trim_end()))
}
