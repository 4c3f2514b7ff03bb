//! Runs a fixture's tests by a real runner, as root or as an ordinary user,
//! and takes apart what is said of each.

use std::env;
use std::ffi::OsStr;
use std::fmt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use nix::unistd::geteuid;

/// Who runs the tests of a fixture.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Runner {
    /// `cargo test`
    CargoTest,
    /// `cargo test -- --test-threads=1`
    OneThread,
    /// `cargo nextest run`
    Nextest,
}

impl Runner {
    /// All that are installed. Under `CI` that is all: a nextest that is missing is an error there.
    pub fn installed() -> Vec<Self> {
        let mut runners = vec![Self::CargoTest, Self::OneThread];
        if env::var_os("CI").is_some() || is_nextest_installed() {
            runners.push(Self::Nextest);
        } else {
            println!("cargo-nextest is not installed: nothing is run by it");
        }
        runners
    }
}

fn is_nextest_installed() -> bool {
    let version = cargo().args(["nextest", "--version"]).output();
    version.is_ok_and(|output| output.status.success())
}

/// As whom they run.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum User {
    /// As root, on threads.
    Root,
    /// As root, in processes.
    RootInProcesses,
    /// As uid 65534 where this is root, else as whoever this is.
    Ordinary,
}

impl User {
    /// Those that this process can be.
    pub fn all() -> Vec<Self> {
        if geteuid().is_root() {
            vec![Self::Root, Self::RootInProcesses, Self::Ordinary]
        } else {
            vec![Self::Ordinary]
        }
    }

    /// Whether a body runs in a process of its own.
    pub fn in_processes(self) -> bool {
        self != Self::Root
    }

    /// The program and its arguments under which this user's tests run, if any.
    pub fn wrapper(self) -> Option<&'static str> {
        (self == Self::Ordinary && geteuid().is_root())
            .then_some("setpriv --reuid=65534 --regid=65534 --clear-groups")
    }

    /// The variable that makes the difference between the two roots.
    pub fn isolation(self) -> Option<(&'static str, &'static str)> {
        (self == Self::RootInProcesses).then_some(("NETNS_TEST_ISOLATION", "process"))
    }
}

/// What a runner says of one test.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Verdict {
    /// `ok`, `PASS`
    Passed,
    /// `FAILED`, `FAIL`
    Failed,
    /// Another word, such as nextest's `SIGABRT`.
    Other(String),
}

/// What a run printed.
#[derive(Debug)]
pub struct Report {
    /// Whether the runner says success.
    pub success: bool,
    /// Standard output and error of the runner.
    pub text: String,
    tests: Vec<(String, Verdict)>,
    sections: Vec<(String, String)>,
}

impl Report {
    /// The verdicts on the test of this name: one for each time that it is registered.
    pub fn verdicts(&self, test: &str) -> Vec<Verdict> {
        let named = self.tests.iter().filter(|(name, _)| name == test);
        named.map(|(_, verdict)| verdict.clone()).collect()
    }

    /// How many verdicts on the test are this one.
    pub fn count(&self, test: &str, verdict: &Verdict) -> usize {
        let verdicts = self.verdicts(test);
        verdicts.iter().filter(|one| *one == verdict).count()
    }

    /// What is shown of the test's output.
    pub fn section(&self, test: &str) -> String {
        let named = self.sections.iter().filter(|(name, _)| name == test);
        named.map(|(_, text)| text.as_str()).collect()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "--- the runner printed ---\n{}--- end ---", self.text)
    }
}

