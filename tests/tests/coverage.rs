//! Counts of coverage are exact, wherever a body runs and however the files
//! of the profile are named.
#![cfg(target_os = "linux")]

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use netns_test_tests::cargo::{self, User};
use netns_test_tests::profile;

/// Calls of the fixture's function: one a test.
const CALLS: u64 = 200;
/// `netns_test_counted` in a profile: the beginning of its MD5 sum.
const NAME: u64 = u64::from_le_bytes([0x7f, 0xe5, 0xbe, 0xc5, 0x6b, 0xbd, 0x24, 0x6c]);

/// One file for all processes, one for each, and four that they share.
const PATTERNS: [&str; 3] = ["%m.profraw", "%p.profraw", "%p-%4m.profraw"];

#[test]
fn counts_are_exact() {
    let binary = build();
    for user in User::all() {
        for (index, pattern) in PATTERNS.iter().enumerate() {
            let directory = here().join(format!("{user:?}-{index}"));
            let calls = run(&binary, user, &directory, pattern);
            assert_eq!(calls, CALLS, "{user:?}, {pattern}");
        }
    }
}

fn here() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("coverage")
}

/// Builds `fixtures/coverage.rs` with counters, in a package that depends on
/// nothing else.
fn build() -> PathBuf {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    let workspace = package.parent().unwrap();
    fs::create_dir_all(here()).unwrap();
    fs::copy(workspace.join("Cargo.lock"), here().join("Cargo.lock")).unwrap();
    let manifest = format!(
        "[package]\nname = \"coverage\"\nedition = \"2024\"\n\
         [dev-dependencies]\nnetns-test.path = '{}'\n\
         [[test]]\nname = \"coverage\"\npath = '{}'\n\
         [workspace]\n",
        workspace.join("netns-test").display(),
        package.join("fixtures/coverage.rs").display(),
    );
    fs::write(here().join("Cargo.toml"), manifest).unwrap();
    fs::create_dir_all(here().join("src")).unwrap();
    fs::write(here().join("src/lib.rs"), "").unwrap();
    let mut cargo = cargo::cargo();
    cargo
        .args([
            "test",
            "--no-run",
            "--offline",
            "--test=coverage",
            "--target-dir=target",
        ])
        .current_dir(here())
        .env_remove("CARGO_ENCODED_RUSTFLAGS")
        .env("RUSTFLAGS", "-Cinstrument-coverage")
        // Build scripts and macros are instrumented as well.
        .env("LLVM_PROFILE_FILE", here().join("build/%m.profraw"));
    here().join(cargo::built(cargo))
}

/// Runs the fixture; how many calls its profile has.
fn run(binary: &Path, user: User, directory: &Path, pattern: &str) -> u64 {
    fs::remove_dir_all(directory).ok();
    fs::create_dir(directory).unwrap();
    fs::set_permissions(directory, Permissions::from_mode(0o777)).unwrap();
    let mut words = user.wrapper().unwrap_or("").split_whitespace();
    let mut command = match words.next() {
        Some(wrapper) => {
            let mut command = cargo::undisturbed(wrapper);
            command.args(words).arg(binary);
            command
        }
        None => cargo::undisturbed(binary),
    };
    let output = command
        .env("LLVM_PROFILE_FILE", directory.join(pattern))
        .envs(user.isolation())
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(
        text.contains("200 passed; 0 failed"),
        "{user:?}: {output:?}"
    );
    profile::calls(directory, NAME)
}
