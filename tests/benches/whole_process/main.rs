//! What a namespace for each test costs a whole test binary: 200 tests that
//! bind 127.0.0.1:8080 and connect, in debug builds, against the same tests
//! with a hand-written thread, `unshare` and `ioctl` ("floor").
//!
//! ```text
//! cargo bench -p netns-test-tests --bench whole_process [-- ROUNDS]
//! ```
//!
//! The runs of a round are interleaved, and the table has their medians: the
//! ratios of one table can be compared, milliseconds of two tables cannot.
//! On a busy machine, neither can.

#[cfg(target_os = "linux")]
mod fixture;
#[cfg(target_os = "linux")]
mod measure;
#[cfg(target_os = "linux")]
mod plan;
#[cfg(target_os = "linux")]
mod table;

/// Enough for medians that repeat within some percent on an idle machine.
#[cfg(target_os = "linux")]
const ROUNDS: usize = 9;

#[cfg(target_os = "linux")]
fn main() {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    // `cargo test --benches` runs this as well, to see whether it works.
    if !arguments.iter().any(|argument| argument == "--bench") {
        return;
    }
    let rounds = arguments.iter().find_map(|argument| argument.parse().ok());
    let rounds = rounds.unwrap_or(ROUNDS).max(1);

    eprintln!("building the fixtures");
    let plan = plan::plan();
    println!("{}", table::heading(rounds));
    for section in &plan {
        let results = measure::measure(section, rounds);
        println!("{}", table::section(section, &results));
    }
    println!("{}", table::crates(plan::default_build()));
    println!("{}", table::load("at the end"));
}

#[cfg(not(target_os = "linux"))]
fn main() {}
