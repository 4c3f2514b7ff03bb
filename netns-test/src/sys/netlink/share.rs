//! One socket of several that share the messages among them, so that there is
//! room for more: each takes those that the others leave.

use std::io;
use std::os::fd::{AsRawFd, BorrowedFd};

use libc::{
    BPF_ABS, BPF_ALU, BPF_AND, BPF_B, BPF_IMM, BPF_JA, BPF_JEQ, BPF_JGE, BPF_JMP, BPF_K, BPF_LD,
    BPF_LEN, BPF_MISC, BPF_RET, BPF_RSH, BPF_TAX, BPF_W, BPF_X, BPF_XOR, sock_filter, sock_fprog,
};
use nix::errno::Errno;

/// Which part of the messages a socket takes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Share {
    /// From 0.
    pub(crate) number: u32,
    /// A power of two.
    pub(crate) of: u32,
}

/// `RTM_NEWLINK` and `RTM_NEWADDR`; `RTM_DEL…` is the next number.
const LINK: u32 = 16;
const ADDRESS: u32 = 20;
/// The low byte of the type, in the message's header.
const TYPE: u32 = if cfg!(target_endian = "little") { 4 } else { 5 };

impl Share {
    /// A program that looks at what names an object, so that all messages about
    /// one come to the same socket, in order: of a link its index, of an address its
    /// last bytes, of a route those of its destination. A message that is too
    /// short for that is taken by the first socket: reading beyond its end would
    /// drop it everywhere.
    fn program(self) -> Vec<sock_filter> {
        let load = |at| statement(BPF_LD | BPF_W | BPF_ABS, at);
        let length = statement(BPF_LD | BPF_W | BPF_LEN, 0);
        let copy = statement(BPF_MISC | BPF_TAX, 0);
        let mix = statement(BPF_ALU | BPF_XOR | BPF_X, 0);
        let fold = |by| [copy, statement(BPF_ALU | BPF_RSH | BPF_K, by), mix];
        let skip = |how_many| statement(BPF_JMP | BPF_JA, how_many);

        let head = [
            statement(BPF_LD | BPF_B | BPF_ABS, TYPE),
            statement(BPF_ALU | BPF_AND | BPF_K, 0xfe),
            jump(BPF_JEQ, LINK, 15, 0),
            jump(BPF_JEQ, ADDRESS, 7, 0),
        ];
        // A destination of four bytes ends at 44, one of sixteen at 56.
        let route = [
            length,
            jump(BPF_JGE, 56, 0, 14),
            load(40),
            copy,
            load(52),
            mix,
            skip(10),
        ];
        // An address of four bytes ends at 40, one of sixteen at 44.
        let address = [
            length,
            jump(BPF_JGE, 44, 0, 7),
            load(36),
            copy,
            load(40),
            mix,
            skip(3),
        ];
        let link = [load(20), skip(1)];
        let short = [statement(BPF_LD | BPF_IMM, 0)];
        let choice = [
            statement(BPF_ALU | BPF_AND | BPF_K, self.of - 1),
            jump(BPF_JEQ, self.number, 0, 1),
            statement(BPF_RET | BPF_K, u32::MAX),
            statement(BPF_RET | BPF_K, 0),
        ];
        let hash = [head.as_slice(), &route, &address, &link, &short].concat();
        [hash, [fold(16), fold(8), fold(4)].concat(), choice.to_vec()].concat()
    }

    /// Has `socket` leave all other messages. To be called before the first can come.
    ///
    /// # References
    ///
    /// socket(7), `SO_ATTACH_FILTER`; `Documentation/networking/filter.rst`
    pub(super) fn attach(self, socket: BorrowedFd<'_>) -> io::Result<()> {
        let mut program = self.program();
        let program = sock_fprog {
            len: program.len().try_into().expect("34 fits"),
            filter: program.as_mut_ptr(),
        };
        let length = libc::socklen_t::try_from(size_of::<sock_fprog>()).expect("16 fits");
        // SAFETY: the kernel reads `length` bytes, the size of `program`, and the `len` instructions
        // that it points to, which are those of the vector that it shadows; both live through the call.
        let result = unsafe {
            libc::setsockopt(
                socket.as_raw_fd(),
                libc::SOL_SOCKET,
                libc::SO_ATTACH_FILTER,
                (&raw const program).cast(),
                length,
            )
        };
        Ok(Errno::result(result).map(drop)?)
    }
}

fn statement(code: u32, k: u32) -> sock_filter {
    instruction(code, k, 0, 0)
}

fn jump(test: u32, k: u32, if_true: u8, if_false: u8) -> sock_filter {
    instruction(BPF_JMP | test | BPF_K, k, if_true, if_false)
}

fn instruction(code: u32, k: u32, jt: u8, jf: u8) -> sock_filter {
    let code = code.try_into().expect("codes have sixteen bits");
    sock_filter { code, jt, jf, k }
}

#[cfg(test)]
mod tests {
    use std::os::fd::AsFd;
    use std::os::unix::net::UnixDatagram;

    use super::*;

    /// A message of this type with a body.
    fn message(kind: u16, body: &[u8]) -> Vec<u8> {
        let length = u32::try_from(16 + body.len()).unwrap();
        let mut bytes = length.to_ne_bytes().to_vec();
        bytes.extend(kind.to_ne_bytes());
        bytes.extend([0; 10]);
        bytes.extend(body);
        bytes
    }

    /// A body whose bytes at `place` tell `number`.
    fn numbered(place: usize, number: u32) -> Vec<u8> {
        let mut body = vec![7; 64];
        body[place - 16..][..4].copy_from_slice(&number.to_be_bytes());
        body
    }

    /// Which of the sockets take a message.
    fn taken_by(sockets: &[(UnixDatagram, UnixDatagram)], message: &[u8]) -> Vec<usize> {
        let mut takers = Vec::new();
        for (number, (from, to)) in sockets.iter().enumerate() {
            let _ = from.send(message);
            let mut buffer = [0; 128];
            if to.recv(&mut buffer).is_ok() {
                takers.push(number);
            }
        }
        takers
    }

    #[test]
    fn one_takes_what_the_others_leave() {
        let sockets: Vec<_> = (0..16)
            .map(|number| {
                let (from, to) = UnixDatagram::pair().unwrap();
                to.set_nonblocking(true).unwrap();
                Share { number, of: 16 }.attach(to.as_fd()).unwrap();
                (from, to)
            })
            .collect();
        // The place where a link, addresses and destinations of both families differ.
        for (kind, place) in [(16, 20), (20, 36), (20, 40), (24, 40), (24, 52)] {
            let mut counts = [0; 16];
            for number in 0..256 {
                let body = numbered(place, number);
                let takers = taken_by(&sockets, &message(kind, &body));
                assert_eq!(takers.len(), 1, "{kind} {place} {number}: {takers:?}");
                counts[takers[0]] += 1;
                // What goes is told to the socket that was told that it came.
                assert_eq!(taken_by(&sockets, &message(kind + 1, &body)), takers);
            }
            let most = counts.into_iter().max().unwrap();
            assert!(most <= 32, "{kind} {place}: {counts:?}");
        }
        for kind in [20, 24] {
            for length in [0, 20, 27, 28, 39, 40] {
                let takers = taken_by(&sockets, &message(kind, &vec![1; length]));
                assert_eq!(takers.len(), 1, "{kind}, {length} bytes: {takers:?}");
            }
        }
    }
}
