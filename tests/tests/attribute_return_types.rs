//! What a test may return.

use std::error::Error;
use std::fmt;
use std::process::{ExitCode, Termination};
use std::rc::Rc;

use netns_test::netns_test;
use netns_test_tests::proof;

/// Neither `Send` nor `Error` nor `Display`.
struct Local(Rc<str>);

impl fmt::Debug for Local {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[netns_test]
fn nothing() {
    proof::ran();
}

#[netns_test]
#[expect(clippy::unused_unit, reason = "what this test is about")]
fn unit() -> () {
    proof::ran();
}

#[netns_test]
fn question_mark() -> std::io::Result<()> {
    proof::ran();
    std::net::UdpSocket::bind("127.0.0.1:53")?;
    Ok(())
}

#[netns_test]
fn any_error() -> Result<(), Box<dyn Error>> {
    proof::ran();
    let _: u8 = "7".parse()?;
    Ok(())
}

#[netns_test]
fn error_that_is_not_send() -> Result<(), Local> {
    proof::ran();
    "7".parse::<u8>().map_err(|e| Local(e.to_string().into()))?;
    Ok(())
}

#[netns_test]
fn early_return() -> Result<(), Local> {
    proof::ran();
    if proof::here().starts_with("net:") {
        return Ok(());
    }
    Err(Local("no namespace".into()))
}

#[netns_test]
fn exit_code() -> ExitCode {
    proof::ran();
    ExitCode::SUCCESS
}

#[netns_test]
fn exit_code_within_result() -> Result<ExitCode, Local> {
    proof::ran();
    let seven: u8 = "7".parse().map_err(|_| Local("seven".into()))?;
    Ok(ExitCode::from(seven - 7))
}

#[netns_test]
fn impl_termination() -> impl Termination {
    proof::ran();
    ExitCode::SUCCESS
}

#[netns_test]
async fn async_impl_termination() -> impl Termination {
    proof::ran();
    ExitCode::SUCCESS
}

#[netns_test]
#[should_panic = "the end"]
fn body_that_never_returns() {
    proof::ran();
    panic!("the end")
}

#[netns_test]
#[expect(clippy::needless_return, reason = "what this test is about")]
fn result_that_never_comes() -> Result<(), Local> {
    proof::ran();
    if proof::here().is_empty() {
        unreachable!()
    } else {
        return Ok(());
    }
}

#[test]
fn are_registered_and_run_once() {
    proof::assert_registered(&[
        "nothing",
        "unit",
        "question_mark",
        "any_error",
        "error_that_is_not_send",
        "early_return",
        "exit_code",
        "exit_code_within_result",
        "impl_termination",
        "async_impl_termination",
        "body_that_never_returns",
        "result_that_never_comes",
    ]);
}
