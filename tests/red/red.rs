//! Tests that must fail, and some that must pass without a word. `tests/red.rs`
//! runs them and compares what is said of each; a line that ends in
//! `// panics: NAME` is where that test must say that it panicked.

use std::error::Error;
use std::io::{self, Write};
use std::process::{Command, ExitCode};
use std::thread;

use netns_test::netns_test;

#[netns_test]
fn failed_assert() {
    println!("said before the assert");
    assert_eq!(1, 2, "one is not two"); // panics: failed_assert
}

mod nested {
    use super::*;

    #[netns_test]
    fn failed_assert() {
        assert!("a".is_empty()); // panics: nested::failed_assert
    }
}

#[netns_test]
fn joined_thread() {
    let joined = thread::spawn(|| panic!("in a thread of the body")).join(); // panics: joined_thread
    assert!(joined.is_ok(), "the thread panicked");
}

#[netns_test]
fn payload_that_is_no_text() {
    std::panic::panic_any(7); // panics: payload_that_is_no_text
}

#[netns_test]
fn returns_an_error() -> Result<(), Box<dyn Error>> {
    Err("the returned error")?;
    Ok(())
}

#[netns_test]
fn returns_an_io_error() -> io::Result<()> {
    std::net::TcpStream::connect("127.0.0.1:80").map(drop)
}

#[netns_test]
fn exit_code() -> ExitCode {
    ExitCode::from(3)
}

#[netns_test]
async fn asynchronous() {
    tokio::task::yield_now().await;
    panic!("after an await"); // panics: asynchronous
}

#[netns_test]
#[should_panic]
fn does_not_panic() {}

#[netns_test]
#[should_panic(expected = "the right text")]
fn panics_with_another_text() {
    panic!("the wrong text"); // panics: panics_with_another_text
}

#[test]
#[netns_test]
fn registered_twice() {}

fn say(word: &str) {
    println!("{word} by println");
    eprintln!("{word} by eprintln");
    io::stdout()
        .write_all(format!("{word} by write_all\n").as_bytes())
        .unwrap();
    let status = Command::new("sh")
        .args([
            "-c",
            &format!("echo {word} by a child; echo {word} by stderr >&2"),
        ])
        .status();
    assert!(status.unwrap().success());
    nix::unistd::write(io::stderr(), format!("{word} by write(2)\n").as_bytes()).unwrap();
    print!("{word} without a newline");
}

#[netns_test]
fn says_it_in_many_ways() {
    say("SHOWN");
    panic!("to be shown"); // panics: says_it_in_many_ways
}

#[netns_test]
fn passes_without_a_word() {
    say("HIDDEN");
}

#[netns_test]
#[should_panic(expected = "right")]
fn passes_with_a_panic() {
    say("HIDDEN");
    panic!("the right text of {}", "HIDDEN");
}
