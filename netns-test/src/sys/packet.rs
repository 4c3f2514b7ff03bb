//! Packet sockets that see every frame of a network namespace.
//!
//! They have the kernel's plain queue and no ring that is mapped: to set one up
//! waits for an RCU grace period, some 12 ms, which is ten times what all the rest of
//! a short test takes. That leaves one such period, in close(2).
//!
//! # References
//!
//! packet(7); `net/packet/af_packet.c`

use std::ffi::{c_int, c_uint, c_void};
use std::io;
use std::mem::size_of;
use std::os::fd::{AsRawFd, BorrowedFd, OwnedFd};

use nix::errno::Errno;
use nix::sys::socket::{
    AddressFamily, SockFlag, SockType, getsockopt, setsockopt, socket, sockopt,
};

/// Room for frames that nobody has read yet. Without `CAP_NET_ADMIN` in the first
/// user namespace it is twice `net.core.rmem_max` at most.
const ROOM: usize = 16 << 20;

/// `ARPHRD_LOOPBACK`, as a filter has numbers.
const LOOPBACK: u32 = 772;
/// `PACKET_OUTGOING`
pub(crate) const OUTGOING: u8 = 4;

/// What the kernel says of one frame, beside its bytes.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) struct Frame {
    /// How many bytes of it were taken.
    pub(crate) length: usize,
    /// How many it had.
    pub(crate) original: usize,
    /// Nanoseconds since 1970.
    pub(crate) time: u64,
    /// The link's index.
    pub(crate) link: u32,
    /// The link's kind of hardware, `ARPHRD_…`.
    pub(crate) hardware: u16,
    /// `PACKET_HOST`, `PACKET_OUTGOING`, …
    pub(crate) direction: u8,
    /// `ETH_P_…`
    pub(crate) protocol: u16,
    /// Where the network layer begins.
    pub(crate) network: usize,
    /// Type and tag of a VLAN, which the kernel has taken out of the frame.
    pub(crate) vlan: Option<[u16; 2]>,
}

/// How many frames a socket has seen.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) struct Seen {
    /// Those that were dropped for want of room included.
    pub(crate) frames: u32,
    pub(crate) dropped: u32,
}

/// A socket that sees each frame that passes a link of the calling thread's
/// network namespace from now on, also of links that appear later. Of `lo`, where
/// a frame passes twice, it sees the way out: that is over when send(2) returns.
pub(crate) fn open() -> io::Result<OwnedFd> {
    let socket = socket(
        AddressFamily::Packet,
        SockType::Raw,
        SockFlag::SOCK_CLOEXEC | SockFlag::SOCK_NONBLOCK,
        None,
    )?;
    pass_once(&socket)?;
    setsockopt(&socket, sockopt::ReceiveTimestampns, &true)?;
    let on: c_int = 1;
    set(&socket, libc::SOL_PACKET, libc::PACKET_AUXDATA, &on)?;
    setsockopt(&socket, sockopt::RcvBufForce, &ROOM)
        .or_else(|_| setsockopt(&socket, sockopt::RcvBuf, &ROOM))?;
    hear_everything(&socket)?;
    Ok(socket)
}

/// Has the kernel note the time of every packet as long as the returned socket
/// is open: it begins that a little after the first socket asked for it.
pub(crate) fn keep_time() -> io::Result<OwnedFd> {
    let socket = crate::sys::socket::udp4()?;
    setsockopt(&socket, sockopt::ReceiveTimestampns, &true)?;
    Ok(socket)
}

