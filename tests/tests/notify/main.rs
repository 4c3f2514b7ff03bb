//! What comes and goes inside of a namespace is told to callbacks, as illumos
//! tells it (`net_instance_notify_register`, `hook_nic_event`).

#![cfg(target_os = "linux")]

mod counts;
mod end;
mod events;
mod overrun;
mod panics;
mod reentrance;
mod routes;
mod statements;
mod thousand;

use std::io::Write;
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex, MutexGuard};

use netns_test::notify::{Event, Item, Notice, Notify};
use netns_test_tests::state::wait_until;

/// A callback that remembers what it hears. Each `N` makes another callback of it.
#[derive(Clone, Debug, Default)]
struct Ear<const N: u8>(Arc<Mutex<Vec<Event>>>);

impl<const N: u8> Notify for Ear<N> {
    fn notify(&self, notice: &Notice) {
        self.heard().push(notice.event().clone());
    }
}

impl<const N: u8> Ear<N> {
    fn heard(&self) -> MutexGuard<'_, Vec<Event>> {
        self.0.lock().unwrap()
    }

    /// What was heard since the last time, a short line for each.
    fn lines(&self) -> Vec<String> {
        self.heard().drain(..).map(|event| line(&event)).collect()
    }

    /// [`Ear::lines`], about addresses and routes not at all.
    fn interface_lines(&self) -> Vec<String> {
        let mut lines = self.lines();
        lines.retain(|line| !line.contains("address") && !line.contains("route"));
        lines
    }

    /// Waits until it has heard this.
    fn wait_for(&self, wanted: &str) {
        wait_until(wanted, || {
            self.heard().iter().any(|event| line(event) == wanted)
        });
    }

    /// How often it has heard lines that begin so.
    fn count(&self, beginning: &str) -> usize {
        let heard = self.heard();
        heard
            .iter()
            .filter(|event| line(event).starts_with(beginning))
            .count()
    }
}

/// An event without what these tests don't ask for.
fn line(event: &Event) -> String {
    match event {
        Event::Register(item) => format!("+ {}", name(item)),
        Event::Unregister(item) => format!("- {}", name(item)),
        Event::Up(link) => format!("up {}", link.name()),
        Event::Down(link) => format!("down {}", link.name()),
        Event::AddressChange { link, address } => {
            format!("address change {} {}", link.name(), address.ip())
        }
        Event::Resync => "resync".to_owned(),
        other => other.to_string(),
    }
}

fn name(item: &Item) -> String {
    match item {
        Item::Interface(link) => link.name().to_owned(),
        Item::Address(address) => format!("address {}/{}", address.ip(), address.prefix_length()),
        Item::Protocol(protocol) => protocol.to_string(),
        other => other.to_string(),
    }
}

/// Runs `ip` in the calling thread's namespace.
fn ip(words: &str) {
    assert!(try_ip(words), "ip {words}");
}

fn try_ip(words: &str) -> bool {
    let mut command = Command::new("ip");
    let command = command.args(words.split(' ')).stderr(Stdio::null());
    command.status().unwrap().success()
}

/// Runs all these commands of `ip` in one process, as fast as it can.
fn ip_batch(lines: impl IntoIterator<Item = String>) {
    let lines: String = lines.into_iter().map(|line| line + "\n").collect();
    let mut command = Command::new("ip");
    let mut child = command
        .args(["-batch", "-"])
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(lines.as_bytes())
        .unwrap();
    assert!(child.wait().unwrap().success());
}
