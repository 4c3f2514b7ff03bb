//! What a body gets.

use netns_test::{NetNs, netns_test};

#[netns_test]
fn views_show_this_namespace(ns: &NetNs) -> std::io::Result<()> {
    let _http = std::net::TcpListener::bind("127.0.0.1:80")?;
    assert_eq!(ns.links().unwrap().len(), 1);
    for dir in ["/sys/class/net", "/sys/devices/virtual/net"] {
        let names: Vec<_> = std::fs::read_dir(dir)?
            .map(|e| e.unwrap().file_name())
            .collect();
        assert_eq!(names, ["lo"], "{dir}");
    }
    std::fs::read_to_string("/sys/class/net/lo/ifindex")?;
    for file in [
        "/proc/net/dev",
        "/proc/self/net/dev",
        "/proc/thread-self/net/dev",
    ] {
        assert_eq!(std::fs::read_to_string(file)?.lines().count(), 3, "{file}");
    }
    assert!(std::fs::read_dir("/sys/fs/cgroup")?.count() > 1);
    Ok(())
}
