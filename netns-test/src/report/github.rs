//! What GitHub Actions shows beside a job.
//!
//! # References
//!
//! "Workflow commands for GitHub Actions" in GitHub's documentation:
//! `::warning` and `GITHUB_STEP_SUMMARY`.

use std::fs::OpenOptions;
use std::io::{self, Write};
use std::path::Path;

use super::skip::say;
use crate::env::{self, Mark};

/// An annotation of the job, and a line on its page; nothing elsewhere.
pub(super) fn warn(message: &str) {
    if !env::is_marked(Mark::GitHubActions) {
        return;
    }
    say(&format!(
        "::warning title=netns-test::{}\n",
        escape(message)
    ));
    let Some(summary) = env::github_step_summary() else {
        return;
    };
    if let Err(error) = append(&summary, message) {
        say(&format!(
            "netns-test: failed to append to `{}`: {error}\n",
            summary.display()
        ));
    }
}

fn append(summary: &Path, message: &str) -> io::Result<()> {
    let mut file = OpenOptions::new().create(true).append(true).open(summary)?;
    file.write_all(format!("> **netns-test**: {message}\n\n").as_bytes())
}

/// A workflow command ends with its line.
fn escape(data: &str) -> String {
    data.replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}
