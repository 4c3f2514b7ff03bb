//! A network of its own for every test.
//!
//! [`#[netns_test]`](macro@netns_test) makes a test of a function and runs its
//! body in a fresh Linux network namespace. `lo` is up, and nothing else is
//! there: every port is free, all tests run at once, and nothing outside can be
//! reached. As root the body runs on a thread; as an ordinary user in a process
//! of its own, inside a user namespace.
//!
//! ```
//! use std::net::{TcpListener, TcpStream};
//!
//! use netns_test::netns_test;
//!
//! #[netns_test]
//! fn one_server_on_the_real_port() -> std::io::Result<()> {
//!     let server = TcpListener::bind("127.0.0.1:80")?;
//!     let client = TcpStream::connect("127.0.0.1:80")?;
//!     assert_eq!(server.accept()?.1, client.local_addr()?);
//!     Ok(())
//! }
//!
//! #[netns_test]
//! fn another_one_at_the_same_time() -> std::io::Result<()> {
//!     TcpListener::bind("127.0.0.1:80").map(drop)
//! }
//! ```
//!
//! # Where to look
//!
//! - Start with the attribute, [`macro@netns_test`]: what it takes, what a test
//!   can return, and how it stands together with `#[tokio::test]`, `#[rstest]`
//!   and others.
//! - [`NetNs`] is a test's handle to its namespace: write `ns: &NetNs` as its
//!   parameter, or make one. [`Link`], [`NetNsId`], [`Pinned`], [`Entered`] and
//!   [`UserNs`] come from it.
//! - What there is in it comes as [`Link`], [`Address`], [`Route`],
//!   [`Neighbour`] and [`sockets`]; [`counters`] has what it counts, with `-` between two
//!   snapshots; [`NetNs::sysctl`] and [`NetNs::nsid`] read the rest.
//! - [`notify`] tells callbacks what comes and goes in a namespace.
//! - [`Isolation`] says where bodies run: on threads or in processes.
//! - [`enter_user_namespace!`] puts the tests of an ordinary user on threads, too.
//! - [`access()`] tells whether namespaces can be had here, and if not, why
//!   and what helps: [`Refusal`], [`Cause`], [`Remedy`]; and what a test has to do
//!   without although it runs: [`Limitation`].
//! - [`pernet`] has hooks that run in every namespace: what every test's network is to
//!   have is registered once, and [`setup!`] runs before the first test.
//! - [`instance`] has something created in every namespace and destroyed with it, and
//!   [`kstat`] has what it counts there.
//! - [`Error`] is what the handle's methods return.
//!
//! # When a test fails
//!
//! After its own message stands what its network looked like: links, addresses, routes,
//! rules, neighbours, sockets with their owners and queues, the counters that moved,
//! changed sysctls, and the firewall; what every new namespace has is left out.
//!
//! - For a panic on the body's own thread, it is read before the panic unwinds. Where the
//!   body has replaced the panic hook, or panicked many times, and for an `Err`, it is
//!   read after the body: its sockets are closed by then.
//! - For a body that ends its process, it is read after that, under process isolation.
//!
//! With `NETNS_TEST_PAUSE=on-failure` it waits then, with its namespaces alive, and prints the
//! line for nsenter(1) that leads there, until Enter or `SIGCONT`. Of a panic or an `Err`
//! that is after the body, whose sockets are closed.
//!
//! # Features
//!
//! - `capture`: every frame on a test's links in a pcapng file, for a test that failed.
//! - `cli`: the command `netns-test`; `netns-test --help` is its manual.
//! - `tokio`: a bare `async fn`, on a runtime that is built inside of the namespace.
//!
//! # Environment
//!
//! | variable | |
//! |---|---|
//! | `NETNS_TEST` | `require`: never skip; `skip`: skip, visibly, where namespaces are refused |
//! | `NETNS_TEST_ISOLATION` | `auto`, `thread`, `process`: beats what the tests say |
//! | `NETNS_TEST_TIMEOUT` | how long a body may take, as in `500ms`, `5s`, `2m`, `1h`, or `none`: beats what the tests say |
//! | `NETNS_TEST_LEAKS` | `allow`, `warn`, `deny`: what becomes of what outlives a body; beats what the tests say |
//! | `NETNS_TEST_CAPTURE` | `off`, `on-failure`, `always`: beats what the tests say about `capture` |
//! | `NETNS_TEST_PAUSE` | `on-failure`: a failed test waits until somebody has looked into its namespace; `off`; not obeyed under `CI` |
//! | `NETNS_TEST_CAPTURE_LIMIT` | how many MiB of a capture are kept, the newest; 64 |
//! | `NETNS_TEST_DIR` | where captures go; `netns-test` in Cargo's target directory |
//! | `NETNS_TEST_REPORT` | a file that gets a JSON line for each test; see [below](#for-programs) |
//! | `CI` | if set, and neither empty, `0` nor `false`: `if_unsupported = "skip"` does not skip, and nothing is paused |
//!
//! # For programs
//!
//! `NETNS_TEST_REPORT=FILE` appends one line to a file for each `#[netns_test]` that runs,
//! however it ends: a JSON object (RFC 8259) with all of these members, in this order. A
//! relative path begins where the test binary is started, which Cargo and nextest do in the
//! package's directory.
//!
//! | member | |
//! |---|---|
//! | `schema` | 1; a new member does not change it, so ignore those that you don't know |
//! | `name` | the name of the test, as libtest has it |
//! | `package` | its package, as Cargo or nextest said; `null` where they did not start the binary |
//! | `binary` | its target: the file's name without Cargo's hash |
//! | `executable` | the file, by which equal names of two binaries are told apart |
//! | `outcome` | `passed`, `failed`, or `skipped`, which libtest counts as passed |
//! | `isolation` | how the body ran: `thread`, `process`; `null` if it did not |
//! | `cause` | `null` if it passed; else an object of `kind`, `text` and `refusal` |
//! | `seconds` | an object of `setup`, from the call of the test to the body; `body`, with the look at the network that a panic takes; and `teardown`, from its end to this line, a pause included. Without a body the last two are `null` |
//! | `namespace` | `null` without a body; else an object of `inode` and `cookie`, which is `null` before Linux 5.14 |
//! | `leaks` | `null` if nobody looked; else an array of what outlived the body |
//! | `egress` | `null` if nobody looked; else an array of objects of `counter`, as in nstat(8), and `count`: the attempts to leave the namespace |
//! | `artefacts` | an array of absolute paths: captures that were kept |
//!
//! The `kind` of a cause, of which `text` says more; at most the first 8 KiB of a panic:
//!
//! | kind | |
//! |---|---|
//! | `panic`, `no-panic` | the body panicked, or did not although that was expected |
//! | `error` | the body returned an `Err` or an `ExitCode` of failure |
//! | `leaks`, `egress` | what `leaks = "deny"` and `egress = "deny"` forbid |
//! | `setup`, `teardown` | a hook failed, or a `setup!`: before the body, which did not run, or after it |
//! | `timeout`, `frozen` | the body took too long; if frozen, its process was stopped as a whole |
//! | `signal`, `exit` | the body's process was killed, or exited; on a thread, `exit` ended the test binary |
//! | `vanished` | the body's process is gone, and so is its parent |
//! | `refused` | this machine refuses namespaces to every test: `refusal` is an object of `cause`, `step`, `answer` and `because`, as [`Refusal`] has them, and `null` for every other kind |
//! | `not-entered` | only this test could not have its namespace |
//! | `settings` | a variable of this crate has an unknown value |
//! | `second-run` | the test is registered twice |
//! | `unexplained` | none of these |
//!
//! An element of `leaks` has the members `kind` (`thread`, `process`, `socket`, `namespace`,
//! `handle`); `of`, the test that is over in whose namespace it is, or `null` if it is this
//! test's own; `id` and `name` of a thread or process; `protocol`, `local`, `peer`, `state`
//! of a socket; and `descriptor`. What does not apply is `null`.
//!
//! - Any number of processes can append to one file: each line is written under a lock
//!   (flock(2)), and begins a new line if one before was broken off. A FIFO or terminal will
//!   do, too, if somebody reads it.
//! - A file that can't be written is one warning on standard error, and changes no verdict.
//! - A retry of nextest is one more line. There is none for a test whose whole test binary
//!   is killed, as by a crash on a thread or by nextest's `slow-timeout`, and none for one
//!   that is not run.
//!
//! On GitHub Actions (`GITHUB_ACTIONS`), each failed test is an `::error`, and each that
//! passes but left something behind a `::warning`, at its place in the source; ten of a
//! kind, since GitHub shows no more. Each of them, and each skipped test, is an item on the
//! job's page (`GITHUB_STEP_SUMMARY`), up to what GitHub takes.
//!
//! # Hazards
//!
//! - Only the network is isolated: not files, Unix sockets with a path, process
//!   ids, nor clocks.
//! - On a thread, a crash of the body ends the test binary, as under `#[test]`.
//! - On a thread, a runtime in a `static` keeps its threads in the namespace of
//!   the test that used it first. It is named, in both tests; ask for `isolation = "process"`.
//! - On a thread, a body that takes too long goes on until the test binary ends. One that
//!   holds the lock of standard output keeps libtest itself from going on.
//! - Of what a body leaves, no unnamed Unix socket is told, no process whose parent has
//!   ended, and no thread or socket in another namespace that the test made.
//! - Of attempts to leave a namespace, only those are seen for which it has no route: none
//!   to an address that a route covers or that is on loopback, and none by a Unix socket.
//! - In a process, standard input is null, and what the body leaves running is
//!   killed.
//! - In the user namespace of an ordinary user's test, set-user-ID programs stay
//!   unprivileged.
//! - There is no timeout unless one is asked for.
//! - A thread that [`NetNs::enter`]s a namespace and can't come back aborts the process.
//! - A skipped test counts as passed.
//!
//! The README has them in full, and the lines that CI services and containers need.