/// Has the filter drop what comes in by a loopback link: all of that has gone out before.
///
/// # References
///
/// linux/filter.h, `SKF_AD_PKTTYPE`, `SKF_AD_HATYPE`
fn pass_once(socket: &OwnedFd) -> io::Result<()> {
    const LOAD: u16 = 0x28; // BPF_LD | BPF_H | BPF_ABS
    const JUMP_IF_EQUAL: u16 = 0x15; // BPF_JMP | BPF_JEQ | BPF_K
    const RETURN: u16 = 0x06; // BPF_RET | BPF_K
    /// `SKF_AD_OFF`, -0x1000
    const ABOUT: u32 = 0xffff_f000;
    const DIRECTION: u32 = ABOUT + 4;
    const HARDWARE: u32 = ABOUT + 28;
    let instruction = |code, jt, jf, k| libc::sock_filter { code, jt, jf, k };
    let mut program = [
        instruction(LOAD, 0, 0, HARDWARE),
        instruction(JUMP_IF_EQUAL, 0, 2, LOOPBACK),
        instruction(LOAD, 0, 0, DIRECTION),
        instruction(JUMP_IF_EQUAL, 0, 1, OUTGOING.into()),
        instruction(RETURN, 0, 0, u32::MAX >> 1),
        instruction(RETURN, 0, 0, 0),
    ];
    let program = libc::sock_fprog {
        len: 6,
        filter: program.as_mut_ptr(),
    };
    set(socket, libc::SOL_SOCKET, libc::SO_ATTACH_FILTER, &program)
}

/// Sets an option whose value is a `T`, as the kernel defines it.
fn set<T>(socket: &OwnedFd, level: c_int, option: c_int, value: &T) -> io::Result<()> {
    let length = libc::socklen_t::try_from(size_of::<T>()).expect("some bytes");
    let value: *const c_void = (&raw const *value).cast();
    // SAFETY: the kernel reads `length` bytes, all of `value`, which outlives the call, as does
    // the program to which a `sock_fprog` points: both belong to the caller's frame.
    let result = unsafe { libc::setsockopt(socket.as_raw_fd(), level, option, value, length) };
    Errno::result(result)?;
    Ok(())
}

/// Begins to receive, all protocols on all links.
fn hear_everything(socket: &OwnedFd) -> io::Result<()> {
    // SAFETY: all-zero bytes are a valid `sockaddr_ll`, which is integers.
    let mut address: libc::sockaddr_ll = unsafe { std::mem::zeroed() };
    address.sll_family = u16::try_from(libc::AF_PACKET).expect("AF_PACKET is 17");
    address.sll_protocol = u16::try_from(libc::ETH_P_ALL).expect("3").to_be();
    let length = libc::socklen_t::try_from(size_of::<libc::sockaddr_ll>()).expect("20");
    // SAFETY: the kernel reads `length` bytes, which is all of `address`; it outlives the call.
    let result = unsafe { libc::bind(socket.as_raw_fd(), (&raw const address).cast(), length) };
    Errno::result(result)?;
    Ok(())
}

/// Takes the next frame out of the queue of a socket that [`open`] made, and appends its
/// first `longest` bytes to `into`; `None` if there is none.
///
/// # Errors
///
/// `ENETDOWN` once after a link went down or away.
pub(crate) fn receive(
    socket: BorrowedFd<'_>,
    into: &mut Vec<u8>,
    longest: usize,
) -> io::Result<Option<Frame>> {
    into.reserve(longest);
    let before = into.len();
    let spare = into.spare_capacity_mut();
    let mut name = [0_u8; 32];
    // Control messages begin where a `usize` may.
    let mut control = [0_usize; 32];
    let mut room = libc::iovec {
        iov_base: spare.as_mut_ptr().cast(),
        iov_len: longest,
    };
    // SAFETY: all-zero bytes are a valid `msghdr`: integers and null pointers.
    let mut message: libc::msghdr = unsafe { std::mem::zeroed() };
    message.msg_name = name.as_mut_ptr().cast();
    message.msg_namelen = 32;
    message.msg_iov = &raw mut room;
    message.msg_iovlen = 1;
    message.msg_control = control.as_mut_ptr().cast();
    message.msg_controllen = size_of_val(&control) as _;
    // With MSG_TRUNC, the result is the frame's own length.
    let flags = libc::MSG_DONTWAIT | libc::MSG_TRUNC;
    // SAFETY: the three buffers of `message` are as long as it says (`reserve` has made sure of
    // the one for the frame), are borrowed for nothing else, and outlive the call.
    let result = unsafe { libc::recvmsg(socket.as_raw_fd(), &raw mut message, flags) };
    let original = match Errno::result(result) {
        Ok(length) => usize::try_from(length).unwrap_or(0),
        Err(Errno::EAGAIN) => return Ok(None),
        Err(errno) => return Err(errno.into()),
    };
    let length = original.min(longest);
    // SAFETY: so many bytes behind those that were there have just been written by the kernel,
    // which writes no more than the buffer takes, and that was reserved.
    unsafe { into.set_len(before + length) };
    let mut frame = Frame {
        length,
        original,
        protocol: u16::from_be_bytes([name[2], name[3]]),
        link: u32::from_ne_bytes([name[4], name[5], name[6], name[7]]),
        hardware: u16::from_ne_bytes([name[8], name[9]]),
        direction: name[10],
        ..Frame::default()
    };
    let mut bytes = [0; size_of::<[usize; 32]>()];
    for (to, from) in bytes.chunks_exact_mut(size_of::<usize>()).zip(control) {
        to.copy_from_slice(&from.to_ne_bytes());
    }
    // Behind what the kernel wrote are zeros, which end it.
    frame.take(&bytes);
    Ok(Some(frame))
}

