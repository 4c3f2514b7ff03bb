//! What each attempt means: a row of the table.

use netns_test::__cli::{CHECKS, Check, Group, Outcome};
use netns_test::{Access, Lacking};
use nix::errno::Errno;

use super::attempt::{Attempted, DIRECT};

/// One thing that works here, or not.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) group: &'static str,
    pub(super) name: &'static str,
    pub(super) works: bool,
    pub(super) step: &'static str,
    /// The kernel's answer, if it has a number.
    pub(super) errno: Option<i32>,
    /// What the answer means.
    pub(super) why: Option<&'static str>,
    /// What mends it, each alone.
    pub(super) fix: Vec<String>,
    pub(super) note: Option<&'static str>,
}

impl Row {
    /// The name of the kernel's answer, as in `EPERM`.
    pub(super) fn answer(&self) -> Option<String> {
        self.errno
            .map(|errno| format!("{:?}", Errno::from_raw(errno)))
    }
}

pub(super) fn rows(attempted: &Attempted, access: &Access) -> Vec<Row> {
    let outcome = |name: &str| attempted.get(name).copied().unwrap_or(Err(0));
    let mut rows = vec![threads(outcome(DIRECT)), processes()];
    rows.extend(
        CHECKS
            .iter()
            .map(|check| row(check, outcome(check.name), access)),
    );
    rows
}

fn threads(direct: Outcome) -> Row {
    let row = Row {
        group: "tests",
        name: "isolation = \"thread\"",
        works: direct.is_ok(),
        step: "unshare(CLONE_NEWNET)",
        errno: number(direct),
        why: None,
        fix: Vec::new(),
        note: None,
    };
    if row.works {
        return row;
    }
    Row {
        why: Some("needs CAP_SYS_ADMIN; tests run in processes instead"),
        fix: vec![
            "netns_test::enter_user_namespace!(); in the test binary".into(),
            r#"cargo test --config "target.'cfg(target_os=\"linux\")'.runner='sudo -E'""#.into(),
        ],
        ..row
    }
}

/// That the child told anything is the proof.
fn processes() -> Row {
    Row {
        group: "tests",
        name: "isolation = \"process\"",
        works: true,
        step: "execve(2) of /proc/self/exe into a new namespace",
        errno: None,
        why: None,
        fix: Vec::new(),
        note: None,
    }
}

fn row(check: &Check, outcome: Outcome, access: &Access) -> Row {
    let group = match check.group {
        Group::Views => "views",
        Group::Network => "network",
        Group::Links => "links",
        Group::Packets => "packets",
    };
    let (why, fix) = match outcome {
        Ok(()) => (None, Vec::new()),
        Err(errno) => why(check, Errno::from_raw(errno), access),
    };
    Row {
        group,
        name: check.name,
        works: outcome.is_ok(),
        step: check.step,
        errno: number(outcome),
        why,
        fix,
        note: check.note,
    }
}

fn number(outcome: Outcome) -> Option<i32> {
    outcome.err().filter(|errno| *errno != 0)
}

fn why(check: &Check, errno: Errno, access: &Access) -> (Option<&'static str>, Vec<String>) {
    if let Some(lacking) = lacking(check.name) {
        let limitation = access.limitations().iter().find(|limitation| {
            limitation.lacking() == lacking || limitation.lacking() == Lacking::Mounts
        });
        if let Some(limitation) = limitation {
            let fix = limitation.hint().map(str::to_owned);
            return (Some(limitation.consequence()), fix.into_iter().collect());
        }
    }
    match (check.module, errno) {
        (_, Errno::UnknownErrno) => (Some("it shows another network"), Vec::new()),
        (
            Some(module),
            Errno::ENOENT
            | Errno::ENODEV
            | Errno::ENXIO
            | Errno::EOPNOTSUPP
            | Errno::EPROTONOSUPPORT,
        ) => {
            let mut fix = vec![format!("sudo modprobe {module}")];
            if module == "tun" {
                fix.push("in a container: docker run --device /dev/net/tun …".into());
            }
            (
                Some("the kernel has no such module, or has not loaded it"),
                fix,
            )
        }
        (Some("tun"), Errno::EPERM | Errno::EACCES) => (
            Some("the device may not be opened"),
            vec![
                "sudo chmod 0666 /dev/net/tun".into(),
                "in a container: docker run --device /dev/net/tun …".into(),
            ],
        ),
        (None, Errno::EAFNOSUPPORT | Errno::EADDRNOTAVAIL | Errno::EPROTONOSUPPORT) => (
            Some("the kernel has no such protocol, or it is disabled"),
            match check.name {
                "IPv6" => vec!["sudo sysctl -w net.ipv6.conf.all.disable_ipv6=0".into()],
                _ => Vec::new(),
            },
        ),
        (_, Errno::EPERM | Errno::EACCES) => (
            Some("a security module, a seccomp filter or a container denies it"),
            vec![
                "in a container: docker run --security-opt apparmor=unconfined \
                 --security-opt seccomp=unconfined …"
                    .into(),
            ],
        ),
        (_, Errno::EROFS) => (
            Some("it is mounted read-only"),
            vec!["in a container: docker run --security-opt systempaths=unconfined …".into()],
        ),
        _ => (None, Vec::new()),
    }
}

/// What [`access`](netns_test::access()) calls it.
fn lacking(check: &str) -> Option<Lacking> {
    match check {
        "/sys/class/net" => Some(Lacking::Sysfs),
        "mounts" => Some(Lacking::Mounts),
        "netlink" => Some(Lacking::Netlink),
        "sysctls" | "ping sockets" => Some(Lacking::Sysctl),
        _ => None,
    }
}
