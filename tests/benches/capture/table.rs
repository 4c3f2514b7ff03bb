//! Every line that is printed.

use std::fmt::Write;
use std::fs;

use netns_test_tests::cargo::User;

use crate::plan::{Section, TESTS};
use crate::run::Run;

/// What the numbers are.
pub(crate) fn heading(rounds: usize) -> String {
    format!(
        "{}\nms per test, {TESTS} that pass, medians of {rounds} rounds; ratio to no captures; \
         budget\n",
        load("at the beginning")
    )
}

/// The machine's load: above 0.5, numbers are noise.
pub(crate) fn load(when: &str) -> String {
    let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let load = load.split(' ').next().unwrap_or_default();
    format!("load average {when}: {load}")
}

/// What one user's tests took.
pub(crate) fn section(user: User, section: &Section, rounds: &[[Run; 3]]) -> String {
    let user = match user {
        User::Root => "root",
        User::RootInProcesses => "root in processes",
        User::Ordinary => "ordinary user",
    };
    let Section { title, threads, .. } = section;
    let mut text = format!("{user}, {title}, --test-threads={threads}\n");
    let _ = write!(text, "  {:<20}{:<25}", "captured", "a passing test");
    if section.failing > 0 {
        text.push_str("a failing test");
    }
    for (which, row) in section.rows.iter().enumerate() {
        let _ = write!(text, "\n  {:<20}", row.label);
        let cell = |of: fn(&Run) -> f64, budget| {
            let value = median(rounds.iter().map(|round| of(&round[which])));
            let ratio = median(rounds.iter().map(|round| of(&round[which]) / of(&round[0])));
            cell(value * 1e3, ratio, budget)
        };
        let _ = write!(text, "{:<25}", cell(|run| run.passing, row.budget));
        if section.failing > 0 {
            text.push_str(&cell(|run| run.failing, None));
        }
    }
    let lines = text.lines().map(str::trim_end);
    lines.collect::<Vec<_>>().join("\n") + "\n"
}

/// `0.61 1.02 <= 1.10 met`
fn cell(value: f64, ratio: f64, budget: Option<f64>) -> String {
    let verdict = match budget {
        None => String::new(),
        // Two digits are shown, so two digits count.
        Some(budget) if ratio < budget + 0.005 => format!(" <= {budget:.2} met"),
        Some(budget) => format!(" >  {budget:.2} OVER"),
    };
    format!("{value:.2} {ratio:.2}{verdict}")
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<_> = values.collect();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
