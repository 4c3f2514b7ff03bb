//! Where there is no Linux, everything compiles, and the tests come out as
//! ignored, with the reason. The proof is a workspace of copies in which no
//! `cfg` takes this system for Linux.

use std::fs;
use std::path::{Path, PathBuf};

use netns_test_tests::cargo;

const LINUX: &str = "target_os = \"linux\"";
/// Known to the compiler, and no system on which these tests run.
const ELSEWHERE: &str = "target_os = \"haiku\"";

const IGNORED: [&str; 11] = [
    "asynchronous",
    "asynchronous_and_fallible",
    "fallible",
    "has_hooks",
    "listens",
    "looks_around",
    "looks_further",
    "plain",
    "reads",
    "should_panic",
    "with_arguments",
];

#[test]
fn tests_are_ignored_and_say_why() {
    let (success, text) = run(&[]);
    assert!(success, "{text}");
    assert!(!text.contains("warning"), "{text}");
    for test in IGNORED {
        let line = format!("test {test} ... ignored, netns tests need Linux\n");
        assert!(text.contains(&line), "{line}{text}");
    }
    let own = "test nested::ignored ... ignored, for a reason of its own\n";
    assert!(text.contains(own), "{text}");
    assert!(text.contains("5 passed; 0 failed; 12 ignored"), "{text}");

    let (success, text) = run(&["--ignored"]);
    assert!(!success, "{text}");
    for test in IGNORED {
        let lines = ["", " - should panic"].map(|kind| format!("test {test}{kind} ... FAILED\n"));
        assert!(
            lines.iter().any(|line| text.contains(line)),
            "{lines:?}{text}"
        );
        let why = format!("`{test}` did not run: netns tests need Linux");
        assert!(text.contains(&why), "{why}\n{text}");
    }
}

/// The command is there as well, with its manual.
#[test]
fn the_command_says_that_it_needs_linux() {
    let elsewhere = workspace_of_copies("command");
    let run = |arguments: &[&str]| {
        let output = cargo::cargo()
            .args(["run", "--offline", "--package=netns-test"])
            .args(["--features=cli", "--target-dir"])
            .arg(elsewhere.join("target"))
            .arg("--")
            .args(arguments)
            .current_dir(&elsewhere)
            .output()
            .expect("cargo can be run");
        let stdout = String::from_utf8_lossy(&output.stdout);
        let text = stdout + String::from_utf8_lossy(&output.stderr);
        (output.status.code(), text.into_owned())
    };
    for arguments in [&["doctor"][..], &["run", "true"], &["ps"], &["shell"]] {
        let (code, text) = run(arguments);
        assert!(!text.contains("warning"), "{text}");
        assert_eq!(code, Some(125), "{text}");
        let told = "netns-test: only Linux has network namespaces, and this is ";
        assert!(text.contains(told), "{text}");
    }
    let (code, text) = run(&["--help"]);
    assert_eq!(code, Some(0), "{text}");
    assert!(text.contains("Usage: netns-test <COMMAND>"), "{text}");
    let (code, text) = run(&["run"]);
    assert_eq!(code, Some(2), "{text}");
}

/// A workspace of copies, in a directory of this name.
fn workspace_of_copies(name: &str) -> PathBuf {
    let elsewhere = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::create_dir_all(&elsewhere).unwrap();
    copy_workspace(&elsewhere);
    elsewhere
}

/// Runs the tests of `fixtures/elsewhere`: success, and what is printed.
fn run(arguments: &[&str]) -> (bool, String) {
    let elsewhere = workspace_of_copies("elsewhere");
    let output = cargo::cargo()
        .args(["test", "--offline", "--package=elsewhere", "--target-dir"])
        .arg(elsewhere.join("target"))
        .arg("--")
        .args(arguments)
        .current_dir(&elsewhere)
        .output()
        .expect("cargo can be run");
    let stdout = String::from_utf8_lossy(&output.stdout);
    let text = stdout + String::from_utf8_lossy(&output.stderr);
    (output.status.success(), text.into_owned())
}

fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn copy_workspace(to: &Path) {
    let from = workspace();
    let manifest = fs::read_to_string(from.join("Cargo.toml")).unwrap();
    write(&to.join("Cargo.toml"), &with_our_members(&manifest));
    // Cargo takes out of it what is for other packages.
    fs::copy(from.join("Cargo.lock"), to.join("Cargo.lock")).unwrap();
    for package in ["netns-test", "netns-test-macros"] {
        copy(&from.join(package), &to.join(package));
    }
    let fixture = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/elsewhere");
    copy(&fixture, &to.join("elsewhere"));
}

fn with_our_members(manifest: &str) -> String {
    let (before, rest) = manifest.split_once("members = [").expect("a workspace");
    let (_, after) = rest.split_once(']').expect("the end of the list");
    format!("{before}members = [\"netns-test\", \"netns-test-macros\", \"elsewhere\"]{after}")
}

