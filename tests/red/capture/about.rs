//! What a test finds around it.

use std::fs;

use netns_test::netns_test;

#[netns_test]
fn says_what_is_there() {
    for task in fs::read_dir("/proc/self/task").unwrap() {
        let name = fs::read_to_string(task.unwrap().path().join("comm")).unwrap();
        println!("there: thread {}", name.trim_end());
    }
    let sockets = fs::read_to_string("/proc/thread-self/net/packet").unwrap();
    println!("there: {} packet sockets", sockets.lines().skip(1).count());
}
