//! A default build stays small.

use std::collections::BTreeSet;

use netns_test_tests::cargo;

/// Counting itself.
const MOST: usize = 15;

#[test]
fn a_default_build_has_few_crates() {
    let crates = crates(&["--no-default-features"]);
    assert!(has(&crates, "netns-test"), "{crates:?}");
    assert!(crates.len() <= MOST, "{}: {crates:#?}", crates.len());
}

#[test]
fn no_feature_is_on_by_default() {
    assert_eq!(crates(&[]), crates(&["--no-default-features"]));
    let tokio = crates(&["--features=tokio"]);
    assert!(has(&tokio, "tokio"), "{tokio:?}");
    let cli = crates(&["--features=cli"]);
    assert!(has(&cli, "clap"), "{cli:?}");
}

/// The crates that a build of `netns-test` compiles.
fn crates(features: &[&str]) -> BTreeSet<String> {
    let output = cargo::cargo()
        .args(["tree", "--offline", "--package=netns-test"])
        .args(["--edges=normal,build", "--prefix=none", "--format={p}"])
        .args(features)
        .output()
        .expect("cargo can be run");
    assert!(output.status.success(), "{output:?}");
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    let lines = text.lines().filter(|line| !line.is_empty());
    // Name and version: two versions of a crate are compiled twice.
    let crates = lines.map(|line| line.split(' ').take(2).collect::<Vec<_>>().join(" "));
    crates.collect()
}

fn has(crates: &BTreeSet<String>, name: &str) -> bool {
    crates.iter().any(|one| one.split(' ').next() == Some(name))
}
