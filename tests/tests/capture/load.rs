//! Many failing tests at once: a file for each, with its own frames.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use netns_test_tests::cargo::User;

use crate::fixture::{command, directory, files, on_failure, program, run, text_of};

/// How many tests fail.
const TESTS: usize = 500;

/// What `capinfos` says of each file, which it has to read to its end for that.
fn capinfos(files: &[PathBuf]) -> Vec<String> {
    let output = Command::new("capinfos").args(files).output();
    let output = output.expect("Debian's package tshark");
    assert!(output.status.success(), "{output:?}");
    let text = String::from_utf8_lossy(&output.stdout);
    let about = text.split("File name: ").skip(1);
    about.map(str::to_owned).collect()
}

/// Whether the bytes of `text` are in the file.
fn has(file: &Path, text: &str) -> bool {
    let bytes = fs::read(file).unwrap();
    let mut parts = bytes.windows(text.len());
    parts.any(|part| part == text.as_bytes())
}

#[test]
fn each_failing_test_has_a_file_of_its_own() {
    for user in User::all() {
        println!("{user:?}");
        let run = run(
            on_failure(user),
            &["many::", "endings::passes", "--test-threads=16"],
        );
        assert!(run.passed("endings::passes"));
        let all = files(&run.directory, "");
        assert_eq!(all.len(), TESTS, "{}", run.text);
        let about = capinfos(&all);
        assert_eq!(about.len(), TESTS);
        for (file, about) in all.iter().zip(about) {
            assert!(about.contains(file.to_str().unwrap()), "{about}");
            let name = file.file_name().unwrap().to_str().unwrap();
            // many.f0.a.a.PID.pcapng
            let test = name.split('.').take(4).collect::<Vec<_>>().join("::");
            assert!(has(file, &format!("capture_fixture::{test}")), "{test}");
            assert!(about.contains(&format!("test: {test}\n")), "{about}");
            assert!(about.contains("Number of packets:   2\n"), "{about}");
        }
    }
}

/// What a capture holds open is given back: more tests than there may be descriptors.
#[test]
fn descriptors_are_given_back() {
    for user in User::all() {
        println!("{user:?}");
        let directory = directory();
        let mut command = command(user, "sh");
        command
            .args(["-c", "ulimit -n 200 && exec \"$@\"", "sh"])
            .arg(program());
        command.args(["endings::passes", "many::", "--test-threads=4"]);
        command.env("NETNS_TEST_CAPTURE", "on-failure");
        command.env("NETNS_TEST_DIR", &directory);
        let text = text_of(command);
        let all = files(&directory, "many.");
        assert_eq!(all.len(), TESTS, "{text}");
        assert!(!text.contains("missing"), "{text}");
        fs::remove_dir_all(directory).unwrap();
    }
}
