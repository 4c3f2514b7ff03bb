//! Without the feature `capture`, who asks for one is told so: by the compiler
//! about an argument, by a line about a variable. Nothing else changes.

mod compiler;

#[test]
fn an_argument_is_an_error() {
    let source = include_str!("type_errors/without_capture.rs");
    let test = compiler::package("without_capture", "2024", source);
    compiler::assert_errors(compiler::cargo_of(&test, "test"), &test);
}

const TESTS: &str = "use netns_test::netns_test;
    #[netns_test] fn a() {}
    #[netns_test(isolation = \"process\")] fn b() {}";

#[test]
fn a_variable_is_answered_once() {
    let package = compiler::package("asked_for_capture", "2024", TESTS);
    let said = |capture: &str| {
        let mut cargo = compiler::cargo_of(&package, "test");
        cargo.env("NETNS_TEST_CAPTURE", capture);
        let output = cargo.output().unwrap();
        assert!(output.status.success(), "{output:?}");
        let text = String::from_utf8(output.stderr).unwrap();
        let line = "netns-test: nothing is captured: `NETNS_TEST_CAPTURE` asks for it, and \
                    `netns-test` was built without its feature `capture`\n";
        text.matches(line).count()
    };
    for (capture, times) in [("", 0), ("off", 0), ("on-failure", 1), ("always", 1)] {
        assert_eq!(said(capture), times, "{capture}");
    }
}
