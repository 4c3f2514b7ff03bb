//! Runs the fixture, and takes from libtest what each test took.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Stdio;
use std::thread;
use std::time::Duration;

use netns_test_tests::cargo::{User, started_by};
use serde_json::Value;

use crate::plan::{Row, Section, TESTS};

/// The kernel frees namespaces after their process has ended, at the cost of whatever
/// runs next.
const SETTLE: Duration = Duration::from_millis(300);

/// One run: seconds of a test, on average.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Run {
    pub(crate) passing: f64,
    /// 0 if there is none.
    pub(crate) failing: f64,
}

/// The runs of each round, one for each row.
pub(crate) fn rounds(
    program: &Path,
    user: User,
    section: &Section,
    rounds: usize,
) -> Vec<[Run; 3]> {
    let mut all = vec![[Run::default(); 3]; rounds];
    // The first round reads the file in.
    for round in 0..=rounds {
        // Each takes each place, so that what a run leaves behind meets all of them.
        for place in 0..3 {
            let which = (round + place) % 3;
            let run = run(program, user, section, section.rows[which]);
            if let Some(index) = round.checked_sub(1) {
                all[index][which] = run;
            }
        }
    }
    all
}

fn run(program: &Path, user: User, section: &Section, row: Row) -> Run {
    let name = format!("bench-capture-{}", std::process::id());
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::create_dir_all(&directory).expect("the directory can be made");
    fs::set_permissions(&directory, fs::Permissions::from_mode(0o777)).expect("it is ours");
    let mut command = started_by(user, program);
    command.envs(user.isolation()).env("RUST_BACKTRACE", "0");
    // No stable option of libtest says how long a test took.
    command.args(["-Z", "unstable-options", "--format=json", "--report-time"]);
    command.env("RUSTC_BOOTSTRAP", "1");
    command.arg(format!("--test-threads={}", section.threads));
    command.args(section.filter);
    command.env("NETNS_TEST_DIR", &directory);
    if let Some(value) = row.value {
        command.env("NETNS_TEST_CAPTURE", value);
    }
    command.stdin(Stdio::null()).stderr(Stdio::null());
    thread::sleep(SETTLE);
    let output = command.output().expect("it can be run");
    let text = String::from_utf8_lossy(&output.stdout);
    let files = fs::read_dir(&directory).expect("it is there").count();
    fs::remove_dir_all(&directory).expect("it is ours");
    assert_eq!(files, row.files, "{user:?} {row:?}");
    Run {
        passing: average(&text, "ok", TESTS),
        failing: average(&text, "failed", section.failing),
    }
}

/// What each of so many tests took that ended so.
fn average(text: &str, event: &str, count: usize) -> f64 {
    let events = text
        .lines()
        .filter_map(|line| serde_json::from_str(line).ok());
    let tests = events.filter(|line: &Value| line["type"] == "test" && line["event"] == event);
    let times: Vec<_> = tests
        .filter_map(|test| test["exec_time"].as_f64())
        .collect();
    assert_eq!(times.len(), count, "tests that ended so: {event}");
    let sum: f64 = times.iter().sum();
    sum / f64::from(u32::try_from(count.max(1)).expect("some hundreds"))
}
