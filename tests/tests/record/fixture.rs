//! Runs tests of the fixture, and reads the report.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use netns_test_tests::cargo::{User, build_fixture, started_by};
use serde_json::Value;

/// What a test of the driver needs: a directory in which everybody may write.
pub(crate) struct Directory(PathBuf);

impl Directory {
    pub(crate) fn new() -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let name = format!("record-{}-{number}", std::process::id());
        let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        fs::create_dir_all(&directory).unwrap();
        fs::set_permissions(&directory, fs::Permissions::from_mode(0o777)).unwrap();
        Self(directory)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            let _ = fs::remove_dir_all(&self.0);
        }
    }
}

/// The program, built once.
pub(crate) fn program() -> &'static Path {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| fs::canonicalize(build_fixture("record-fixture")).unwrap())
}

/// A command that runs the fixture's tests as this user.
pub(crate) fn command(user: User, arguments: &[&str]) -> Command {
    let mut command = started_by(user, program());
    command.args(arguments).envs(user.isolation());
    command.env("RUST_BACKTRACE", "0").stdin(Stdio::null());
    command.env_remove("CARGO_PKG_NAME");
    command
}

/// A run of the fixture, and its report.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) output: Output,
    pub(crate) lines: Vec<Value>,
    pub(crate) took: Duration,
}

impl Run {
    /// Runs the command with a report in `directory`.
    pub(crate) fn of(mut command: Command, directory: &Directory) -> Self {
        let report = directory.file("report.jsonl");
        command.env("NETNS_TEST_REPORT", &report);
        command.env("NETNS_TEST_DIR", directory.path());
        let since = Instant::now();
        let output = command.output().expect("it can be run");
        Self {
            output,
            lines: lines(&report),
            took: since.elapsed(),
        }
    }

    /// The only line about the test of this name.
    pub(crate) fn line(&self, test: &str) -> &Value {
        let about = self.lines.iter().filter(|line| line["name"] == test);
        match about.collect::<Vec<_>>()[..] {
            [line] => line,
            ref all => panic!("{test}: {all:#?}\n{}", self.text()),
        }
    }

    /// What the program printed.
    pub(crate) fn text(&self) -> String {
        text(&self.output)
    }
}

pub(crate) fn text(output: &Output) -> String {
    let text = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    text.into_owned()
}

/// The lines of a report, each of which is an object.
pub(crate) fn lines(report: &Path) -> Vec<Value> {
    let text = fs::read_to_string(report).unwrap();
    assert!(text.ends_with('\n'), "{text}");
    let parse = |line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
    text.lines().map(parse).collect()
}

/// libtest's verdicts, by name.
pub(crate) fn verdicts(output: &Output) -> Vec<String> {
    let text = text(output);
    let lines = text.lines().filter(|line| {
        let ends = |word: &str| line.ends_with(word);
        line.starts_with("test ") && (ends(" ... ok") || ends(" ... FAILED"))
    });
    let mut lines: Vec<_> = lines.map(str::to_owned).collect();
    lines.sort();
    lines
}
