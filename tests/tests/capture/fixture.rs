//! Runs tests of the fixture, and reads what they leave.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use netns_test_tests::cargo::{User, build_fixture, undisturbed};

/// A run of the fixture.
#[derive(Debug)]
pub(crate) struct Run {
    /// What it printed.
    pub(crate) text: String,
    /// Where its files are.
    pub(crate) directory: PathBuf,
}

/// What the fixture is run with.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Setting<'a> {
    pub(crate) user: User,
    pub(crate) capture: &'a str,
    pub(crate) variables: &'a [(&'a str, &'a str)],
}

pub(crate) fn on_failure(user: User) -> Setting<'static> {
    Setting {
        user,
        capture: "on-failure",
        variables: &[],
    }
}

/// The program, built once.
pub(crate) fn program() -> &'static Path {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| {
        let built = build_fixture("capture-fixture");
        fs::canonicalize(built).unwrap()
    })
}

/// A new directory, in which everybody may write.
pub(crate) fn directory() -> PathBuf {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let name = format!("capture-{}-{number}", std::process::id());
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::create_dir_all(&directory).unwrap();
    fs::set_permissions(&directory, fs::Permissions::from_mode(0o777)).unwrap();
    directory
}

/// A command that runs `program` as this user.
pub(crate) fn command(user: User, program: impl AsRef<Path>) -> Command {
    let mut words = user.wrapper().unwrap_or("env").split(' ');
    let mut command = undisturbed(words.next().unwrap());
    command.args(words).arg(program.as_ref());
    command.envs(user.isolation()).env("RUST_BACKTRACE", "0");
    command.stdin(Stdio::null());
    command
}

/// Runs the fixture's tests whose names contain one of these.
pub(crate) fn run(setting: Setting<'_>, tests: &[&str]) -> Run {
    let directory = directory();
    let mut command = command(setting.user, program());
    command.args(tests).arg("--include-ignored");
    command.env("NETNS_TEST_DIR", &directory);
    command.env("NETNS_TEST_CAPTURE", setting.capture);
    command.envs(setting.variables.iter().copied());
    let text = text_of(command);
    Run { text, directory }
}

/// What a program prints, on both streams.
pub(crate) fn text_of(mut command: Command) -> String {
    let output = command.output().expect("it can be run");
    let text = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    text.into_owned()
}

impl Run {
    /// Whether libtest says of the test that it passed.
    pub(crate) fn passed(&self, test: &str) -> bool {
        let said = |word: &str| {
            let line = |kind: &str| format!("test {test}{kind} ... {word}\n");
            self.text.contains(&line("")) || self.text.contains(&line(" - should panic"))
        };
        let (ok, failed) = (said("ok"), said("FAILED"));
        assert!(ok != failed, "no verdict on {test}\n{}", self.text);
        ok
    }

    /// The captures of the test.
    pub(crate) fn captures(&self, test: &str) -> Vec<PathBuf> {
        let prefix = test.replace("::", ".") + ".";
        files(&self.directory, &prefix)
    }

    /// The one capture of the test.
    pub(crate) fn capture(&self, test: &str) -> PathBuf {
        match <[PathBuf; 1]>::try_from(self.captures(test)) {
            Ok([one]) => one,
            Err(not_one) => panic!("{test}: {not_one:?}\n{}", self.text),
        }
    }
}

impl Drop for Run {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            let _ = fs::remove_dir_all(&self.directory);
        }
    }
}

/// The files whose names begin so.
pub(crate) fn files(directory: &Path, prefix: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(directory).unwrap();
    let paths = entries.map(|entry| entry.unwrap().path());
    let begins = |path: &PathBuf| {
        let name = path.file_name().unwrap().to_str().unwrap();
        name.starts_with(prefix)
    };
    let mut paths: Vec<_> = paths.filter(begins).collect();
    paths.sort();
    paths
}

/// What Wireshark's `capinfos` says of a file.
pub(crate) fn capinfos(file: &Path) -> String {
    let mut command = Command::new("capinfos");
    command.arg(file);
    let output = command.output().expect("Debian's package tshark");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{output:?}");
    text
}

/// Fields of each packet that a filter selects, as Wireshark's `tshark` decodes them.
pub(crate) fn tshark(file: &Path, filter: &str, fields: &[&str]) -> Vec<Vec<String>> {
    let mut command = Command::new("tshark");
    command
        .arg("-r")
        .arg(file)
        .args(["-Y", filter, "-T", "fields"]);
    for field in fields {
        command.args(["-e", field]);
    }
    let output = command.output().expect("Debian's package tshark");
    assert!(output.status.success(), "{output:?}");
    let text = String::from_utf8_lossy(&output.stdout);
    let lines = text.lines();
    lines
        .map(|line| line.split('\t').map(str::to_owned).collect())
        .collect()
}
