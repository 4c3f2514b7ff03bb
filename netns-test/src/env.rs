//! Every environment variable that this crate reads, in one place.

use std::env::{self, VarError};
use std::ffi::{OsStr, OsString, c_int};
use std::os::fd::{AsRawFd, OwnedFd};
use std::path::{Path, PathBuf, absolute};
use std::sync::OnceLock;
use std::time::Duration;

use once_cell::sync::OnceCell;

use crate::duration;
use crate::error::{Error, ErrorKind};
use crate::setting::{Capture, Isolation, Leaks, Pause};

/// What to do where the machine refuses namespaces: `NETNS_TEST=require|skip`.
const POLICY: &str = "NETNS_TEST";
/// `NETNS_TEST_ISOLATION=auto|thread|process`, beats the attribute.
const ISOLATION: &str = "NETNS_TEST_ISOLATION";
/// How long a body may take, as in `5s`; beats the attribute.
const TIMEOUT: &str = "NETNS_TEST_TIMEOUT";
/// `NETNS_TEST_LEAKS=allow|warn|deny`, beats the attribute.
const LEAKS: &str = "NETNS_TEST_LEAKS";
/// `NETNS_TEST_CAPTURE=off|on-failure|always`, beats the attribute.
const CAPTURE: &str = "NETNS_TEST_CAPTURE";
/// `NETNS_TEST_PAUSE=off|on-failure`; not obeyed under `CI`.
const PAUSE: &str = "NETNS_TEST_PAUSE";
/// How much of a capture is kept, in MiB.
#[cfg(feature = "capture")]
const CAPTURE_LIMIT: &str = "NETNS_TEST_CAPTURE_LIMIT";
/// The directory for what tests leave for people.
#[cfg(feature = "capture")]
const DIRECTORY: &str = "NETNS_TEST_DIR";
/// A file that gets one JSON line for each test.
pub(crate) const REPORT: &str = "NETNS_TEST_REPORT";

/// The file whose text GitHub Actions shows on a job's page.
pub(crate) const STEP_SUMMARY: &str = "GITHUB_STEP_SUMMARY";

/// Tells a process that this crate started what it was started for.
pub(crate) const SERVE: &str = "NETNS_TEST_SERVE";

/// `NETNS_TEST`: beats what the attribute says.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Policy {
    /// Never skip.
    Require,
    /// Skip, visibly, where namespaces are refused.
    Skip,
}

/// A variable that others set, and that tells where a process runs.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Mark {
    GitHubActions,
    GitLabCi,
    CircleCi,
    Bitbucket,
    Kubernetes,
    SystemdUnit,
    NixBuild,
}

/// Whether a variable is there that tells where this process runs.
pub(crate) fn is_marked(mark: Mark) -> bool {
    let variable = match mark {
        Mark::GitHubActions => "GITHUB_ACTIONS",
        Mark::GitLabCi => "GITLAB_CI",
        Mark::CircleCi => "CIRCLECI",
        Mark::Bitbucket => "BITBUCKET_BUILD_NUMBER",
        Mark::Kubernetes => "KUBERNETES_SERVICE_HOST",
        Mark::SystemdUnit => "INVOCATION_ID",
        Mark::NixBuild => "NIX_BUILD_TOP",
    };
    env::var_os(variable).is_some_and(|value| !value.is_empty())
}

/// What [`STEP_SUMMARY`] names.
pub(crate) fn github_step_summary() -> Option<PathBuf> {
    path(STEP_SUMMARY)
}

/// The file for a line about each test; absolute, since a test may move. Asked for by the
/// first test before its body, and apart from the settings, which may be wrong.
pub(crate) fn report() -> Option<&'static Path> {
    static REPORT_FILE: OnceLock<Option<PathBuf>> = OnceLock::new();
    let file = REPORT_FILE.get_or_init(|| {
        let said = path(REPORT)?;
        Some(absolute(&said).unwrap_or(said))
    });
    file.as_deref()
}

/// The package that is tested, as Cargo and nextest tell it to the tests that they start.
pub(crate) fn package() -> Option<String> {
    env::var("CARGO_PKG_NAME")
        .ok()
        .filter(|name| !name.is_empty())
}

/// The file of this program.
pub(crate) fn executable() -> Option<PathBuf> {
    env::current_exe().ok()
}

/// The user's shell.
#[cfg(feature = "cli")]
pub(crate) fn shell() -> Option<OsString> {
    env::var_os("SHELL").filter(|shell| !shell.is_empty())
}

/// The directories in which programs are looked for.
pub(crate) fn search_path() -> Vec<PathBuf> {
    env::var_os("PATH").map_or_else(Vec::new, |path| env::split_paths(&path).collect())
}

