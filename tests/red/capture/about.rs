//! What a test finds around it.

use std::fs;

use netns_test::netns_test;

#[netns_test]
fn says_what_is_there() {
    // A thread that has just started has the name of the one that started it.
    let threads = fs::read_dir("/proc/self/task").unwrap().count();
    println!("there: {threads} threads");
    let sockets = fs::read_to_string("/proc/thread-self/net/packet").unwrap();
    println!("there: {} packet sockets", sockets.lines().skip(1).count());
}
