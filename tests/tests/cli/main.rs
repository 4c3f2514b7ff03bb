//! The command `netns-test`, as root and as an ordinary user.
#![cfg(target_os = "linux")]

use std::ffi::OsStr;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use netns_test_tests::cargo::{User, command, started_by};

mod doctor;
mod help;
mod hosts;
mod ps;
mod refused;
mod run;
mod shell;
mod signals;
mod suite;
mod victims;

/// Those who use it; `NETNS_TEST_ISOLATION` means nothing to it.
fn users() -> impl Iterator<Item = User> {
    let all = User::all().into_iter();
    all.filter(|user| *user != User::RootInProcesses)
        .inspect(|user| println!("{user:?}"))
}

/// The command with arguments, and with nothing to read.
fn netns_test<S: AsRef<OsStr>>(user: User, arguments: impl IntoIterator<Item = S>) -> Command {
    let mut command = started_by(user, command());
    command.args(arguments).stdin(Stdio::null());
    command
}

/// What [`netns_test`] prints, and how it ends.
fn output<S: AsRef<OsStr>>(user: User, arguments: impl IntoIterator<Item = S>) -> Finished {
    finished(&mut netns_test(user, arguments))
}

fn finished(command: &mut Command) -> Finished {
    command.output().expect("the command starts").into()
}

#[derive(Debug)]
struct Finished {
    code: Option<i32>,
    stdout: String,
    stderr: String,
}

impl From<Output> for Finished {
    fn from(output: Output) -> Self {
        let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
        Self {
            code: output.status.code(),
            stdout: text(output.stdout),
            stderr: text(output.stderr),
        }
    }
}

/// This very binary, as a program that runs one of its ignored tests.
fn this_test(name: &str) -> Vec<String> {
    let this = std::env::current_exe().expect("the path of this binary");
    let this = Path::new(&this).to_str().expect("UTF-8").to_owned();
    let arguments = ["--exact", "--ignored", "--nocapture"].map(str::to_owned);
    [vec![this, name.to_owned()], arguments.into()].concat()
}
