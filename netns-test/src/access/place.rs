//! Where this process runs. For wording only: a verdict never rests on it.

use std::fs;
use std::path::Path;

use crate::env::{self, Mark};

/// The kinds of surroundings that have remedies of their own.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) enum Place {
    /// Nothing in particular.
    #[default]
    Plain,
    /// A job of GitHub Actions, on the virtual machine itself.
    GitHubActions,
    /// A job of GitHub Actions with `container:`.
    GitHubActionsContainer,
    GitLabCi,
    CircleCi,
    Bitbucket,
    Kubernetes,
    Podman,
    Docker,
    /// A service of systemd.
    SystemdUnit,
    /// The sandbox of a Nix build.
    NixBuild,
}

impl Place {
    pub(crate) fn here() -> Self {
        let docker = is_docker();
        if env::is_marked(Mark::GitHubActions) {
            if docker {
                Self::GitHubActionsContainer
            } else {
                Self::GitHubActions
            }
        } else if env::is_marked(Mark::GitLabCi) {
            Self::GitLabCi
        } else if env::is_marked(Mark::CircleCi) {
            Self::CircleCi
        } else if env::is_marked(Mark::Bitbucket) {
            Self::Bitbucket
        } else if env::is_marked(Mark::Kubernetes) {
            Self::Kubernetes
        } else if Path::new("/run/.containerenv").exists() {
            Self::Podman
        } else if docker {
            Self::Docker
        } else if env::is_marked(Mark::NixBuild) {
            Self::NixBuild
        } else if env::is_marked(Mark::SystemdUnit) {
            Self::SystemdUnit
        } else {
            Self::Plain
        }
    }
}

/// Two signs, because `/.dockerenv` exists on machines that are no containers
/// (their image was a container once).
fn is_docker() -> bool {
    Path::new("/.dockerenv").exists()
        && fs::read_to_string("/proc/self/mountinfo")
            .is_ok_and(|mounts| root_is_an_overlay(&mounts))
}

fn root_is_an_overlay(mountinfo: &str) -> bool {
    mountinfo.lines().any(|line| {
        let at_root = line.split(' ').nth(4) == Some("/");
        at_root && line.contains(" - overlay ")
    })
}

#[cfg(test)]
mod tests {
    use super::root_is_an_overlay;

    #[test]
    fn only_the_root_mount_counts() {
        let machine = "27 1 254:0 / / rw,relatime - ext4 /dev/vda rw\n\
                       40 27 0:50 / /var/lib/docker/overlay2/x/merged rw - overlay overlay rw";
        assert!(!root_is_an_overlay(machine));
        let container = "812 733 0:52 / / rw,relatime master:1 - overlay overlay rw,lowerdir=/l";
        assert!(root_is_an_overlay(container));
    }
}
