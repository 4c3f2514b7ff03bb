//! What is measured, and what it may cost.

/// How many tests of the fixture fail, and as many pass.
pub(crate) const TESTS: usize = 500;

/// How much longer a passing test may take for captures.
const BUDGET: f64 = 1.10;

/// Runs that are compared, the one without captures first.
#[derive(Debug)]
pub(crate) struct Section {
    pub(crate) title: &'static str,
    /// What stands in the name of each test that is run.
    pub(crate) filter: Option<&'static str>,
    /// How many of the tests fail.
    pub(crate) failing: usize,
    pub(crate) threads: u32,
    pub(crate) rows: [Row; 3],
}

/// Which tests are captured.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Row {
    pub(crate) label: &'static str,
    /// Of `NETNS_TEST_CAPTURE`.
    pub(crate) value: Option<&'static str>,
    /// How many files that leaves.
    pub(crate) files: usize,
    /// The highest ratio to the first row.
    pub(crate) budget: Option<f64>,
}

const fn row(
    label: &'static str,
    value: Option<&'static str>,
    files: usize,
    budget: Option<f64>,
) -> Row {
    Row {
        label,
        value,
        files,
        budget,
    }
}

const OFF: Row = row("none", Some("off"), 0, None);

/// Beside 500 that fail.
fn load(threads: u32, all: Option<f64>) -> Section {
    Section {
        title: "beside 500 that fail",
        filter: None,
        failing: TESTS,
        threads,
        rows: [
            OFF,
            // By their attribute.
            row("the failing ones", None, TESTS, Some(BUDGET)),
            row("all, `on-failure`", Some("on-failure"), TESTS, all),
        ],
    }
}

/// The price of a capture itself, which a longer test does not notice.
fn alone() -> Section {
    Section {
        title: "alone",
        filter: Some("passes"),
        failing: 0,
        threads: 1,
        rows: [
            OFF,
            row("all, `on-failure`", Some("on-failure"), 0, None),
            row("all, `always`", Some("always"), TESTS, None),
        ],
    }
}

pub(crate) fn sections() -> [Section; 3] {
    [alone(), load(2, None), load(16, Some(BUDGET))]
}
