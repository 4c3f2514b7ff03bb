//! A fixture that runs while it is watched.

use std::collections::BTreeMap;
use std::io::Read;
use std::os::fd::OwnedFd;
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::{Arc, Condvar, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use netns_test_tests::cargo::{User, build_fixture, started_by};

/// Longer than anything here takes on the busiest machine.
const PATIENCE: Duration = Duration::from_secs(120);

/// What comes out of a pipe or a terminal, as it comes.
#[derive(Clone, Debug, Default)]
pub(crate) struct Said(Arc<(Mutex<String>, Condvar)>);

impl Said {
    pub(crate) fn by(mut source: impl Read + Send + 'static) -> Self {
        let said = Self::default();
        let to = said.clone();
        thread::spawn(move || {
            let mut bytes = [0; 4096];
            // A terminal whose last user has gone gives an error.
            while let Ok(length @ 1..) = source.read(&mut bytes) {
                let (text, changed) = &*to.0;
                let piece = String::from_utf8_lossy(&bytes[..length]).replace('\r', "");
                text.lock().unwrap().push_str(&piece);
                changed.notify_all();
            }
        });
        said
    }

    pub(crate) fn text(&self) -> String {
        self.0.0.lock().unwrap().clone()
    }

    /// Waits until `find` finds something in the text.
    pub(crate) fn wait_for<T>(&self, what: &str, find: impl Fn(&str) -> Option<T>) -> T {
        let (text, changed) = &*self.0;
        let deadline = Instant::now() + PATIENCE;
        let mut text = text.lock().unwrap();
        loop {
            if let Some(found) = find(&text) {
                return found;
            }
            let left = deadline.saturating_duration_since(Instant::now());
            assert!(!left.is_zero(), "no {what} in\n{text}");
            text = changed.wait_timeout(text, left).unwrap().0;
        }
    }

    /// The announcement of this number, from 0.
    pub(crate) fn paused(&self, number: usize) -> Paused {
        self.wait_for("announcement", |text| all(text).into_iter().nth(number))
    }
}

/// The announcement of a pause.
#[derive(Clone, Debug)]
pub(crate) struct Paused {
    pub(crate) test: String,
    pub(crate) text: String,
}

/// All that are complete.
pub(crate) fn all(text: &str) -> Vec<Paused> {
    let heading = "` failed and is paused, with its network alive\n";
    let mut found = Vec::new();
    for (at, _) in text.match_indices(heading) {
        let name = text[..at].rsplit_once("netns-test: `").unwrap().1;
        let rest = &text[at + heading.len()..];
        let mut announced = String::new();
        for line in rest
            .split_inclusive('\n')
            .take_while(|line| line.starts_with("  "))
        {
            announced.push_str(line);
        }
        let is_complete = |line: &str| line.starts_with("    kill -CONT ");
        if announced.ends_with('\n') && announced.lines().any(is_complete) {
            found.push(Paused {
                test: name.to_owned(),
                text: announced,
            });
        }
    }
    found
}

impl Paused {
    /// The line that begins so, as it is to be pasted.
    pub(crate) fn line(&self, program: &str) -> String {
        let beginning = format!("    {program} ");
        let mut lines = self
            .text
            .lines()
            .filter(|line| line.starts_with(&beginning));
        let line = lines
            .next()
            .unwrap_or_else(|| panic!("no {program} in\n{}", self.text));
        assert_eq!(lines.next(), None, "{}", self.text);
        line.trim().to_owned()
    }

    /// Runs a script by the very line for nsenter(1).
    pub(crate) fn inside(&self, user: User, script: &str) -> Output {
        shell(user, &format!("{} -- {script}", self.line("nsenter")))
    }

    /// Runs the very line that ends the pause.
    pub(crate) fn go_on(&self, user: User) {
        let ran = shell(user, &self.line("kill"));
        assert!(ran.status.success(), "{ran:?}");
    }
}

/// Runs a line as this user, in a directory that is no other's default.
pub(crate) fn shell(user: User, line: &str) -> Output {
    let mut shell = started_by(user, "sh".as_ref());
    let shell = shell
        .args(["-c", line])
        .current_dir("/usr")
        .stdin(Stdio::null());
    shell.output().unwrap()
}

/// The path of a fixture's binary, which is built once.
fn built(name: &str) -> PathBuf {
    static BUILT: Mutex<BTreeMap<String, PathBuf>> = Mutex::new(BTreeMap::new());
    let mut all = BUILT.lock().unwrap();
    let path = all.entry(name.to_owned());
    path.or_insert_with(|| build_fixture(name)).clone()
}

/// A fixture as this user runs it, with pauses.
pub(crate) fn fixture(user: User, name: &str, arguments: &[&str]) -> Command {
    let mut command = started_by(user, &built(name));
    command.args(arguments).envs(user.isolation());
    command.env("NETNS_TEST_PAUSE", "on-failure");
    command.env("RUST_BACKTRACE", "0");
    command
}

/// A program that starts a program, which is given to it as its last arguments.
pub(crate) fn within(program: &str, arguments: &[&str], inner: &Command) -> Command {
    let mut outer = Command::new(program);
    outer.args(arguments);
    outer.arg(inner.get_program()).args(inner.get_args());
    for (name, value) in inner.get_envs() {
        match value {
            Some(value) => outer.env(name, value),
            None => outer.env_remove(name),
        };
    }
    if let Some(directory) = inner.get_current_dir() {
        outer.current_dir(directory);
    }
    outer
}

/// A process that runs; ends with the value.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) child: Child,
    pub(crate) out: Said,
    pub(crate) err: Said,
}

impl Run {
    /// With pipes, and no terminal.
    pub(crate) fn start(command: &Command) -> Self {
        // Its own session: whoever runs this may have a terminal.
        let mut command = within("setsid", &[], command);
        command.stdin(Stdio::null());
        Self::spawn(command, Stdio::piped())
    }

    /// With this as its controlling terminal.
    pub(crate) fn start_at(terminal: OwnedFd, command: &Command, stderr: Stdio) -> Self {
        let mut command = within("setsid", &["--ctty"], command);
        command.stdin(terminal);
        Self::spawn(command, stderr)
    }

    fn spawn(mut command: Command, stderr: Stdio) -> Self {
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(stderr)
            .spawn()
            .unwrap();
        let err = child.stderr.take().map(Said::by).unwrap_or_default();
        Self {
            out: Said::by(child.stdout.take().unwrap()),
            err,
            child,
        }
    }

    /// Waits for the end; how it ended, and what it has said on standard output.
    pub(crate) fn finish(mut self) -> (ExitStatus, String) {
        let deadline = Instant::now() + PATIENCE;
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                let out = self.out.wait_for("result", |text| {
                    let is_over = text.contains("test result: ") || status.code().is_none();
                    is_over.then(|| text.to_owned())
                });
                return (status, out);
            }
            assert!(Instant::now() < deadline, "it does not end: {self:?}");
            thread::sleep(Duration::from_millis(5));
        }
    }
}

impl Drop for Run {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Whether libtest says this of the test.
pub(crate) fn is(out: &str, test: &str, word: &str) -> bool {
    out.lines().any(|line| {
        let rest = line
            .strip_prefix("test ")
            .and_then(|line| line.strip_prefix(test));
        rest.is_some_and(|rest| {
            rest == format!(" ... {word}") || rest == format!(" - should panic ... {word}")
        })
    })
}