/// How long a body may take, whatever the attribute says.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Limit {
    /// For ever.
    None,
    After(Duration),
}

/// The settings of this process, read once.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    pub(crate) policy: Option<Policy>,
    pub(crate) isolation: Option<Isolation>,
    pub(crate) timeout: Option<Limit>,
    pub(crate) leaks: Option<Leaks>,
    pub(crate) capture: Option<Capture>,
    pub(crate) pause: Option<Pause>,
    /// In bytes.
    #[cfg(feature = "capture")]
    pub(crate) capture_limit: Option<usize>,
    /// Where files go that a test leaves; absolute.
    #[cfg(feature = "capture")]
    pub(crate) directory: PathBuf,
    /// `CI` is set to something other than nothing, `0` or `false`.
    pub(crate) ci: bool,
}

/// Reads the settings, or hands out what an earlier call read.
///
/// # Errors
///
/// A variable with an unknown value; the message lists the known ones.
pub(crate) fn settings() -> Result<&'static Settings, Error> {
    static SETTINGS: OnceCell<Settings> = OnceCell::new();
    SETTINGS.get_or_try_init(read)
}

fn read() -> Result<Settings, Error> {
    Ok(Settings {
        policy: choice(
            POLICY,
            &[("require", Policy::Require), ("skip", Policy::Skip)],
        )?,
        isolation: choice(
            ISOLATION,
            &[
                ("auto", Isolation::Auto),
                ("thread", Isolation::Thread),
                ("process", Isolation::Process),
            ],
        )?,
        timeout: timeout()?,
        leaks: choice(
            LEAKS,
            &[
                ("allow", Leaks::Allow),
                ("warn", Leaks::Warn),
                ("deny", Leaks::Deny),
            ],
        )?,
        capture: choice(
            CAPTURE,
            &[
                ("off", Capture::Off),
                ("on-failure", Capture::OnFailure),
                ("always", Capture::Always),
            ],
        )?,
        pause: choice(
            PAUSE,
            &[("off", Pause::Off), ("on-failure", Pause::OnFailure)],
        )?,
        #[cfg(feature = "capture")]
        capture_limit: mebibytes(CAPTURE_LIMIT)?,
        #[cfg(feature = "capture")]
        directory: directory(),
        ci: env::var_os("CI").is_some_and(|ci| !matches!(ci.to_str(), Some("" | "0" | "false"))),
    })
}

/// A duration such as `500ms`, `5s` or `2m`, or `none`.
fn timeout() -> Result<Option<Limit>, Error> {
    let Some(value) = env::var_os(TIMEOUT).filter(|value| !value.is_empty()) else {
        return Ok(None);
    };
    let value = value.to_string_lossy();
    if value == "none" {
        return Ok(Some(Limit::None));
    }
    duration::parse(&value).map(|timeout| Some(Limit::After(timeout))).ok_or_else(|| {
        Error::new(
            ErrorKind::Setting,
            format!(
                "read the settings: `{TIMEOUT}={value}` is no duration; it takes a number and a unit, \
                 as in `500ms`, `5s` or `2m`, or `none`"
            ),
        )
    })
}

/// A number of MiB, from 1, as a number of bytes.
#[cfg(feature = "capture")]
fn mebibytes(variable: &str) -> Result<Option<usize>, Error> {
    let Some(value) = env::var_os(variable).filter(|value| !value.is_empty()) else {
        return Ok(None);
    };
    let number = value.to_str().and_then(|value| value.parse().ok());
    let bytes = number.and_then(|number: usize| number.checked_mul(1 << 20));
    bytes.filter(|bytes| *bytes > 0).map(Some).ok_or_else(|| {
        Error::new(
            ErrorKind::Setting,
            format!(
                "read the settings: `{variable}={}` is not known; it takes a number of MiB, from 1",
                value.to_string_lossy()
            ),
        )
    })
}

/// What [`DIRECTORY`] says, else `netns-test` in Cargo's target directory, if this
/// program lies in one, else in `target`. A test may move later, so it is absolute.
#[cfg(feature = "capture")]
fn directory() -> PathBuf {
    let said = path(DIRECTORY);
    let directory = said
        .or_else(|| Some(target_directory(&env::current_exe().ok()?)?.join("netns-test")))
        .unwrap_or_else(|| Path::new("target").join("netns-test"));
    absolute(&directory).unwrap_or(directory)
}

/// Cargo puts tests into `TARGET/PROFILE/deps`, and examples beside it.
#[cfg(feature = "capture")]
fn target_directory(program: &Path) -> Option<&Path> {
    let directory = program.parent()?;
    let name = directory.file_name()?.to_str()?;
    ["deps", "examples"]
        .contains(&name)
        .then(|| directory.parent()?.parent())?
}

