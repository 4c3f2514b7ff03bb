//! A test whose body took too long.

use std::fmt::Write as _;
use std::fs::File;
use std::io::{self, Write as _};
use std::os::fd::AsFd;
use std::time::Duration;

use crate::tasks::Thread;

/// A body that did not end in time.
#[derive(Debug)]
pub(crate) struct Overdue<'a> {
    pub(crate) name: &'a str,
    pub(crate) limit: Duration,
    pub(crate) whose: Whose,
    pub(crate) threads: &'a [Thread],
    /// What the network looks like, in lines of its own.
    pub(crate) network: &'a str,
}

/// Which threads are listed, and so what becomes of them.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Whose {
    /// Those in the test's namespace: they can't be ended.
    Namespace,
    /// The same, with those in namespaces that the test made.
    Namespaces,
    /// Those of the test's process, which ends with them.
    Process,
    /// The same, seen from outside: the process itself did nothing about it.
    Frozen,
}

impl Overdue<'_> {
    /// On the thread of libtest, which captures it.
    pub(crate) fn print(&self) {
        eprint!("{}", self.text());
    }

    /// Past the lock of standard error, which the body may hold for ever.
    pub(crate) fn print_past_locks(&self) {
        let stderr = io::stderr().as_fd().try_clone_to_owned();
        // Where standard error is closed there is nobody to tell.
        let _ = stderr.and_then(|fd| File::from(fd).write_all(self.text().as_bytes()));
    }

    fn text(&self) -> String {
        let Self {
            name, limit, whose, ..
        } = self;
        let mut text = format!("netns-test: `{name}` took longer than {limit:?}, its limit\n");
        let heading = match whose {
            Whose::Namespace => "threads in its network namespace",
            Whose::Namespaces => "threads in its network namespaces",
            Whose::Process => "threads of its process",
            Whose::Frozen => "threads of its process, which is stopped or does not get to run",
        };
        let _ = writeln!(text, "  {heading}:");
        text.push_str(&list(self.threads));
        if self.threads.is_empty() {
            text.push_str("    none that can be seen\n");
        }
        if matches!(whose, Whose::Namespace | Whose::Namespaces) {
            text.push_str(
                "  hint:    no thread can be ended from outside: these go on, with all they hold, until the \
                 test binary ends;\n           under `isolation = \"process\"` they are killed\n",
            );
        }
        text.push_str(self.network);
        text
    }
}

/// A line for each thread.
fn list(threads: &[Thread]) -> String {
    let widest = threads.iter().map(|thread| thread.name.chars().count());
    let width = widest.max().unwrap_or(0) + 2;
    let mut text = String::new();
    for thread in threads {
        let name = format!("`{}`", thread.name);
        let _ = writeln!(
            text,
            "    {:>7} {name:width$} {}",
            thread.tid,
            doing(thread)
        );
    }
    text
}

/// What a thread does now.
pub(super) fn doing(thread: &Thread) -> String {
    let mut text = match thread.state {
        'R' => format!("running, {:.2} s of CPU time", thread.cpu.as_secs_f64()),
        'S' => "sleeping".to_owned(),
        'D' => "sleeping, not to be interrupted".to_owned(),
        'T' => "stopped by a signal".to_owned(),
        't' => "stopped by a tracer".to_owned(),
        'I' => "idle".to_owned(),
        other => format!("in state {other}"),
    };
    if let Some(channel) = &thread.channel {
        let _ = write!(text, " in {channel}");
    }
    if let Some((call, descriptor)) = &thread.syscall {
        let _ = write!(text, ", system call {call}");
        if let Some(descriptor) = descriptor {
            let _ = write!(text, " on descriptor {descriptor}");
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn thread(tid: u32, name: &str, state: char) -> Thread {
        Thread {
            tid,
            name: name.into(),
            state,
            channel: None,
            syscall: None,
            cpu: Duration::from_millis(490),
        }
    }

    #[test]
    fn on_threads() {
        let threads = [
            Thread {
                channel: Some("inet_csk_accept".into()),
                syscall: Some(("accept4".into(), Some(5))),
                ..thread(41, "server::accepts", 'S')
            },
            thread(1042, "busy", 'R'),
        ];
        let mut overdue = Overdue {
            name: "server::accepts",
            limit: Duration::from_millis(1500),
            whose: Whose::Namespace,
            threads: &threads,
            network: "netns-test: the network\n",
        };
        assert_eq!(
            overdue.text(),
            "\
netns-test: `server::accepts` took longer than 1.5s, its limit
  threads in its network namespace:
         41 `server::accepts` sleeping in inet_csk_accept, system call accept4 on descriptor 5
       1042 `busy`            running, 0.49 s of CPU time
  hint:    no thread can be ended from outside: these go on, with all they hold, until the test binary ends;
           under `isolation = \"process\"` they are killed
netns-test: the network
"
        );
        let before = overdue.text();
        overdue.whose = Whose::Namespaces;
        let heading = |of: &str| format!("  threads in its network {of}:\n");
        assert_eq!(
            overdue.text(),
            before.replace(&heading("namespace"), &heading("namespaces"))
        );
    }

    #[test]
    fn in_a_process() {
        let mut overdue = Overdue {
            name: "stops",
            limit: Duration::from_secs(5),
            whose: Whose::Frozen,
            threads: &[thread(7, "stops", 'T')],
            network: "",
        };
        assert_eq!(
            overdue.text(),
            "\
netns-test: `stops` took longer than 5s, its limit
  threads of its process, which is stopped or does not get to run:
          7 `stops` stopped by a signal
"
        );
        overdue.whose = Whose::Process;
        overdue.threads = &[];
        assert_eq!(
            overdue.text(),
            "\
netns-test: `stops` took longer than 5s, its limit
  threads of its process:
    none that can be seen
"
        );
    }
}