#![cfg_attr(
    not(target_os = "linux"),
    expect(dead_code, reason = "what Linux alone needs")
)]

// Everywhere: what a user and an expansion name.
#[doc(hidden)]
#[path = "private.rs"]
pub mod __private;
mod address;
mod answer;
mod backtrace;
mod before_main;
pub mod counters;
mod error;
mod hardware;
mod link;
mod neighbour;
mod netlink;
mod proc_net;
pub mod route;
mod rule;
#[cfg(feature = "tokio")]
mod runtime;
mod scope;
mod setting;
mod setup;
pub mod sockets;
mod sysctl;
mod test;

#[cfg(all(target_os = "linux", feature = "cli"))]
#[doc(hidden)]
#[path = "cli/mod.rs"]
pub mod __cli;
#[cfg(target_os = "linux")]
mod access;
#[cfg(target_os = "linux")]
mod callback;
#[cfg(all(target_os = "linux", feature = "capture"))]
mod capture;
#[cfg(all(target_os = "linux", not(feature = "capture")))]
#[path = "capture/off.rs"]
mod capture;
#[cfg(target_os = "linux")]
mod duration;
#[cfg(target_os = "linux")]
mod entered;
#[cfg(target_os = "linux")]
mod env;
#[cfg(target_os = "linux")]
mod inspection;
#[cfg(target_os = "linux")]
pub mod instance;
#[cfg(target_os = "linux")]
mod isolation;
#[cfg(target_os = "linux")]
pub mod kstat;
#[cfg(target_os = "linux")]
mod lifecycle;
#[cfg(target_os = "linux")]
mod lifetime;
#[cfg(target_os = "linux")]
mod mark;
#[cfg(target_os = "linux")]
mod netns;
#[cfg(target_os = "linux")]
pub mod notify;
#[cfg(target_os = "linux")]
mod nsid;
#[cfg(target_os = "linux")]
mod pause;
#[cfg(target_os = "linux")]
pub mod pernet;
#[cfg(target_os = "linux")]
mod record;
#[cfg(target_os = "linux")]
mod report;
#[cfg(target_os = "linux")]
mod rtnetlink;
#[cfg(target_os = "linux")]
mod running;
#[cfg(target_os = "linux")]
mod state;
#[cfg(target_os = "linux")]
mod sync;
#[cfg(target_os = "linux")]
mod sys;
#[cfg(target_os = "linux")]
mod tasks;
#[cfg(target_os = "linux")]
mod watch;
#[cfg(target_os = "linux")]
mod witness;