/// Runs the tests of the target `fixture` of this package. `arguments` go to
/// the test binary, as in `cargo test -- ARGUMENTS`.
///
/// # Panics
///
/// Cargo can't be run.
pub fn run_fixture(fixture: &str, runner: Runner, user: User, arguments: &[&str]) -> Report {
    let mut command = cargo();
    match runner {
        Runner::CargoTest | Runner::OneThread => command.arg("test").arg("--no-fail-fast"),
        Runner::Nextest => command.args(["nextest", "run", "--no-fail-fast", "--profile=red"]),
    };
    select(&mut command, "netns-test-tests", fixture);
    if let Some(wrapper) = user.wrapper() {
        command.env(runner_variable(), wrapper);
    }
    command.envs(user.isolation());
    command.arg("--").args(arguments);
    match runner {
        Runner::CargoTest => {}
        Runner::OneThread => {
            command.arg("--test-threads=1");
        }
        Runner::Nextest => {
            command.env("NEXTEST_HIDE_PROGRESS_BAR", "1");
        }
    }
    let output = command.output().expect("cargo can be run");
    let stdout = String::from_utf8_lossy(&output.stdout);
    let text = stdout + String::from_utf8_lossy(&output.stderr);
    let (tests, sections) = match runner {
        Runner::CargoTest | Runner::OneThread => take_libtest_apart(&text),
        Runner::Nextest => take_nextest_apart(&text),
    };
    Report {
        success: output.status.success(),
        text: text.into_owned(),
        tests,
        sections,
    }
}

/// Builds the target `fixture` of this package; the path of its binary.
///
/// # Panics
///
/// It can't be built.
pub fn build_fixture(fixture: &str) -> PathBuf {
    build(cargo(), "netns-test-tests", fixture)
}

/// Builds the test target `fixture` of `package` by a [`cargo`] that may have
/// been given variables; the path of its binary.
///
/// # Panics
///
/// It can't be built.
pub fn build(mut command: Command, package: &str, fixture: &str) -> PathBuf {
    command.args(["test", "--no-run", "--message-format=short"]);
    select(&mut command, package, fixture);
    // Cargo prints the path relative to its own working directory.
    Path::new(env!("CARGO_MANIFEST_DIR")).join(built(command))
}

/// Runs a Cargo that builds one binary; the path that it prints.
///
/// # Panics
///
/// The binary can't be built.
pub fn built(mut command: Command) -> PathBuf {
    let output = command.output().expect("cargo can be run");
    let text = String::from_utf8_lossy(&output.stderr);
    let path = text
        .rsplit_once('(')
        .and_then(|(_, rest)| rest.split_once(')'));
    path.unwrap_or_else(|| panic!("no path in\n{text}"))
        .0
        .into()
}

/// Builds the command `netns-test`, once; the path of its binary.
///
/// # Panics
///
/// It can't be built.
pub fn command() -> &'static Path {
    static COMMAND: OnceLock<PathBuf> = OnceLock::new();
    COMMAND.get_or_init(|| {
        let mut cargo = cargo();
        cargo.args(["build", "--offline", "--package=netns-test"]);
        cargo.args(["--features=cli", "--bin=netns-test", "--target-dir"]);
        let directory = target_directory();
        let output = cargo.arg(&directory).output().expect("cargo can be run");
        assert!(output.status.success(), "{output:?}");
        directory.join("debug/netns-test")
    })
}

/// A program as this user starts it, which is told nothing about this run.
///
/// # Panics
///
/// Never.
pub fn started_by(user: User, program: &Path) -> Command {
    let Some(wrapper) = user.wrapper() else {
        return undisturbed(program);
    };
    let mut words = wrapper.split(' ');
    let mut command = undisturbed(words.next().expect("a program"));
    command.args(words).arg(program);
    command
}

/// Selects one test target, in the directory where this program was built.
pub fn select(command: &mut Command, package: &str, fixture: &str) {
    command.args(["--offline", "--package", package, "--test", fixture]);
    command.arg("--target-dir");
    command.arg(target_directory());
}

/// The directory in which this very test was built.
fn target_directory() -> PathBuf {
    let mut path = env::current_exe().expect("the path of this binary");
    // TARGET/PROFILE/deps/NAME
    for _ in 0..3 {
        path.pop();
    }
    path
}

/// The variable that names the program under which Cargo and nextest start test binaries.
pub fn runner_variable() -> String {
    let target = format!(
        "{}-unknown-linux-{}",
        env::consts::ARCH,
        if cfg!(target_env = "musl") {
            "musl"
        } else {
            "gnu"
        }
    );
    format!(
        "CARGO_TARGET_{}_RUNNER",
        target.replace('-', "_").to_uppercase()
    )
}

