//! Without the feature `tokio`, a bare `async fn` is an error that names it,
//! and all else works.

mod compiler;

use std::fs;
use std::path::Path;

const SOURCE: &str = include_str!("type_errors/without_tokio.rs");

#[test]
fn is_named_where_it_is_missing() {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    let workspace = package.parent().unwrap();
    let fixture = Path::new(env!("CARGO_TARGET_TMPDIR")).join("without_tokio");
    fs::create_dir_all(fixture.join("tests")).unwrap();
    fs::copy(workspace.join("Cargo.lock"), fixture.join("Cargo.lock")).unwrap();
    let manifest = format!(
        "[package]\nname = \"without-tokio\"\nedition = \"2024\"\n\
         [dev-dependencies]\nnetns-test.path = {:?}\n\
         [workspace]\n",
        workspace.join("netns-test"),
    );
    fs::write(fixture.join("Cargo.toml"), manifest).unwrap();
    let source = fixture.join("tests/without_tokio.rs");
    fs::write(&source, SOURCE).unwrap();

    let mut cargo = compiler::cargo();
    cargo.current_dir(&fixture);
    cargo.env("CARGO_TARGET_DIR", fixture.join("target"));
    compiler::assert_errors(cargo, &source);
}
