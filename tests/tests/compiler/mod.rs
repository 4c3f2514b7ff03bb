//! Packages for the compiler, and what it says about targets that must not compile.
//!
//! Each line of a source that has an error says so behind `//~`, or on the next
//! line behind `//~^`, with the message or a part of it. There must be these
//! errors and no others.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The cargo that runs this test, offline.
pub(crate) fn cargo(command: &str) -> Command {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| env!("CARGO").into());
    let mut cargo = Command::new(cargo);
    cargo.env("CARGO_TERM_COLOR", "never");
    cargo.args([command, "--offline"]);
    cargo
}

/// Writes a package outside of the workspace, with one test target that uses
/// the attribute without any feature, and returns the path of that.
pub(crate) fn package(name: &str, edition: &str, source: &str) -> PathBuf {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let package = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::create_dir_all(package.join("tests")).unwrap();
    fs::copy(workspace.join("Cargo.lock"), package.join("Cargo.lock")).unwrap();
    let netns_test = workspace.join("netns-test");
    let netns_test = netns_test.to_str().unwrap();
    let manifest = format!(
        "[package]\nname = {name:?}\nedition = {edition:?}\n\
         [dev-dependencies]\nnetns-test.path = {netns_test:?}\n\
         [workspace]\n",
    );
    fs::write(package.join("Cargo.toml"), manifest).unwrap();
    let path = package.join(format!("tests/{name}.rs"));
    fs::write(&path, source).unwrap();
    path
}

/// [`cargo`] in the package that [`package`] wrote. All of them share what is
/// built for them.
pub(crate) fn cargo_of(test: &Path, command: &str) -> Command {
    let mut cargo = cargo(command);
    cargo.current_dir(test.ancestors().nth(2).unwrap());
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("target");
    cargo.env("CARGO_TARGET_DIR", target);
    cargo
}

/// Runs `cargo`, and compares the errors with what `source` announces.
pub(crate) fn assert_errors(mut cargo: Command, source: &Path) {
    let text = fs::read_to_string(source).unwrap();
    let announced: Vec<_> = text
        .lines()
        .enumerate()
        .flat_map(|(index, line)| {
            let messages = line.split("//~").skip(1);
            messages.map(move |message| match message.strip_prefix('^') {
                Some(message) => (index, message.trim().to_owned()),
                None => (index + 1, message.trim().to_owned()),
            })
        })
        .collect();
    cargo.args(["--no-run", "--message-format=short"]);
    let output = cargo.output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    let file_name = source.file_name().unwrap().to_str().unwrap();
    let mut errors: Vec<_> = said
        .lines()
        .filter_map(|line| error(line, file_name))
        .collect();
    errors.sort();
    let as_announced = errors.len() == announced.len()
        && errors
            .iter()
            .zip(&announced)
            .all(|(error, announced)| error.0 == announced.0 && error.1.contains(&announced.1));
    assert!(
        as_announced,
        "announced: {announced:#?}\nfound: {errors:#?}\nin: {said}"
    );
    assert!(!output.status.success());
}

/// Line and message of `path/file.rs:1:2: error[E0277]: message`.
fn error(line: &str, file_name: &str) -> Option<(usize, String)> {
    let (place, message) = line.split_once(": error")?;
    let mut place = place.split(':');
    if !place.next()?.ends_with(file_name) {
        return None;
    }
    let (_, message) = message.split_once(": ")?;
    Some((place.next()?.parse().ok()?, message.to_owned()))
}
