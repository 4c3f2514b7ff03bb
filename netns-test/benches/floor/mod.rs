//! What a network namespace for a test costs at least: what a user would write
//! by hand, and nothing else.

#![expect(unsafe_code, reason = "system calls, as a user would make them")]

use std::io;
use std::net::UdpSocket;
use std::os::fd::AsRawFd;
use std::panic;
use std::thread;

/// Runs `body` on a fresh thread in a new network namespace whose `lo` is up.
pub(crate) fn run(name: &str, body: fn()) {
    let test = move || {
        enter().unwrap();
        body();
    };
    let test = thread::Builder::new().name(name.into()).spawn(test);
    if let Err(payload) = test.unwrap().join() {
        panic::resume_unwind(payload);
    }
}

/// Moves the calling thread into a new network namespace and sets its `lo` up.
fn enter() -> io::Result<()> {
    // SAFETY: the call takes a number and moves the calling thread only.
    succeeded(unsafe { libc::unshare(libc::CLONE_NEWNET) })?;
    let socket = UdpSocket::bind("0.0.0.0:0")?;
    // SAFETY: all-zero bytes are a valid `ifreq`: integers, bytes and a null pointer.
    let mut request: libc::ifreq = unsafe { std::mem::zeroed() };
    for (to, from) in request.ifr_name.iter_mut().zip(c"lo".to_bytes()) {
        *to = libc::c_char::try_from(*from).expect("ASCII");
    }
    request.ifr_ifru.ifru_flags = libc::c_short::try_from(libc::IFF_UP).expect("IFF_UP is 1");
    // SAFETY: the request reads one `ifreq`, and `request` outlives the call.
    let result = unsafe { libc::ioctl(socket.as_raw_fd(), libc::SIOCSIFFLAGS, &raw const request) };
    succeeded(result)
}

fn succeeded(result: libc::c_int) -> io::Result<()> {
    match result {
        0 => Ok(()),
        _ => Err(io::Error::last_os_error()),
    }
}
