//! Runs and times.

use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::fixture::TESTS;
use crate::plan::Section;

/// The kernel frees namespaces after their process has ended, at the cost of
/// whatever runs next.
const SETTLE: Duration = Duration::from_millis(150);

/// The median of each row, by column.
pub(crate) fn measure(section: &Section, rounds: usize) -> Vec<Vec<Duration>> {
    let medians = section.columns().into_iter().map(|threads| {
        let mut times = vec![Vec::with_capacity(rounds); section.rows.len()];
        // The first round reads the files in.
        for round in 0..=rounds {
            // Each row takes each place, so that what a run leaves behind meets all of them.
            for place in 0..section.rows.len() {
                let index = (round + place) % section.rows.len();
                let time = run(section.rows[index].command(threads));
                if round > 0 {
                    times[index].push(time);
                }
            }
        }
        times.into_iter().map(median).collect::<Vec<_>>()
    });
    let columns: Vec<_> = medians.collect();
    let rows = 0..section.rows.len();
    rows.map(|row| columns.iter().map(|column| column[row]).collect())
        .collect()
}

/// How long one test of the run took.
fn run(mut command: Command) -> Duration {
    command.stdout(Stdio::null()).stderr(Stdio::null());
    thread::sleep(SETTLE);
    let start = Instant::now();
    let status = command.status().expect("it can be run");
    let time = start.elapsed();
    assert!(status.success(), "{command:?}: {status}");
    time / TESTS
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}
