//! What can be said to the command, and its manual.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::builder::styling::{AnsiColor, Style, Styles};
use clap::{Args, Parser, Subcommand};

use crate::hosts::Entry;

const STYLES: Styles = Styles::styled()
    .header(Style::new().bold())
    .usage(Style::new().bold())
    .literal(AnsiColor::Cyan.on_default())
    .placeholder(Style::new().italic());

/// Network namespaces for tests: run a program in one, see what this machine
/// grants, find those of running tests and look into them.
#[derive(Debug, Parser)]
#[command(name = "netns-test", version, styles = STYLES, arg_required_else_help = true)]
#[command(max_term_width = 100, after_long_help = AFTER)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
}

const AFTER: &str = "\
Everything works as root and as an ordinary user; `netns-test doctor` says how, or why not.

Without the crate: a suite that knows nothing of `#[netns_test]` gets a namespace for each of its \
tests by nextest, see `netns-test run --help`.";

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Run(Run),
    Doctor(Doctor),
    Ps(Ps),
    Shell(Shell),
}

/// Run a program in a network namespace of its own
///
/// `lo` is up, and nothing else is there: every port is free, and nothing outside can be reached.
/// /proc/net and /sys/class/net show this namespace. An ordinary user gets a user namespace as
/// well, in which the user keeps its id and has every capability: `ip`, `nft`, `tc` and ports
/// below 1024 work without root.
///
/// Only the network is new: files, processes and the terminal are what they were. This command
/// becomes PROGRAM by execve(2), so that its process id, signals, job control and exit status are
/// PROGRAM's own, and when it ends, nothing is left.
#[derive(Debug, Args)]
#[command(after_long_help = RUN)]
pub(crate) struct Run {
    /// Give a name an address in PROGRAM's own /etc/hosts
    ///
    /// Can be said several times, or with commas. The names replace those of the same spelling
    /// in /etc/hosts, and the rest of the file stays. Nobody else sees it, and no file is written.
    /// 127.0.0.0/8 and `::1` can be reached at once; other addresses when PROGRAM has added them.
    #[arg(long = "hosts", value_name = "NAME=ADDRESS", value_delimiter = ',')]
    pub(crate) hosts: Vec<Entry>,

    /// Add the lines of a file to PROGRAM's own /etc/hosts
    #[arg(long, value_name = "FILE")]
    pub(crate) hosts_file: Vec<PathBuf>,

    /// The program and its arguments
    #[arg(value_name = "PROGRAM", required = true, trailing_var_arg = true)]
    pub(crate) program: Vec<OsString>,
}

const RUN: &str = "\
Exit status:
  that of PROGRAM, or
    2  the command line is wrong
  124  netns-test failed, such as at --hosts
  125  this machine refuses network namespaces; `netns-test doctor` says more
  126  PROGRAM cannot be started
  127  PROGRAM is not found

A namespace for each test of an existing suite, without a change in its code, by nextest
(https://nexte.st). In `.config/nextest.toml`:

  experimental = [\"wrapper-scripts\"]

  [scripts.wrapper.netns]
  command = \"netns-test run --\"

  [[profile.default.scripts]]
  filter = \"all()\"
  run-wrapper = \"netns\"

A namespace for each test binary under `cargo test`, and for what `cargo run` and `cargo bench`
start; under `cargo nextest run`, which starts a binary for each test, for each test:

  export CARGO_TARGET_X86_64_UNKNOWN_LINUX_GNU_RUNNER=\"netns-test run --\"

The lookups of a name service cache (nscd, sssd) come from outside and do not see --hosts.

Examples:
  netns-test run -- cargo test --offline
  netns-test run --hosts db=127.0.0.1,api.example.com=127.0.0.2 -- ./server
  netns-test run -- sh -c 'ip link add v0 type veth peer v1 && ip -brief link'";

/// Tell whether `#[netns_test]` runs here, and what works in its tests
///
/// Everything is tried in fresh namespaces of child processes, nothing is guessed, and nothing is
/// left. What does not work is listed with the kernel's answer, what that means, and the lines that
/// mend it.
#[derive(Debug, Args)]
#[command(after_long_help = DOCTOR)]
pub(crate) struct Doctor {
    /// Print one JSON object
    #[arg(long)]
    pub(crate) json: bool,

    /// Try everything here: what a child of `doctor` is told
    #[arg(long, hide = true)]
    pub(crate) attempt: bool,
}

const DOCTOR: &str = "\
Exit status:
    0  `#[netns_test]` runs here
    1  it does not
    2  the command line is wrong
  124  netns-test failed

JSON: `runs` (boolean), `route` (\"direct\", \"user-namespace\" or null), `uid`, `kernel`,
`refusal` (null, or an object: `step`, `answer`, `errno`, `answered_by`, `cause`, `because`,
`evidence`, `remedies` with `what` and `commands`, `notes`), `checks` (a list of objects: `group`,
`name`, `works`, `step`, `errno`, `answer`, `why`, `fix`, `note`).";

/// List the network namespaces that tests hold now
///
/// One line for each test whose body runs, with the namespace as the kernel names it, the process,
/// its user, the time since the namespace was ready, and the test's full name; those of processes
/// that ptrace(2) lets this user look at.
#[derive(Debug, Args)]
#[command(after_long_help = PS)]
pub(crate) struct Ps {
    /// Print a JSON list
    #[arg(long)]
    pub(crate) json: bool,
}

const PS: &str = "\
Exit status: 0, also if there is none; 2 if the command line is wrong, 124 if netns-test failed.

JSON: a list of objects: `namespace` (its inode number), `pid`, `tid` (or null), `uid`,
`age` (in seconds), `test`.";

/// Open a shell in the network namespace of a running test
///
/// In the test's mounts, so that /sys/class/net shows its namespace; for an ordinary user's test in
/// its user namespace as well, with every capability there. Of another user's test, which root can
/// enter, the mounts are not taken over, since that user could have put any program into them. The
/// test goes on, and the namespace lives on while the shell does. This command becomes the shell by
/// execve(2).
#[derive(Debug, Args)]
#[command(after_long_help = SHELL)]
pub(crate) struct Shell {
    /// Which test: its process, its namespace, or its name or a part of that
    ///
    /// Not needed if only one runs. `netns-test ps` lists them.
    #[arg(value_name = "PID|NAMESPACE|TEST")]
    pub(crate) test: Option<String>,

    /// A program and its arguments, instead of $SHELL
    #[arg(value_name = "PROGRAM", last = true)]
    pub(crate) program: Vec<OsString>,
}

const SHELL: &str = "\
Exit status:
  that of the shell, or
    2  the command line is wrong
  124  there is no such test, or more than one, or it cannot be entered
  126  PROGRAM cannot be started
  127  PROGRAM is not found

Examples:
  netns-test shell
  netns-test shell tests::dhcp
  netns-test shell 4711 -- ss -tlnp";
