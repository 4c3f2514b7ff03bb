//! What is measured, against what, and what it may cost.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use netns_test_tests::cargo::{self, User};

use crate::fixture::{self, As};

/// Rows that are measured together, the floor first.
#[derive(Debug)]
pub(crate) struct Section {
    pub(crate) title: &'static str,
    /// What each column passes as `--test-threads`; empty for nextest, which decides itself.
    pub(crate) threads: &'static [u32],
    pub(crate) rows: Vec<Row>,
}

/// A fixture, as a user runs it.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) label: &'static str,
    user: As,
    fixture: Fixture,
    /// The highest ratio to the floor, for each column; empty for a row that is there to compare.
    pub(crate) budget: &'static [f64],
}

#[derive(Debug)]
enum Fixture {
    Binary(PathBuf),
    Nextest(&'static str),
}

impl Section {
    /// Its columns: what each passes as `--test-threads`.
    pub(crate) fn columns(&self) -> Vec<Option<u32>> {
        match self.threads {
            [] => vec![None],
            threads => threads.iter().copied().map(Some).collect(),
        }
    }
}

impl Row {
    /// The command that runs it in one column.
    pub(crate) fn command(&self, threads: Option<u32>) -> Command {
        let mut command = match &self.fixture {
            Fixture::Binary(path) => self.user.run(path),
            Fixture::Nextest(name) => self.user.run_by_nextest(name),
        };
        if let Some(threads) = threads {
            command.arg(format!("--test-threads={threads}"));
        }
        command
    }
}

/// The threads that the budgets are for.
const THREADS: &[u32] = &[1, 2, 4];

/// With true views, on threads.
const ON_THREADS: &[f64] = &[1.0, 1.15, 1.2];

/// Builds the fixtures, and lists what this user can run of them.
pub(crate) fn plan() -> Vec<Section> {
    let root = User::all().contains(&User::Root);
    let mut sections = Vec::new();
    let mut add = |title, threads, rows| {
        sections.push(Section {
            title,
            threads,
            rows,
        });
    };
    let [floor, plain, netns, without_views, before_main] =
        ["floor", "plain", "netns", "without-views", "before-main"]
            .map(|name| move || Fixture::Binary(fixture::small(&format!("bench-{name}"))));
    let [large_floor, large_netns] =
        ["large-floor", "large-netns"].map(|name| move || Fixture::Binary(fixture::large(name)));
    let row = |label, user, fixture, budget| Row {
        label,
        user,
        fixture,
        budget,
    };
    let (ordinary, below) = (As::Ordinary, As::OrdinaryUnderUnshare);
    if root {
        let rows = vec![
            row("floor", As::Root, floor(), &[][..]),
            row("no isolation", As::Root, plain(), &[]),
            row("#[netns_test]", As::Root, netns(), ON_THREADS),
            row(
                "views = false",
                As::Root,
                without_views(),
                &[0.85, 1.0, 1.0],
            ),
        ];
        add("root", THREADS, rows);
    }
    let rows = vec![
        row("floor", below, floor(), &[][..]),
        row("no isolation", ordinary, plain(), &[]),
        row("#[netns_test]", ordinary, netns(), &[1.8, 1.9, 1.9]),
        row("views = false", ordinary, without_views(), &[]),
        row(
            "enter_user_namespace!()",
            ordinary,
            before_main(),
            ON_THREADS,
        ),
    ];
    add("ordinary user", THREADS, rows);
    if root {
        let rows = vec![
            row("floor", As::Root, large_floor(), &[][..]),
            row("#[netns_test]", As::Root, large_netns(), &[]),
        ];
        add("100 MB, root", THREADS, rows);
    }
    let rows = vec![
        row("floor", below, large_floor(), &[][..]),
        row("#[netns_test]", ordinary, large_netns(), &[2.2; 3]),
    ];
    add("100 MB, ordinary user", THREADS, rows);
    if !has_nextest() {
        return sections;
    }
    let [floor, netns] = ["bench-floor", "bench-netns"].map(|name| move || Fixture::Nextest(name));
    if root {
        let rows = vec![
            row("floor", As::Root, floor(), &[][..]),
            row("#[netns_test]", As::Root, netns(), &[1.05]),
        ];
        add("nextest, root", &[], rows);
    }
    let rows = vec![
        row("floor", below, floor(), &[][..]),
        row("#[netns_test]", ordinary, netns(), &[1.4]),
    ];
    add("nextest, ordinary user", &[], rows);
    sections
}

fn has_nextest() -> bool {
    let status = cargo::cargo()
        .args(["nextest", "--version"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    let has = status.is_ok_and(|status| status.success());
    if !has {
        eprintln!("cargo-nextest is not installed: nothing about it is measured");
    }
    has
}

/// The crates that a dependency on `netns-test` compiles, itself included.
pub(crate) fn default_build() -> usize {
    let tree = cargo::cargo()
        .args(["tree", "--offline", "--package=netns-test"])
        .args(["--edges=no-dev", "--prefix=none", "--format={p}"])
        .output()
        .expect("cargo can be run");
    assert!(tree.status.success(), "cargo tree failed");
    let lines = String::from_utf8_lossy(&tree.stdout);
    lines
        .lines()
        .filter_map(name)
        .collect::<BTreeSet<_>>()
        .len()
}

fn name(line: &str) -> Option<&str> {
    line.split(' ').next().filter(|name| !name.is_empty())
}