impl Frame {
    /// Reads control messages: each is a `cmsghdr`, then data, padded to a `usize`.
    fn take(&mut self, mut control: &[u8]) {
        const WORD: usize = size_of::<usize>();
        const HEADER: usize = WORD + 8;
        while let Some((length, rest)) = control.split_first_chunk::<WORD>() {
            let length = usize::from_ne_bytes(*length);
            let (Some(kind), Some(data)) = (rest.first_chunk::<8>(), control.get(HEADER..length))
            else {
                return;
            };
            let level = c_int::from_ne_bytes([kind[0], kind[1], kind[2], kind[3]]);
            let kind = c_int::from_ne_bytes([kind[4], kind[5], kind[6], kind[7]]);
            match (level, kind) {
                (libc::SOL_SOCKET, libc::SCM_TIMESTAMPNS) => self.time = nanoseconds(data),
                (libc::SOL_PACKET, libc::PACKET_AUXDATA) => self.take_auxiliary(data),
                _ => {}
            }
            control = control.get(length.next_multiple_of(WORD)..).unwrap_or(&[]);
        }
    }

    /// `struct tpacket_auxdata`
    fn take_auxiliary(&mut self, data: &[u8]) {
        const VLAN_VALID: u32 = 1 << 4;
        const VLAN_TYPE_VALID: u32 = 1 << 6;
        /// `ETH_P_8021Q`
        const VLAN: u16 = 0x8100;
        let Some(data) = data.first_chunk::<20>() else {
            return;
        };
        let short = |at: usize| u16::from_ne_bytes([data[at], data[at + 1]]);
        let status = u32::from_ne_bytes([data[0], data[1], data[2], data[3]]);
        self.network = short(14).into();
        if status & VLAN_VALID != 0 {
            let kind = if status & VLAN_TYPE_VALID == 0 {
                VLAN
            } else {
                short(18)
            };
            self.vlan = Some([kind, short(16)]);
        }
    }
}

/// A `timespec`, of two `long`s.
fn nanoseconds(data: &[u8]) -> u64 {
    let half = data.len() / 2;
    let number = |bytes: &[u8]| {
        let long = bytes.try_into().map(u64::from_ne_bytes);
        let short = bytes.try_into().map(u32::from_ne_bytes);
        long.or(short.map(u64::from)).unwrap_or(0)
    };
    let (seconds, rest) = data.split_at(half);
    number(seconds) * 1_000_000_000 + number(rest)
}

/// How many bytes may wait in the queue of a socket.
pub(crate) fn room(socket: BorrowedFd<'_>) -> io::Result<usize> {
    Ok(getsockopt(&socket, sockopt::RcvBuf)?)
}

/// How many frames the socket has seen since this was last asked.
pub(crate) fn statistics(socket: BorrowedFd<'_>) -> io::Result<Seen> {
    let mut numbers: [c_uint; 2] = [0; 2];
    let mut length = libc::socklen_t::try_from(size_of_val(&numbers)).expect("8");
    // SAFETY: the kernel writes `length` bytes at most, a `tpacket_stats`, which is two numbers.
    let result = unsafe {
        libc::getsockopt(
            socket.as_raw_fd(),
            libc::SOL_PACKET,
            libc::PACKET_STATISTICS,
            numbers.as_mut_ptr().cast(),
            &raw mut length,
        )
    };
    Errno::result(result)?;
    Ok(Seen {
        frames: numbers[0],
        dropped: numbers[1],
    })
}
