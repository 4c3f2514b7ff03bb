//! What there is to know before a refusal can be explained.

use std::fs;
use std::time::Duration;

use nix::errno::Errno;
use nix::unistd::{getegid, geteuid};

use super::place::Place;
use crate::sys::probe::{self, Ended, News, Record, Step};
use crate::sys::{capability, mount};

/// The child never takes longer than its second of patience; a machine under
/// load, or under an emulator, may.
const PATIENCE: Duration = Duration::from_secs(20);

/// All that [`classify`](super::classify) looks at.
#[derive(Clone, Debug)]
pub(crate) struct Observations {
    pub(crate) trial: Trial,
    pub(crate) machine: Machine,
}

/// What the forked child reported.
#[derive(Clone, Debug)]
pub(crate) struct Trial {
    pub(crate) records: Vec<Record>,
    pub(crate) ended: Ended,
}

/// What files, variables and the process itself say. They explain a refusal;
/// none of them is one.
#[derive(Clone, Debug, Default)]
pub(crate) struct Machine {
    pub(crate) uid: u32,
    pub(crate) gid: u32,
    /// Effective capabilities, one bit each.
    pub(crate) capabilities: u64,
    pub(crate) uid_map: Option<String>,
    pub(crate) gid_map: Option<String>,
    /// `kernel.apparmor_restrict_unprivileged_userns`
    pub(crate) apparmor_restriction: Option<i64>,
    /// `kernel.unprivileged_userns_clone`
    pub(crate) unprivileged_userns_clone: Option<i64>,
    pub(crate) max_user_namespaces: Option<i64>,
    pub(crate) max_net_namespaces: Option<i64>,
    pub(crate) selinux_enforcing: bool,
    /// The security label of this process.
    pub(crate) label: Option<String>,
    /// A seccomp filter is installed.
    pub(crate) filtered: bool,
    /// `/proc/self/ns/user` is there; `None` without `/proc`.
    pub(crate) has_user_namespaces: Option<bool>,
    /// `/` is certainly not the root of the mount namespace.
    pub(crate) chrooted: bool,
    /// `/proc/version`
    pub(crate) version: String,
    pub(crate) place: Place,
}

/// Tries, and looks around.
pub(crate) fn observe() -> Observations {
    Observations {
        trial: Trial::run(),
        machine: Machine::here(),
    }
}

impl Trial {
    fn run() -> Self {
        match probe::run(PATIENCE) {
            Ok((records, ended)) => Self { records, ended },
            Err((step, errno)) => Self {
                records: vec![Record {
                    step,
                    news: News::Ended(Err(errno)),
                }],
                ended: Ended::Unknown,
            },
        }
    }

    /// How `step` ended; `None` if it was not reached, or did not come back.
    pub(crate) fn outcome(&self, step: Step) -> Option<Result<(), Errno>> {
        self.news(step).find_map(|news| match news {
            News::Ended(outcome) => Some(outcome),
            _ => None,
        })
    }

    /// What refused `step`, if it was tried and refused.
    pub(crate) fn errno(&self, step: Step) -> Option<Errno> {
        self.outcome(step)?.err()
    }

    pub(crate) fn succeeded(&self, step: Step) -> bool {
        self.outcome(step) == Some(Ok(()))
    }

    /// The step that was begun last and never came back.
    pub(crate) fn unfinished(&self) -> Option<Step> {
        let last = self.records.last()?;
        (last.news == News::Begun).then_some(last.step)
    }

    /// How many threads the child had when a user namespace was refused to it.
    pub(crate) fn threads(&self) -> Option<i32> {
        self.news(Step::Threads).find_map(|news| match news {
            News::Counted(threads) => Some(threads),
            _ => None,
        })
    }

    /// The child's security label in its user namespace.
    pub(crate) fn label(&self) -> Option<String> {
        self.news(Step::Label).find_map(|news| match news {
            News::Text(label) => Some(label.to_text()),
            _ => None,
        })
    }

    fn news(&self, step: Step) -> impl Iterator<Item = News> {
        self.records
            .iter()
            .filter(move |record| record.step == step)
            .map(|record| record.news)
    }
}

impl Machine {
    fn here() -> Self {
        Self {
            uid: geteuid().as_raw(),
            gid: getegid().as_raw(),
            capabilities: capability::effective_capabilities().unwrap_or(0),
            uid_map: fs::read_to_string("/proc/self/uid_map").ok(),
            gid_map: fs::read_to_string("/proc/self/gid_map").ok(),
            apparmor_restriction: sysctl("kernel/apparmor_restrict_unprivileged_userns"),
            unprivileged_userns_clone: sysctl("kernel/unprivileged_userns_clone"),
            max_user_namespaces: sysctl("user/max_user_namespaces"),
            max_net_namespaces: sysctl("user/max_net_namespaces"),
            selinux_enforcing: number("/sys/fs/selinux/enforce") == Some(1),
            label: fs::read_to_string("/proc/thread-self/attr/current")
                .ok()
                .map(|label| label.trim_end_matches(['\0', '\n']).to_owned())
                .filter(|label| !label.is_empty()),
            filtered: is_filtered(),
            has_user_namespaces: fs::exists("/proc/self")
                .is_ok_and(|mounted| mounted)
                .then(|| fs::exists("/proc/self/ns/user").is_ok_and(|there| there)),
            chrooted: is_chrooted(),
            version: fs::read_to_string("/proc/version").unwrap_or_default(),
            place: Place::here(),
        }
    }
}

fn sysctl(name: &str) -> Option<i64> {
    number(&format!("/proc/sys/{name}"))
}

fn number(path: &str) -> Option<i64> {
    fs::read_to_string(path).ok()?.trim().parse().ok()
}

/// The thread that asks is the one whose child is refused.
fn is_filtered() -> bool {
    fs::read_to_string("/proc/thread-self/status").is_ok_and(|status| {
        status
            .lines()
            .find_map(|line| line.strip_prefix("Seccomp:"))
            .is_some_and(|mode| mode.trim() == "2")
    })
}

/// A chroot onto a plain directory shows; one onto a mount point does not.
fn is_chrooted() -> bool {
    if let Ok(Some(false)) = mount::is_mount_root(c"/") {
        return true;
    }
    fs::read_to_string("/proc/self/mountinfo")
        .is_ok_and(|mounts| !mounts.is_empty() && !lists_the_root(&mounts))
}

fn lists_the_root(mountinfo: &str) -> bool {
    mountinfo
        .lines()
        .any(|line| line.split(' ').nth(4) == Some("/"))
}
