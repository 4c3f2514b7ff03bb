//! An existing suite, whose tests all want one port at once, gets a namespace
//! for each of them without a change in its code: the two ways of the manual.

use std::env;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};

use netns_test_tests::cargo::{Runner, User, cargo, command, runner_variable};

use crate::users;

const TESTS: usize = 4;

/// A copy of the suite, with a configuration of nextest, and a directory that everyone can write.
struct Suite {
    sources: PathBuf,
    meeting: PathBuf,
}

impl Suite {
    fn new(configuration: &str) -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let name = format!(
            "suite-{}-{}",
            std::process::id(),
            NEXT.fetch_add(1, Ordering::Relaxed)
        );
        let sources = Path::new(env!("CARGO_TARGET_TMPDIR")).join(&name);
        let fixture = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/suite");
        for file in ["Cargo.toml", "tests/suite.rs"] {
            let to = sources.join(file);
            fs::create_dir_all(to.parent().unwrap()).unwrap();
            fs::copy(fixture.join(file), to).unwrap();
        }
        fs::create_dir_all(sources.join(".config")).unwrap();
        fs::write(sources.join(".config/nextest.toml"), configuration).unwrap();
        let meeting = env::temp_dir().join(name);
        fs::create_dir(&meeting).unwrap();
        fs::set_permissions(&meeting, fs::Permissions::from_mode(0o777)).unwrap();
        Self { sources, meeting }
    }

    /// How many tests pass, and how many fail.
    fn run(&self, mut cargo: Command, runner: Runner) -> (usize, usize) {
        match runner {
            Runner::Nextest => cargo.args(["nextest", "run", "--no-fail-fast", "--retries=0"]),
            _ => cargo.arg("test"),
        };
        cargo.args(["--offline", "--target-dir"]);
        // Shared by the copies, so that the suite is built once.
        cargo.arg(Path::new(env!("CARGO_TARGET_TMPDIR")).join("suite-target"));
        cargo
            .arg("--manifest-path")
            .arg(self.sources.join("Cargo.toml"));
        match runner {
            Runner::Nextest => cargo.arg(format!("--test-threads={TESTS}")),
            _ => cargo.args(["--", &format!("--test-threads={TESTS}")]),
        };
        cargo.current_dir(&self.sources);
        cargo.env("SUITE_DIRECTORY", &self.meeting);
        cargo.env("NEXTEST_HIDE_PROGRESS_BAR", "1");
        let output = cargo.output().expect("cargo can be run");
        let text =
            String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
        println!("{text}");
        let count = |word: &str| {
            let text = text.split("Summary [").next().unwrap_or("");
            let lines = text.lines();
            lines
                .filter(|line| line.contains(word) && line.contains("serves_"))
                .count()
        };
        let (passed, failed) = match runner {
            Runner::Nextest => (count("PASS ["), count("FAIL [")),
            _ => (count("... ok"), count("... FAILED")),
        };
        assert_eq!(passed + failed, TESTS, "{text}");
        assert_eq!(output.status.success(), failed == 0, "{text}");
        (passed, failed)
    }
}

impl Drop for Suite {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.sources);
        let _ = fs::remove_dir_all(&self.meeting);
    }
}

/// `netns-test run --`, as this user starts it.
fn wrapper(user: User) -> String {
    let command = command().to_str().expect("UTF-8");
    [user.wrapper().unwrap_or(""), command, "run --"]
        .join(" ")
        .trim_start()
        .to_owned()
}

/// The lines of the manual, with the path of the command.
fn configuration(user: User) -> String {
    let manual = include_str!("help/run.txt");
    let (_, rest) = manual
        .split_once("`.config/nextest.toml`:")
        .expect("an example");
    let (lines, _) = rest.split_once("A namespace for each").expect("its end");
    let command = "\"netns-test run --\"";
    assert!(lines.contains(command), "{lines}");
    lines.replace(command, &format!("{:?}", wrapper(user)))
}

fn has_nextest() -> bool {
    Runner::installed().contains(&Runner::Nextest)
}

/// In one namespace, which is not the machine's own, the first test has the port.
#[test]
fn without_it_the_tests_collide() {
    if !has_nextest() {
        return;
    }
    let suite = Suite::new("");
    // Cargo itself, which has to be found and run by whoever this is.
    let plain = cargo();
    let mut cargo = Command::new(command());
    cargo.args(["run", "--"]).arg(plain.get_program());
    for (name, value) in plain.get_envs() {
        match value {
            Some(value) => cargo.env(name, value),
            None => cargo.env_remove(name),
        };
    }
    assert_eq!(suite.run(cargo, Runner::Nextest), (1, TESTS - 1));
}

#[test]
fn a_wrapper_script_of_nextest_gives_each_test_a_namespace() {
    if !has_nextest() {
        return;
    }
    for user in users() {
        let suite = Suite::new(&configuration(user));
        assert_eq!(suite.run(cargo(), Runner::Nextest), (TESTS, 0));
    }
}

#[test]
fn a_runner_of_cargo_gives_each_test_of_nextest_a_namespace() {
    if !has_nextest() {
        return;
    }
    for user in users() {
        let suite = Suite::new("");
        let mut cargo = cargo();
        cargo.env(runner_variable(), wrapper(user));
        assert_eq!(suite.run(cargo, Runner::Nextest), (TESTS, 0));
    }
}

/// Cargo starts a binary once.
#[test]
fn a_runner_of_cargo_gives_each_binary_a_namespace() {
    for user in users() {
        let suite = Suite::new("");
        let mut cargo = cargo();
        cargo.env(runner_variable(), wrapper(user));
        assert_eq!(suite.run(cargo, Runner::CargoTest), (1, TESTS - 1));
    }
}
