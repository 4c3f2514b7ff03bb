//! Runs one ignored test of this very binary in a child process that is
//! confined before it starts. No cargo is needed, so that built tests can run
//! where there is none, as any user.

#![expect(unsafe_code, reason = "`pre_exec` is unsafe to call")]

use std::env;
use std::ffi::OsStr;
use std::os::unix::process::CommandExt;
use std::process::{Command, ExitStatus};

use crate::confine::Step;

/// A child to be: which test, and how it is confined.
#[derive(Debug)]
pub struct Rerun {
    command: Command,
    steps: Vec<Step>,
}

/// What became of the child.
#[derive(Debug)]
pub struct Finished {
    /// How it ended; libtest's failure is 101.
    pub status: ExitStatus,
    /// Its standard output.
    pub stdout: String,
    /// Its standard error.
    pub stderr: String,
}

/// What the outer run may have set and the child must not see.
const FOREIGN: [&str; 20] = [
    "BITBUCKET_BUILD_NUMBER",
    "CI",
    "CIRCLECI",
    "GITHUB_ACTIONS",
    "GITHUB_STEP_SUMMARY",
    "GITLAB_CI",
    "INVOCATION_ID",
    "KUBERNETES_SERVICE_HOST",
    "NETNS_TEST",
    "NETNS_TEST_CAPTURE",
    "NETNS_TEST_CAPTURE_LIMIT",
    "NETNS_TEST_DIR",
    "NETNS_TEST_ISOLATION",
    "NETNS_TEST_LEAKS",
    "NETNS_TEST_PAUSE",
    "NETNS_TEST_REPORT",
    "NETNS_TEST_TIMEOUT",
    "NEXTEST_EXECUTION_MODE",
    "NIX_BUILD_TOP",
    "RUST_TEST_THREADS",
];

impl Rerun {
    /// Runs the test of this full name.
    ///
    /// # Panics
    ///
    /// The path of this binary is unknown.
    pub fn of(test: &str) -> Self {
        Self::of_all(&[test])
    }

    /// Runs several tests, one after the other.
    ///
    /// # Panics
    ///
    /// The path of this binary is unknown.
    pub fn of_all(tests: &[&str]) -> Self {
        let exactly = ["--exact", "--include-ignored", "--test-threads=1"];
        Self::with(&[tests, &exactly].concat())
    }

    /// Runs the ignored tests whose names contain `part`, on so many threads.
    ///
    /// # Panics
    ///
    /// The path of this binary is unknown.
    pub fn ignored(part: &str, threads: u32) -> Self {
        Self::with(&[part, "--ignored", &format!("--test-threads={threads}")])
    }

    fn with(arguments: &[&str]) -> Self {
        let mut command = Command::new(env::current_exe().expect("the path of this binary"));
        command.args(arguments);
        for variable in FOREIGN {
            command.env_remove(variable);
        }
        Self {
            command,
            steps: Vec::new(),
        }
    }

    /// Adds a step of the confinement.
    #[must_use]
    pub fn step(mut self, step: Step) -> Self {
        self.steps.push(step);
        self
    }

    /// Adds steps of the confinement.
    #[must_use]
    pub fn steps(mut self, steps: impl IntoIterator<Item = Step>) -> Self {
        self.steps.extend(steps);
        self
    }

    /// Sets a variable of the child.
    #[must_use]
    pub fn env(mut self, variable: &str, value: impl AsRef<OsStr>) -> Self {
        self.command.env(variable, value);
        self
    }

    /// Passes another argument to libtest.
    #[must_use]
    pub fn arg(mut self, argument: &str) -> Self {
        self.command.arg(argument);
        self
    }

    /// Runs the child to its end.
    ///
    /// # Panics
    ///
    /// A step of the confinement is refused.
    pub fn run(mut self) -> Finished {
        let steps = self.steps.clone();
        let confine = move || steps.iter().try_for_each(Step::apply);
        // SAFETY: the steps make system calls on memory that was prepared
        // before the fork; they neither allocate nor take a lock.
        unsafe { self.command.pre_exec(confine) };
        let output = self.command.output().unwrap_or_else(|error| {
            panic!(
                "failed to run a child confined by {:?}: {error}",
                self.steps
            )
        });
        Finished {
            status: output.status,
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }
}
