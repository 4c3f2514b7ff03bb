//! The test binaries, and as whom they run.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use netns_test_tests::cargo::{self, User};

/// How many tests each binary has.
pub(crate) const TESTS: u32 = 200;

/// Builds a small one, in Cargo's profile `dev`.
pub(crate) fn small(name: &str) -> PathBuf {
    cargo::build_fixture(name)
}

/// Builds one of at least 100 MB, with the debug information that Cargo's
/// profile `dev` has by default, and this workspace's has not.
pub(crate) fn large(name: &str) -> PathBuf {
    let mut command = cargo::cargo();
    command.env("CARGO_PROFILE_DEV_DEBUG", "full");
    let path = cargo::build(command, "netns-test-large", name);
    let size = fs::metadata(&path).expect("it was just built").len();
    assert!(size >= 100_000_000, "{name} has {size} bytes only");
    path
}

/// Who runs the tests of a binary, and in which namespace that user starts it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum As {
    Root,
    Ordinary,
    /// The ordinary user's only way to a floor: a user namespace around the whole process.
    OrdinaryUnderUnshare,
}

impl As {
    /// The program and its arguments under which this user's tests run.
    pub(crate) fn wrapper(self) -> Vec<&'static str> {
        let user = match self {
            Self::Root => User::Root,
            Self::Ordinary | Self::OrdinaryUnderUnshare => User::Ordinary,
        };
        let mut wrapper: Vec<_> = user
            .wrapper()
            .into_iter()
            .flat_map(str::split_whitespace)
            .collect();
        if self == Self::OrdinaryUnderUnshare {
            wrapper.extend(["unshare", "-Ur"]);
        }
        wrapper
    }

    /// The command that runs `binary`.
    pub(crate) fn run(self, binary: &PathBuf) -> Command {
        let mut words = self.wrapper().into_iter();
        match words.next() {
            None => cargo::undisturbed(binary),
            Some(program) => {
                let mut command = cargo::undisturbed(program);
                command.args(words).arg(binary);
                command
            }
        }
    }

    /// The command by which nextest runs the tests of a small binary.
    pub(crate) fn run_by_nextest(self, name: &str) -> Command {
        let mut command = cargo::cargo();
        command.args(["nextest", "run"]);
        cargo::select(&mut command, "netns-test-tests", name);
        let wrapper = self.wrapper();
        if !wrapper.is_empty() {
            command.env(cargo::runner_variable(), wrapper.join(" "));
        }
        command
    }
}
