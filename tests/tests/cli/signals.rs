//! Signals reach the program, and its end by one is the command's end by it.

use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::process::{Command, Stdio};

use netns_test_tests::cargo::command;
use netns_test_tests::state::{descendants, wait_until};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::{netns_test, users};

#[test]
fn the_end_by_a_signal_is_passed_on() {
    for user in users() {
        let mut command = netns_test(user, ["run", "sh", "-c", "kill -KILL $$"]);
        let status = command.status().unwrap();
        assert_eq!(status.signal(), Some(9), "{status:?}");
    }
}

/// Whether the process ignores it.
fn is_ignored(pid: u32, signal: Signal) -> bool {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = u64::from_str_radix(mask.unwrap().trim(), 16).unwrap();
    mask & 1 << (signal as i32 - 1) != 0
}

#[test]
fn whoever_signals_the_command_signals_the_program() {
    for user in users() {
        for signal in [
            Signal::SIGTERM,
            Signal::SIGINT,
            Signal::SIGHUP,
            Signal::SIGQUIT,
            Signal::SIGUSR1,
            Signal::SIGKILL,
        ] {
            let mut child = netns_test(user, ["run", "sleep", "1000"]).spawn().unwrap();
            let pid = child.id();
            wait_until("the program runs", || {
                fs::read_to_string(format!("/proc/{pid}/comm")).is_ok_and(|name| name == "sleep\n")
            });
            assert_eq!(descendants(pid), [0; 0], "no process besides");
            let program = Pid::from_raw(pid.try_into().unwrap());
            // What ignores a signal hands that down, as nohup does: then it is ignored here, too.
            let expected = if is_ignored(pid, signal) {
                kill(program, signal).unwrap();
                assert_eq!(child.try_wait().unwrap(), None, "{signal}");
                Signal::SIGKILL
            } else {
                signal
            };
            kill(program, expected).unwrap();
            let status = child.wait().unwrap();
            assert_eq!(
                status.signal(),
                Some(expected as i32),
                "{signal}: {status:?}"
            );
        }
    }
}

/// In the foreground of its terminal, as a program is that a shell starts.
#[test]
fn job_control_is_the_programs() {
    for user in users() {
        let inside = "read -r _ _ _ _ group _ _ foreground _ </proc/$$/stat; \
                      test -t 0 && echo $((group - foreground))";
        let wrapper = user.wrapper().unwrap_or("");
        let netns_test = command().display();
        let line = format!("{wrapper} {netns_test} run sh -c '{inside}'");
        let output = Command::new("script")
            .args(["-qec", &line, "/dev/null"])
            .stdin(Stdio::null())
            .output()
            .expect("util-linux");
        let text = String::from_utf8_lossy(&output.stdout);
        assert_eq!(text.trim_end(), "0", "{output:?}");
    }
}

/// A program that handles a signal ends as it likes.
#[test]
fn a_program_can_handle_them() {
    for user in users() {
        let script = "trap 'exit 3' TERM; kill -TERM $$; sleep 1000";
        let status = netns_test(user, ["run", "sh", "-c", script]).status();
        assert_eq!(status.unwrap().code(), Some(3));
    }
}
