//! What captures cost: a binary of 500 tests that fail, each of which leaves a file, and
//! of 500 that pass beside them and must not be slower for it.
//!
//! ```text
//! cargo bench -p netns-test-tests --bench capture [-- ROUNDS]
//! ```
//!
//! The time of a test is the one that libtest measures, so all that a test's namespace and
//! its capture need is in it. The runs of a round are interleaved; a ratio is the median of
//! the rounds' ratios, each to the run without captures of the same round. On a busy machine
//! all of them are noise.

#[cfg(target_os = "linux")]
mod plan;
#[cfg(target_os = "linux")]
mod run;
#[cfg(target_os = "linux")]
mod table;

/// Enough for ratios that repeat within some percent on an idle machine.
#[cfg(target_os = "linux")]
const ROUNDS: usize = 5;

#[cfg(target_os = "linux")]
fn main() {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    // `cargo test --benches` runs this as well, to see whether it works.
    if !arguments.iter().any(|argument| argument == "--bench") {
        return;
    }
    let rounds = arguments.iter().find_map(|argument| argument.parse().ok());
    let rounds = rounds.unwrap_or(ROUNDS).max(1);

    eprintln!("building the fixture");
    let program = netns_test_tests::cargo::build_fixture("bench-capture");
    println!("{}", table::heading(rounds));
    for user in netns_test_tests::cargo::User::all() {
        for section in &plan::sections() {
            let rounds = run::rounds(&program, user, section, rounds);
            println!("{}", table::section(user, section, &rounds));
        }
    }
    println!("{}", table::load("at the end"));
}

#[cfg(not(target_os = "linux"))]
fn main() {}