// On other systems, modules of the same names.
#[cfg(not(target_os = "linux"))]
mod elsewhere;
#[cfg(not(target_os = "linux"))]
use elsewhere::{access, entered, isolation, lifecycle, netns, rtnetlink};
#[cfg(not(target_os = "linux"))]
pub use elsewhere::{notify, pernet};

pub use access::access;
pub use address::Address;
pub use answer::{Access, Answer, Cause, Lacking, Limitation, Refusal, Remedy, Way};
#[cfg(not(target_os = "linux"))]
pub use elsewhere::{instance, kstat};
pub use entered::Entered;
pub use error::{Error, ErrorKind};
pub use hardware::HardwareAddress;
pub use link::{Link, OperationalState, Statistics};
pub use neighbour::{Neighbour, NeighbourState};
pub use netns::{NetId, NetNs, NetNsId, Pinned, UserNs, UserNsId};
/// # Examples
///
/// ```
/// use std::net::TcpListener;
///
/// use netns_test::{NetNs, netns_test};
///
/// #[netns_test]
/// fn binds_the_real_port() -> std::io::Result<()> {
///     let _http = TcpListener::bind("127.0.0.1:80")?;
///     Ok(())
/// }
///
/// #[netns_test(isolation = "process", if_unsupported = "skip")]
/// #[should_panic(expected = "more than `lo`")]
/// fn looks_around(ns: &NetNs) {
///     assert!(ns.links().unwrap().len() > 1, "more than `lo`");
/// }
///
/// # #[cfg(feature = "tokio")]
/// #[netns_test(flavor = "multi_thread", worker_threads = 2)]
/// async fn has_a_runtime_inside() -> Result<(), Box<dyn std::error::Error>> {
///     Ok(())
/// }
/// ```
pub use netns_test_macros::netns_test;
pub use route::Route;
pub use rule::{Rule, RuleAction};
pub use scope::Scope;
pub use setting::Isolation;
