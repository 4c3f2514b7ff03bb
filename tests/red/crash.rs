//! Tests that end their process, or never end: `tests/red.rs` runs them.

#![expect(unsafe_code, reason = "it takes some to be killed by the kernel")]

use std::hint::black_box;
use std::process;

use netns_test::netns_test;

#[netns_test]
fn exits_with_0() {
    process::exit(0);
}

#[netns_test]
fn exits_with_3() {
    process::exit(3);
}

#[netns_test]
fn aborts() {
    process::abort();
}

#[netns_test]
#[should_panic]
fn aborts_where_a_panic_is_expected() {
    process::abort();
}

#[netns_test]
fn segfaults() {
    // SAFETY: none; the kernel ends the process, which is what is wanted.
    unsafe { black_box(std::ptr::null_mut::<u8>()).write_volatile(1) };
}

#[netns_test]
fn overflows_its_stack() {
    fn down(depth: u64) -> u64 {
        let frame = black_box([depth; 128]);
        if depth == u64::MAX {
            0
        } else {
            down(depth + 1) + frame[1]
        }
    }
    black_box(down(0));
}

#[netns_test]
fn is_killed() {
    // SAFETY: takes two integers.
    unsafe { libc::kill(libc::getpid(), libc::SIGKILL) };
}

#[netns_test]
fn loops_for_ever() {
    println!("loops");
    loop {
        black_box(0);
    }
}

#[netns_test]
fn passes() {}