fn path(variable: &str) -> Option<PathBuf> {
    env::var_os(variable)
        .filter(|path| !path.is_empty())
        .map(PathBuf::from)
}

/// The value of a variable that takes one of a few words; unset and empty mean the same.
fn choice<T: Copy>(variable: &str, known: &[(&str, T)]) -> Result<Option<T>, Error> {
    let value = match env::var(variable) {
        Ok(value) if value.is_empty() => return Ok(None),
        Ok(value) => value,
        Err(VarError::NotPresent) => return Ok(None),
        Err(VarError::NotUnicode(value)) => value.to_string_lossy().into_owned(),
    };
    if let Some((_, chosen)) = known.iter().find(|(word, _)| *word == value) {
        return Ok(Some(*chosen));
    }
    let words: Vec<_> = known.iter().map(|(word, _)| format!("`{word}`")).collect();
    Err(Error::new(
        ErrorKind::Setting,
        format!(
            "read the settings: `{variable}={value}` is not known; known values: {}",
            words.join(", ")
        ),
    ))
}

/// What a process that was started for this purpose is to do.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Role {
    /// Fork a process for each request.
    Server,
    /// Run one test itself.
    OneTest,
    /// Tell what the network looks like that it is started in.
    Reporter,
}

/// The value of [`SERVE`] for a child of this process that inherits `channel`.
pub(crate) fn serve_marker(channel: &OwnedFd, role: Role) -> String {
    let role = match role {
        Role::Server => "server",
        Role::OneTest => "one-test",
        Role::Reporter => "reporter",
    };
    format!("{} {role} {}", channel.as_raw_fd(), std::process::id())
}

/// What this process was started for, if this crate started it: the number of
/// its channel, and its role. A marker that a grandchild inherits is not meant for it.
pub(crate) fn asked_to_serve() -> Option<(c_int, Role)> {
    let marker = env::var(SERVE).ok()?;
    let mut words = marker.split(' ');
    let channel = words.next()?.parse().ok()?;
    let role = match words.next()? {
        "server" => Role::Server,
        "one-test" => Role::OneTest,
        "reporter" => Role::Reporter,
        _ => return None,
    };
    let parent: i32 = words.next()?.parse().ok()?;
    (nix::unistd::getppid().as_raw() == parent).then_some((channel, role))
}

/// The pattern after which LLVM's profiling runtime names its files.
pub(crate) fn profile_pattern() -> Option<OsString> {
    env::var_os("LLVM_PROFILE_FILE")
}

/// Whether libtest captures what tests print: unless its argument or its
/// variable says not to.
pub(crate) fn output_is_captured() -> bool {
    static CAPTURED: OnceLock<bool> = OnceLock::new();
    *CAPTURED.get_or_init(|| {
        let asked_not_to =
            arguments().any(|argument| argument == "--nocapture" || argument == "--no-capture");
        let variable = env::var_os("RUST_TEST_NOCAPTURE").is_some_and(|value| value != "0");
        !asked_not_to && !variable
    })
}

/// Whether this process runs one test and no other: under nextest, and with
/// `--exact` and one name.
pub(crate) fn one_test_in_process() -> bool {
    static ONE: OnceLock<bool> = OnceLock::new();
    *ONE.get_or_init(|| {
        let nextest = env::var_os("NEXTEST_EXECUTION_MODE");
        let exact = arguments().any(|argument| argument == "--exact");
        let names = arguments().filter(|argument| !argument.as_encoded_bytes().starts_with(b"-"));
        nextest.as_deref() == Some(OsStr::new("process-per-test")) || (exact && names.count() == 1)
    })
}

fn arguments() -> impl Iterator<Item = OsString> {
    env::args_os().skip(1)
}

#[cfg(all(test, feature = "capture"))]
mod tests {
    use super::*;

    #[test]
    fn the_target_directory_is_known_by_what_is_in_it() {
        let of = |program: &str| target_directory(Path::new(program)).map(Path::to_owned);
        assert_eq!(of("/a/target/debug/deps/t-1"), Some("/a/target".into()));
        assert_eq!(
            of("/a/target/x86_64-unknown-linux-gnu/release/deps/t-1"),
            Some("/a/target/x86_64-unknown-linux-gnu".into())
        );
        assert_eq!(of("/a/target/debug/examples/e"), Some("/a/target".into()));
        for elsewhere in ["/usr/bin/t", "/deps/t", "t", "/"] {
            assert_eq!(of(elsewhere), None, "{elsewhere}");
        }
    }
}
