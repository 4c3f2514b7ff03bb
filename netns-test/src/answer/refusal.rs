//! A refusal as data.

/// Why this process can't have network namespaces: which system call was
/// refused, who answered, what that means, and what would mend it.
///
/// # References
///
/// unshare(2), `network_namespaces(7)`, `user_namespaces(7)`.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Refusal {
    pub(crate) step: &'static str,
    pub(crate) errno: Option<i32>,
    pub(crate) answer: String,
    pub(crate) answered_by: Answer,
    pub(crate) cause: Cause,
    pub(crate) because: String,
    pub(crate) evidence: Vec<String>,
    pub(crate) remedies: Vec<Remedy>,
    pub(crate) notes: Vec<String>,
}

impl Refusal {
    /// The system call that was refused, as in `unshare(CLONE_NEWUSER)`.
    pub fn step(&self) -> &str {
        self.step
    }

    /// What the call answered, if it came back at all.
    ///
    /// # References
    ///
    /// errno(3)
    pub fn errno(&self) -> Option<i32> {
        self.errno
    }

    /// The name of [`errno`](Self::errno), as in `EPERM`; `SIGSYS` where the
    /// call ended the process.
    pub fn answer(&self) -> &str {
        &self.answer
    }

    /// Who gave that answer.
    pub fn answered_by(&self) -> Answer {
        self.answered_by
    }

    /// What it comes from.
    pub fn cause(&self) -> Cause {
        self.cause
    }

    /// The cause in a sentence about this machine.
    pub fn because(&self) -> &str {
        &self.because
    }

    /// What was seen that speaks for the cause.
    pub fn evidence(&self) -> &[String] {
        &self.evidence
    }

    /// What mends it, the smallest step first. Each one alone is enough.
    pub fn remedies(&self) -> &[Remedy] {
        &self.remedies
    }

    /// What is worth knowing besides, such as what does *not* help.
    pub fn notes(&self) -> &[String] {
        &self.notes
    }
}

/// Who refused.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Answer {
    /// A seccomp filter, before the kernel looked at the call.
    ///
    /// # References
    ///
    /// seccomp(2)
    SeccompFilter,
    /// The kernel itself.
    Kernel,
    /// `AppArmor`.
    AppArmor,
    /// `SELinux`.
    Selinux,
    /// A security module that could not be told, or the kernel in its name.
    SecurityModule,
    /// Nobody knows.
    Unknown,
}

/// What a [`Refusal`] comes from.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Cause {
    /// A seccomp filter refuses unshare(2) as a whole: the default profile of
    /// Docker and of Kubernetes' `RuntimeDefault`.
    SeccompProfile,
    /// A seccomp filter looks at the flags of unshare(2): `RestrictNamespaces=`
    /// of a systemd unit.
    SeccompFlags,
    /// A seccomp filter ends the process, by `SIGSYS`.
    SeccompKill,
    /// A filter reports success without doing what was asked for.
    PretendedSuccess,
    /// Internet sockets are refused: `RestrictAddressFamilies=` of a systemd unit.
    AddressFamilies,
    /// `AppArmor` gives unprivileged user namespaces no capabilities, or does
    /// not let them be made: `kernel.apparmor_restrict_unprivileged_userns`.
    AppArmorUserNamespaces,
    /// `SELinux` denies `user_namespace:create`.
    SelinuxUserNamespaces,
    /// A security module refuses; which one could not be told.
    SecurityModule,
    /// The new user namespace came without its capabilities; so does a
    /// security module refuse.
    CapabilitiesStripped,
    /// `user.max_user_namespaces` is 0.
    MaxUserNamespaces,
    /// `user.max_user_namespaces` is reached.
    UserNamespaceLimit,
    /// This is a user namespace already, and one further out allows no more
    /// of them, or 32 are nested.
    OuterUserNamespace,
    /// `kernel.unprivileged_userns_clone` is 0: Debian 10 and older, hardened kernels.
    UnprivilegedUsernsClone,
    /// The user or the group of this process is not mapped in its user namespace.
    UnmappedIds,
    /// The process is in a chroot(2).
    Chroot,
    /// The process is in a chroot(2) whose directory is a mount point, or a
    /// security module refuses: the two look the same.
    ChrootOrSecurityModule,
    /// `user.max_net_namespaces` is reached, or 0.
    MaxNetNamespaces,
    /// The freshly forked process has more than one thread: an emulator's, as
    /// of qemu-user.
    Emulator,
    /// The kernel was built without `CONFIG_USER_NS`.
    KernelWithoutUserNamespaces,
    /// The kernel was built without `CONFIG_NET_NS`.
    KernelWithoutNetworkNamespaces,
    /// Windows Subsystem for Linux 1, which has no namespaces.
    Wsl1,
    /// No process can be started: `RLIMIT_NPROC`, or the pids limit of a control group.
    ProcessLimit,
    /// `/proc` is not mounted: a test's own process is started from
    /// `/proc/self/exe`.
    ProcAbsent,
    /// Neither `/proc` nor socket cookies can prove that a thread is in a new namespace.
    Unprovable,
    /// This is not Linux, and only Linux has network namespaces.
    NotLinux,
    /// None of the known ones.
    Unknown,
}

/// One way to mend a [`Refusal`].
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Remedy {
    pub(crate) what: &'static str,
    pub(crate) commands: Vec<String>,
}

impl Remedy {
    /// What it does, and its price.
    pub fn what(&self) -> &str {
        self.what
    }

    /// The exact lines: commands for a shell, or lines for a configuration file.
    pub fn commands(&self) -> &[String] {
        &self.commands
    }
}