/// Copies sources and manifests, and takes Linux out of them.
fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    let entries = fs::read_dir(from).unwrap();
    let entries: Vec<_> = entries.map(|entry| entry.unwrap()).collect();
    for entry in &entries {
        let (path, to) = (entry.path(), to.join(entry.file_name()));
        let extension = path.extension().and_then(|extension| extension.to_str());
        if path.is_dir() {
            copy(&path, &to);
        } else if matches!(extension, Some("rs" | "toml")) {
            let text = fs::read_to_string(&path).unwrap();
            write(&to, &text.replace(LINUX, ELSEWHERE));
        }
    }
    // What is no longer there must not be left from another run.
    for left in fs::read_dir(to).unwrap() {
        let left = left.unwrap();
        if entries
            .iter()
            .all(|entry| entry.file_name() != left.file_name())
        {
            let path = left.path();
            let removed = if path.is_dir() {
                fs::remove_dir_all(&path)
            } else {
                fs::remove_file(&path)
            };
            removed.unwrap();
        }
    }
}

/// Leaves a file alone that has this text, so that Cargo takes it for unchanged.
fn write(path: &Path, text: &str) {
    if fs::read_to_string(path).is_ok_and(|old| old == text) {
        return;
    }
    fs::write(path, text).unwrap();
}

mod audit {
    use super::{LINUX, fs, workspace};

    const FOREIGN: [&str; 4] = ["nix::", "libc::", "std::os::", "once_cell"];

    #[test]
    fn what_compiles_everywhere_names_nothing_of_linux() {
        let lib = fs::read_to_string(workspace().join("netns-test/src/lib.rs")).unwrap();
        let portable = modules_everywhere(&lib);
        assert!(portable.contains(&"test".to_owned()), "{portable:?}");
        assert!(!portable.contains(&"sys".to_owned()), "{portable:?}");
        for module in portable {
            for (path, text) in sources(&module) {
                assert_eq!(foreign(&without_unix(&text)), [""; 0], "{path}");
                assert!(
                    ["before_main", "setup"].contains(&module.as_str()) || !text.contains(LINUX),
                    "{path}: the place for it is `lib.rs`"
                );
            }
        }
        for (path, text) in sources("elsewhere") {
            assert_eq!(foreign(&without_unix(&text)), [""; 0], "{path}");
        }
    }

    #[test]
    fn the_audit_sees() {
        let lib = "#[cfg(target_os = \"linux\")]\nmod a;\nmod b;\n#[path = \"d.rs\"]\npub mod c;\n";
        assert_eq!(modules_everywhere(lib), ["b", "d"]);
        assert_eq!(foreign("use nix::errno::Errno;"), ["nix::"]);
        assert_eq!(foreign("let x = std::os::fd::AsFd;"), ["std::os::"]);
        let unix = "a\n#[cfg(unix)]\nimpl std::os::fd::AsFd for A {\n}\nuse std::os::b;";
        assert_eq!(without_unix(unix), "a\nuse std::os::b;\n");
    }

    /// The files of the modules that `lib` declares for every system.
    fn modules_everywhere(lib: &str) -> Vec<String> {
        let mut modules = Vec::new();
        let mut attributes: Vec<&str> = Vec::new();
        for line in lib.lines() {
            let item = line.trim_start_matches("pub ");
            if line.starts_with("#[") {
                attributes.push(line);
                continue;
            }
            let here = std::mem::take(&mut attributes);
            let Some(name) = item.strip_prefix("mod ") else {
                continue;
            };
            if here.iter().any(|attribute| attribute.contains("target_os")) {
                continue;
            }
            let path = here
                .iter()
                .find_map(|line| line.strip_prefix("#[path = \""));
            let path = path.and_then(|path| path.strip_suffix(".rs\"]"));
            modules.push(path.unwrap_or(name.trim_end_matches(';')).to_owned());
        }
        modules
    }

    fn foreign(text: &str) -> Vec<&'static str> {
        FOREIGN
            .into_iter()
            .filter(|name| text.contains(name))
            .collect()
    }

    /// The text less its items for Unix.
    fn without_unix(text: &str) -> String {
        let mut rest = String::new();
        let mut end: Option<String> = None;
        for line in text.lines() {
            if line.trim() == "#[cfg(unix)]" {
                let indent = &line[..line.len() - line.trim_start().len()];
                end = Some(format!("{indent}}}"));
            } else if end.is_none() {
                rest.push_str(line);
                rest.push('\n');
            } else if end.as_deref() == Some(line) {
                end = None;
            }
        }
        rest
    }

    fn sources(module: &str) -> Vec<(String, String)> {
        let source = workspace().join("netns-test/src");
        let mut files = vec![source.join(format!("{module}.rs"))];
        if let Ok(entries) = fs::read_dir(source.join(module)) {
            files.extend(entries.map(|entry| entry.unwrap().path()));
        }
        let texts: Vec<_> = files
            .into_iter()
            .filter_map(|file| {
                let text = fs::read_to_string(&file).ok()?;
                Some((file.display().to_string(), text))
            })
            .collect();
        assert!(!texts.is_empty(), "`{module}` has no file");
        texts
    }
}
