//! Every line that is printed.

use std::fmt::Write;
use std::fs;
use std::time::Duration;

use crate::fixture::TESTS;
use crate::plan::Section;

/// The highest number of crates in a default build.
const CRATES: usize = 15;

/// What the numbers are.
pub(crate) fn heading(rounds: usize) -> String {
    format!(
        "{}\nms per test of {TESTS}, medians of {rounds} rounds; ratio to the floor; budget\n",
        load("at the beginning")
    )
}

/// The machine's load: above 0.5, numbers are noise.
pub(crate) fn load(when: &str) -> String {
    let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let load = load.split(' ').next().unwrap_or_default();
    format!("load average {when}: {load}")
}

/// The rows of one section.
pub(crate) fn section(section: &Section, results: &[Vec<Duration>]) -> String {
    let mut text = format!("{:<27}", section.title);
    for column in section.columns() {
        let head = match column {
            None => "a process for each".to_owned(),
            Some(1) => "1 thread".to_owned(),
            Some(threads) => format!("{threads} threads"),
        };
        let _ = write!(text, "{head:<25}");
    }
    let floor = &results[0];
    for (row, times) in section.rows.iter().zip(results) {
        let _ = write!(text, "\n  {:<25}", row.label);
        for (column, time) in times.iter().enumerate() {
            let ratio = time.as_secs_f64() / floor[column].as_secs_f64();
            let cell = cell(*time, ratio, row.budget.get(column).copied());
            let _ = write!(text, "{cell:<25}");
        }
    }
    let lines = text.lines().map(str::trim_end);
    lines.collect::<Vec<_>>().join("\n") + "\n"
}

/// `0.61 1.02 <= 1.15 met`
fn cell(time: Duration, ratio: f64, budget: Option<f64>) -> String {
    let time = time.as_secs_f64() * 1e3;
    let verdict = match budget {
        None => String::new(),
        // Two digits are shown, so two digits count.
        Some(budget) if ratio < budget + 0.005 => format!(" <= {budget:.2} met"),
        Some(budget) => format!(" >  {budget:.2} OVER"),
    };
    format!("{time:.2} {ratio:.2}{verdict}")
}

/// What a default build compiles.
pub(crate) fn crates(number: usize) -> String {
    let verdict = if number <= CRATES { "met" } else { "OVER" };
    format!("crates in a default build: {number}, at most {CRATES}: {verdict}")
}
