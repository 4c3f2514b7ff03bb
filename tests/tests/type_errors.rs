//! Wrong types are reported where the user wrote them. These are errors of the
//! compiler proper, which looks into tests only when it builds a test harness.

#[expect(dead_code, reason = "the targets are in this package")]
mod compiler;

use std::path::Path;

#[track_caller]
fn check(target: &str) {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut cargo = compiler::cargo("test");
    cargo.current_dir(package).args(["--test", target]);
    let source = format!("tests/type_errors/{target}.rs");
    compiler::assert_errors(cargo, &package.join(source));
}

#[test]
fn of_a_parameter() {
    check("parameter_type");
}

#[test]
fn of_what_is_returned() {
    check("return_type");
}

#[test]
fn of_a_body() {
    check("body_type");
}
