//! The versions of the two crates.

use std::fs;

use crate::assert_none;
use crate::source::workspace;

#[test]
fn the_macro_crate_is_pinned_to_the_version_of_both() {
    let read = |name: &str| fs::read_to_string(workspace().join(name)).unwrap();
    let root = read("Cargo.toml");
    assert_none(&pins(&root));
    for package in ["netns-test", "netns-test-macros"] {
        let manifest = read(&format!("{package}/Cargo.toml"));
        assert!(
            manifest.contains("\nversion.workspace = true\n"),
            "{package}"
        );
    }
    assert!(read("netns-test/Cargo.toml").contains("\nnetns-test-macros.workspace = true\n"));
}

fn pins(root: &str) -> Vec<String> {
    let value = |key: &str| {
        let line = root
            .lines()
            .find(|line| line.starts_with(key))
            .unwrap_or("");
        line.split('"').nth(1).unwrap_or("").to_owned()
    };
    let version = value("version = ");
    let pin = value("netns-test-macros = { version = ");
    let is_pinned = !version.is_empty() && pin == format!("={version}");
    (!is_pinned)
        .then(|| format!("`{version}`, and the macros `{pin}`"))
        .into_iter()
        .collect()
}

#[test]
fn the_check_sees() {
    let root = |pin: &str| {
        format!("version = \"0.1.0\"\nnetns-test-macros = {{ version = \"{pin}\", path = \"a\" }}")
    };
    assert_eq!(pins(&root("=0.1.0")).len(), 0);
    assert_eq!(pins(&root("0.1.0")).len(), 1);
    assert_eq!(pins(&root("=0.1.1")).len(), 1);
}
