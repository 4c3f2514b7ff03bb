//! What mends a refusal: exact lines, the smallest step first.

use nix::errno::Errno;

use super::place::Place;
use crate::answer::{Cause, Lacking, Remedy};

/// Builds stay unprivileged, and the test binaries run as root.
const AS_ROOT: (&str, &[&str]) = (
    "run only the test binaries as root",
    &[r#"cargo test --config "target.'cfg(target_os=\"linux\")'.runner='sudo -E'""#],
);

pub(super) fn remedies(cause: Cause, place: Place) -> Vec<Remedy> {
    listed(cause, place)
        .iter()
        .map(|(what, commands)| Remedy {
            what,
            commands: commands.iter().map(|&line| line.to_owned()).collect(),
        })
        .collect()
}

type Listed = &'static [(&'static str, &'static [&'static str])];

fn listed(cause: Cause, place: Place) -> Listed {
    match cause {
        Cause::SeccompProfile => container(place),
        Cause::SeccompFlags => &[(
            "in the unit that runs this",
            &[
                "sudo systemctl edit UNIT",
                "[Service]",
                "RestrictNamespaces=no",
            ],
        )],
        Cause::AddressFamilies => &[(
            "in the unit that runs this",
            &[
                "sudo systemctl edit UNIT",
                "[Service]",
                "RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK",
            ],
        )],
        Cause::SeccompKill | Cause::PretendedSuccess => &[
            (
                "without the filter, in a container",
                &["docker run --security-opt seccomp=unconfined …"],
            ),
            ("on Android, as root", &["su"]),
        ],
        Cause::AppArmorUserNamespaces => apparmor(place),
        Cause::SelinuxUserNamespaces => &[
            ("see what is denied", &["sudo ausearch -m avc -ts recent"]),
            (
                "in a container",
                &["podman run --security-opt label=disable …"],
            ),
            AS_ROOT,
        ],
        Cause::SecurityModule | Cause::CapabilitiesStripped => &[AS_ROOT],
        _ => kernel(cause),
    }
}

/// The refusals that are no filter's and no security module's.
fn kernel(cause: Cause) -> Listed {
    match cause {
        Cause::MaxUserNamespaces => &[
            (
                "on the host; to keep it, a file in /etc/sysctl.d",
                &["sudo sysctl -w user.max_user_namespaces=28633"],
            ),
            AS_ROOT,
        ],
        Cause::UserNamespaceLimit => &[
            (
                "raise the limit",
                &["sudo sysctl -w user.max_user_namespaces=28633"],
            ),
            (
                "run fewer tests at once",
                &["cargo test -- --test-threads=4"],
            ),
            AS_ROOT,
        ],
        Cause::OuterUserNamespace => &[(
            "outside the sandbox; from flatpak",
            &["flatpak-spawn --host cargo test"],
        )],
        Cause::UnprivilegedUsernsClone => &[
            (
                "to keep it, a file in /etc/sysctl.d",
                &["sudo sysctl -w kernel.unprivileged_userns_clone=1"],
            ),
            AS_ROOT,
        ],
        Cause::UnmappedIds => &[(
            "enter the outer user namespace with its ids mapped",
            &["unshare --user --map-current-user cargo test"],
        )],
        Cause::Chroot | Cause::ChrootOrSecurityModule => &[
            (
                "enter the tree in another way",
                &["sudo systemd-nspawn --directory=TREE cargo test"],
            ),
            (
                "sbuild, with its unshare mode",
                &["sbuild --chroot-mode=unshare"],
            ),
            AS_ROOT,
        ],
        Cause::MaxNetNamespaces => &[
            (
                "raise the limit",
                &["sudo sysctl -w user.max_net_namespaces=28633"],
            ),
            (
                "run fewer tests at once",
                &["cargo test -- --test-threads=4"],
            ),
        ],
        Cause::Emulator => &[(
            "as root in the cross container",
            &["CROSS_CONTAINER_OPTS='--cap-add SYS_ADMIN --cap-add NET_ADMIN' cross test"],
        )],
        Cause::Wsl1 => &[(
            "move the distribution to WSL 2",
            &["wsl --set-version DISTRIBUTION 2"],
        )],
        Cause::ProcessLimit => &[
            ("raise the limit of the user", &["ulimit -u unlimited"]),
            ("or of the container", &["docker run --pids-limit=-1 …"]),
        ],
        Cause::ProcAbsent | Cause::Unprovable => &[("mount /proc", &["mount -t proc proc /proc"])],
        Cause::KernelWithoutUserNamespaces => &[AS_ROOT],
        _ => &[],
    }
}

fn container(place: Place) -> Listed {
    match place {
        Place::GitHubActions | Place::GitHubActionsContainer => &[
            (
                "in the workflow",
                &["container: { image: …, options: --cap-add=SYS_ADMIN --cap-add=NET_ADMIN }"],
            ),
            (
                "all privileges",
                &["container: { image: …, options: --privileged }"],
            ),
        ],
        Place::GitLabCi => &[
            (
                "in the runner's config.toml, by its administrator",
                &[
                    "[runners.docker]",
                    "cap_add = [\"SYS_ADMIN\", \"NET_ADMIN\"]",
                ],
            ),
            ("all privileges", &["[runners.docker]", "privileged = true"]),
        ],
        Place::CircleCi => &[(
            "the machine executor",
            &["machine: { image: ubuntu-2204:current }"],
        )],
        Place::Kubernetes => &[
            (
                "least privilege",
                &["securityContext: { seccompProfile: { type: Unconfined } }"],
            ),
            (
                "two capabilities",
                &["securityContext: { capabilities: { add: [SYS_ADMIN, NET_ADMIN] } }"],
            ),
        ],
        Place::Podman => &[
            (
                "least privilege",
                &["podman run --security-opt seccomp=unconfined …"],
            ),
            (
                "two capabilities",
                &["podman run --cap-add SYS_ADMIN,NET_ADMIN …"],
            ),
        ],
        _ => &[
            (
                "least privilege",
                &["docker run --security-opt seccomp=unconfined …"],
            ),
            (
                "two capabilities",
                &["docker run --cap-add SYS_ADMIN --cap-add NET_ADMIN …"],
            ),
        ],
    }
}

fn apparmor(place: Place) -> Listed {
    match place {
        Place::GitHubActions => &[
            (
                "a step before the tests",
                &["- run: sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0"],
            ),
            AS_ROOT,
        ],
        _ => &[
            (
                "to keep it, a line in /etc/sysctl.d/60-netns-test.conf",
                &["sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0"],
            ),
            AS_ROOT,
        ],
    }
}

/// What to do about a thing that a test has to do without, if there is something.
pub(super) fn hint(lacking: Lacking, errno: Errno) -> Option<&'static str> {
    match (lacking, errno) {
        (Lacking::Ids, Errno::EPERM) => Some("give the process CAP_SETFCAP"),
        (Lacking::Sysctl | Lacking::Sysfs, Errno::EROFS | Errno::EPERM) => {
            Some("in a container: `--security-opt systempaths=unconfined`, or `--privileged`")
        }
        (Lacking::Mounts | Lacking::ProcNet | Lacking::Sysfs, Errno::EACCES) => {
            Some("Docker's AppArmor profile denies mounts: `--security-opt apparmor=unconfined`")
        }
        (Lacking::Netlink, Errno::EAFNOSUPPORT) => {
            Some("in a systemd unit: add AF_NETLINK to `RestrictAddressFamilies=`")
        }
        _ => None,
    }
}
