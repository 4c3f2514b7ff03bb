//! Every environment variable that this crate reads, in one place.

use std::env::{self, VarError};
use std::path::PathBuf;
use std::sync::OnceLock;

use crate::error::{Error, ErrorKind};
use crate::isolation::Isolation;

/// What to do where the machine refuses namespaces: `NETNS_TEST=require|skip`.
const POLICY: &str = "NETNS_TEST";
/// `NETNS_TEST_ISOLATION=auto|thread|process`, beats the attribute.
const ISOLATION: &str = "NETNS_TEST_ISOLATION";
/// A file that gets one JSON line for each test that did not run.
const REPORT: &str = "NETNS_TEST_REPORT";

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

/// The file whose text GitHub Actions shows on a job's page.
pub(crate) fn github_step_summary() -> Option<PathBuf> {
    path("GITHUB_STEP_SUMMARY")
}

/// The settings of this process, read once.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    pub(crate) policy: Option<Policy>,
    pub(crate) isolation: Option<Isolation>,
    pub(crate) report: Option<PathBuf>,
    /// `CI` is set to something other than nothing, `0` or `false`.
    pub(crate) ci: bool,
}

/// Reads the settings, or hands out what the first call read.
///
/// # Errors
///
/// A variable with an unknown value; the message lists the known ones.
pub(crate) fn settings() -> Result<&'static Settings, &'static Error> {
    static SETTINGS: OnceLock<Result<Settings, Error>> = OnceLock::new();
    SETTINGS.get_or_init(read).as_ref()
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
        report: path(REPORT),
        ci: env::var_os("CI").is_some_and(|ci| !matches!(ci.to_str(), Some("" | "0" | "false"))),
    })
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
            "`{variable}={value}` is not known; known values: {}",
            words.join(", ")
        ),
    ))
}