/// A Cargo that the run in which this test stands does not influence.
pub fn cargo() -> Command {
    let mut command = undisturbed(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .env("CARGO_TERM_COLOR", "never")
        .env("NO_COLOR", "1")
        .env("RUST_BACKTRACE", "0");
    command
}

/// A program that gets no variable which tells it about this run.
pub fn undisturbed(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(program);
    let foreign = |name: &str| {
        name == "CI"
            || [
                "GITHUB_",
                "NEXTEST",
                "NETNS_TEST",
                "RUST_TEST_",
                "__RUST_TEST",
            ]
            .iter()
            .any(|prefix| name.starts_with(prefix))
    };
    for (name, _) in env::vars_os() {
        if name.to_str().is_some_and(foreign) {
            command.env_remove(name);
        }
    }
    command
}

type Parts = (Vec<(String, Verdict)>, Vec<(String, String)>);

fn take_libtest_apart(text: &str) -> Parts {
    let mut tests = Vec::new();
    let mut sections: Vec<(String, String)> = Vec::new();
    let mut in_section = false;
    for line in text.lines() {
        if let Some((name, verdict)) = libtest_verdict(line) {
            tests.push((name.to_owned(), verdict));
        } else if let (Some((_, last @ Verdict::Other(_))), Some(verdict)) =
            (tests.last_mut(), libtest_word(line))
        {
            // What the test wrote past the capture stands between its name and this.
            *last = verdict;
        } else if let Some(name) = line
            .strip_prefix("---- ")
            .and_then(|line| line.strip_suffix(" stdout ----"))
        {
            sections.push((name.to_owned(), String::new()));
            in_section = true;
        } else if line == "failures:" {
            in_section = false;
        } else if let Some((_, section)) = sections.last_mut().filter(|_| in_section) {
            section.push_str(line);
            section.push('\n');
        }
    }
    (tests, sections)
}

fn libtest_verdict(line: &str) -> Option<(&str, Verdict)> {
    let (name, verdict) = line.strip_prefix("test ")?.rsplit_once(" ... ")?;
    let name = name.strip_suffix(" - should panic").unwrap_or(name);
    let verdict = libtest_word(verdict).unwrap_or_else(|| Verdict::Other(verdict.to_owned()));
    Some((name, verdict))
}

fn libtest_word(word: &str) -> Option<Verdict> {
    match word {
        "ok" => Some(Verdict::Passed),
        "FAILED" => Some(Verdict::Failed),
        _ => None,
    }
}

fn take_nextest_apart(text: &str) -> Parts {
    let mut tests = Vec::new();
    let mut sections: Vec<(String, String)> = Vec::new();
    // The summary lists failures once more.
    let text = text.split("Summary [").next().unwrap_or("");
    for line in text.lines() {
        if let Some((name, verdict)) = nextest_verdict(line) {
            tests.push((name.to_owned(), verdict));
            sections.push((name.to_owned(), String::new()));
        } else if let Some((_, section)) = sections.last_mut() {
            if !line.chars().all(|char| char == '─' || char.is_whitespace()) {
                section.push_str(line);
                section.push('\n');
            }
        }
    }
    (tests, sections)
}

/// `        FAIL [   0.011s] ( 2/19) netns-test-tests::red failed_assert`
fn nextest_verdict(line: &str) -> Option<(&str, Verdict)> {
    let (word, rest) = line.trim_start().split_once(" [")?;
    if word.is_empty() || !word.chars().all(|char| char.is_ascii_uppercase()) {
        return None;
    }
    let (_, name) = rest.trim_end().rsplit_once(' ')?;
    let verdict = match word {
        "PASS" => Verdict::Passed,
        "FAIL" => Verdict::Failed,
        "SLOW" | "TERMINATING" => return None,
        other => Verdict::Other(other.to_owned()),
    };
    Some((name, verdict))
}
