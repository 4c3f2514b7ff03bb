//! What is left of a test whose process has ended: its network, which is read by
//! the test process where that may enter it, and by a further child where not.

use std::io;
use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::time::{Duration, Instant};

use nix::poll::PollTimeout;

use crate::capture;
use crate::env::Role;
use crate::error::{Error, ErrorKind};
use crate::isolation::process::message::Network;
use crate::isolation::process::start::{Started, end_group, names, start, unknown_name};
use crate::isolation::process::waiting::{readable, wait_for};
use crate::netns::NetNs;
use crate::pause::Place;
use crate::report::state::{self, When};
use crate::state::State;
use crate::sys::channel::{self, LONGEST};
use crate::sys::exec::{Birth, Existing};
use crate::sys::process;
use crate::test::Test;

/// How long the further child may take, which loads the program as every test does.
const PATIENCE: Duration = Duration::from_secs(10);

/// The network of a test whose process has ended, if its body was about to run.
#[derive(Debug)]
pub(crate) struct Remains(Option<Network>);

impl Remains {
    pub(super) fn of(network: Option<Network>) -> Self {
        Self(network)
    }

    /// How to get there, unless the test was paused there before it ended.
    pub(crate) fn place(&self) -> Option<Place> {
        let network = self.0.as_ref();
        network.filter(|network| !network.was_paused)?.place().ok()
    }

    /// What the network of `test` looks like now.
    pub(crate) fn describe(&self, test: &Test) -> String {
        let Some(network) = &self.0 else {
            return String::new();
        };
        let ns = match network.net.try_clone() {
            Ok(network) => NetNs::from(network),
            Err(error) => {
                let error = Error::system("duplicate the descriptor of its namespace", error);
                return state::unknown(test.name(), &error);
            }
        };
        match read(&ns) {
            Err(error) if error.kind() == ErrorKind::NotPermitted => {
                ask(&ns, test).unwrap_or_else(|error| state::unknown(test.name(), &error))
            }
            read => state::text(test.name(), When::AfterProcess, &read),
        }
    }
}

fn read(ns: &NetNs) -> Result<State, Error> {
    let mut state = State::read(ns)?;
    state.whole_process = true;
    Ok(state)
}

/// Has the network of an ordinary user's test described: by a process that joins
/// the user namespace which it belongs to, and which this process, with its many
/// threads, can't enter.
fn ask(ns: &NetNs, test: &Test) -> Result<String, Error> {
    let owner = ns.owner()?;
    let birth = Birth {
        user: false,
        net: false,
        existing: Some(Existing {
            user: owner.as_raw_fd(),
            net: ns.as_raw_fd(),
        }),
        with_thread: true,
    };
    for name in names(test) {
        let Started {
            requests,
            mut child,
            ..
        } = start(&name, Role::Reporter, birth)?;
        let request = request(test.name(), &capture::taps_in(ns.id()));
        let answer =
            channel::send(requests.as_fd(), &request, &[]).and_then(|()| all_of(&requests));
        let _ = end_group(&mut child);
        match answer {
            Ok(described) if !described.is_empty() => return Ok(described),
            // libtest does not know the name.
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {}
            Err(error) => return Err(Error::system("wait for who reads the network", error)),
        }
    }
    Err(unknown_name(test))
}

/// What the further child is asked: the numbers of sockets that are not the test's, behind
/// how many they are, and the test's name.
fn request(name: &str, taps: &[u64]) -> Vec<u8> {
    let taps = &taps[..taps.len().min(u8::MAX.into())];
    let mut bytes = vec![u8::try_from(taps.len()).unwrap_or(u8::MAX)];
    bytes.extend(taps.iter().flat_map(|inode| inode.to_le_bytes()));
    let room = LONGEST - bytes.len();
    bytes.extend(name.bytes().take(room));
    bytes
}

/// The inverse of [`request`].
fn asked(bytes: &[u8]) -> Option<(String, Vec<u64>)> {
    let (count, rest) = bytes.split_first()?;
    let (taps, name) = rest.split_at_checked(usize::from(*count) * size_of::<u64>())?;
    let taps = taps.chunks_exact(size_of::<u64>());
    let number = |bytes: &[u8]| bytes.try_into().map(u64::from_le_bytes).ok();
    Some((
        String::from_utf8_lossy(name).into_owned(),
        taps.filter_map(number).collect(),
    ))
}

/// All that the other side says before it ends.
fn all_of(channel: &OwnedFd) -> io::Result<String> {
    let deadline = Instant::now() + PATIENCE;
    let mut text = Vec::new();
    loop {
        let left = deadline.saturating_duration_since(Instant::now());
        let left = PollTimeout::try_from(left).unwrap_or(PollTimeout::MAX);
        if wait_for(&mut [readable(channel.as_fd())], left)? == 0 {
            return Err(io::ErrorKind::TimedOut.into());
        }
        match channel::receive_now(channel.as_fd()) {
            Ok(Some(message)) => text.extend(message.bytes),
            Ok(None) => return Ok(String::from_utf8_lossy(&text).into_owned()),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            Err(error) => return Err(error),
        }
    }
}

/// The life of the further child: describes the network that it was started in.
pub(super) fn serve(requests: &OwnedFd) -> ! {
    let message = channel::receive(requests.as_fd()).ok().flatten();
    let Some((name, taps)) = message.and_then(|message| asked(&message.bytes)) else {
        process::exit_now(1);
    };
    let read = NetNs::current().and_then(|ns| {
        capture::note_told(taps);
        read(&ns)
    });
    let text = state::text(&name, When::AfterProcess, &read);
    let mut pieces = text.as_bytes().chunks(LONGEST);
    let sent = pieces.try_for_each(|piece| channel::send(requests.as_fd(), piece, &[]));
    process::exit_now(i32::from(sent.is_err()))
}

#[cfg(test)]
mod tests {
    use super::{LONGEST, asked, request};

    #[test]
    fn what_is_asked_arrives() {
        for taps in [vec![], vec![7, u64::MAX], vec![0; 255]] {
            let there = asked(&request("a::größe", &taps));
            assert_eq!(there, Some(("a::größe".to_owned(), taps)));
        }
        let (name, taps) = asked(&request("", &[1])).unwrap();
        assert_eq!((name.as_str(), taps.as_slice()), ("", [1].as_slice()));
    }

    #[test]
    fn too_much_is_cut() {
        let name = "x".repeat(2 * LONGEST);
        let bytes = request(&name, &[3; 1000]);
        assert_eq!(bytes.len(), LONGEST);
        let (cut, taps) = asked(&bytes).unwrap();
        assert!(name.starts_with(&cut));
        assert_eq!(taps, [3; 255]);
    }

    #[test]
    fn what_is_no_request_is_none() {
        assert_eq!(asked(&[]), None);
        assert_eq!(asked(&[1, 2, 3]), None);
    }
}
