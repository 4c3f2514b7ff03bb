//! Many failing tests at once: a file for each, with its own frames.

use std::env;
use std::fs;

use netns_test_tests::cargo::User;

use crate::fixture::{capinfos, command, directory, files, on_failure, program, run, text_of};

/// How many times 25 tests, unless the variable `LOAD_CAPTURES` says otherwise; 20 is most.
const MODULES: u32 = 2;

#[test]
fn each_failing_test_has_a_file_of_its_own() {
    let modules = env::var("LOAD_CAPTURES").map_or(MODULES, |count| count.parse().unwrap());
    let names: Vec<_> = (0..modules)
        .map(|number| format!("many::f{number}::"))
        .collect();
    let mut arguments: Vec<_> = names.iter().map(String::as_str).collect();
    arguments.push("--test-threads=16");
    for user in User::all() {
        println!("{user:?}");
        let run = run(on_failure(user), &arguments);
        let all = files(&run.directory, "many.");
        assert_eq!(all.len(), modules as usize * 25, "{}", run.text);
        for file in all {
            let name = file.file_name().unwrap().to_str().unwrap();
            // many.f0.a.a.PID.pcapng
            let test = name.split('.').take(4).collect::<Vec<_>>().join("::");
            let bytes = fs::read(&file).unwrap();
            let sent = format!("capture_fixture::{test}");
            let is_there = bytes
                .windows(sent.len())
                .any(|part| part == sent.as_bytes());
            assert!(is_there, "{test}");
            let about = capinfos(&file);
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
        assert_eq!(all.len(), 500, "{text}");
        assert!(!text.contains("missing"), "{text}");
        fs::remove_dir_all(directory).unwrap();
    }
}
