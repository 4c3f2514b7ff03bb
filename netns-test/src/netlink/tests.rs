//! Reading never goes beyond the bytes, whatever they are.

use super::message::{Reply, messages};
use super::*;

/// A message of `kind`; `length` is what its header says of its length.
fn message(kind: u16, length: u32, body: &[u8]) -> Vec<u8> {
    let mut bytes = length.to_ne_bytes().to_vec();
    bytes.extend(kind.to_ne_bytes());
    bytes.extend([0; 10]);
    bytes.extend(body);
    bytes
}

/// An attribute, padded.
pub(crate) fn attribute(kind: u16, bytes: &[u8]) -> Vec<u8> {
    let length = u16::try_from(bytes.len() + 4).unwrap();
    let mut all = length.to_ne_bytes().to_vec();
    all.extend(kind.to_ne_bytes());
    all.extend(bytes);
    all.resize(aligned(all.len()), 0);
    all
}

#[test]
fn messages_are_told_apart() {
    let mut bytes = message(16, 19, &[1, 2, 3, 0]);
    bytes.extend(message(17, 16, &[]));
    let found: Vec<_> = messages(&bytes).map(Result::unwrap).collect();
    let found: Vec<_> = found.iter().map(|m| (m.kind, m.body)).collect();
    assert_eq!(found, [(16, &[1, 2, 3][..]), (17, &[][..])]);
}

#[test]
fn a_wrong_length_ends_it() {
    for length in [0, 1, 15, 21, u32::MAX] {
        let bytes = message(16, length, &[0; 4]);
        let found: Vec<_> = messages(&bytes).collect();
        assert_eq!(found, [Err(Malformed)], "{length}");
    }
    for length in [0_u16, 3, 9, u16::MAX] {
        let mut bytes = length.to_ne_bytes().to_vec();
        bytes.extend([0; 6]);
        let found: Vec<_> = attributes(&bytes).collect();
        assert_eq!(found, [Err(Malformed)], "{length}");
    }
}

#[test]
fn answers_are_told_apart() {
    let reply = |kind, body: &[u8]| {
        let bytes = message(kind, u32::try_from(16 + body.len()).unwrap(), body);
        let message = messages(&bytes).next().unwrap().unwrap();
        message.reply()
    };
    assert_eq!(reply(1, &[]), Ok(Reply::Nothing));
    assert_eq!(reply(2, &(-1_i32).to_ne_bytes()), Ok(Reply::Error(1)));
    assert_eq!(
        reply(2, &i32::MIN.to_ne_bytes()),
        Ok(Reply::Error(i32::MAX))
    );
    assert_eq!(reply(2, &[]), Err(Malformed));
    assert_eq!(reply(3, &(-4_i32).to_ne_bytes()), Ok(Reply::Done(4)));
    assert_eq!(reply(3, &[]), Ok(Reply::Done(0)));
    assert_eq!(reply(4, &[]), Ok(Reply::Overrun));
    assert_eq!(reply(16, &[]), Ok(Reply::Object));
}

/// Numbers that look random and are the same every time (xorshift).
struct Noise(u64);

impl Noise {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, end: u64) -> usize {
        usize::try_from(self.next() % end).unwrap()
    }

    fn bytes(&mut self, longest: u64) -> Vec<u8> {
        let length = self.below(longest + 1);
        (0..length).map(|_| self.next().to_ne_bytes()[0]).collect()
    }
}

/// Reads a datagram: how many objects there were.
fn read_all<T: Object>(datagram: &[u8]) -> usize {
    let mut objects = 0;
    for message in messages(datagram).map_while(Result::ok) {
        let _ = message.reply();
        objects += usize::from(matches!(T::read(message.body), Ok(Some(_))));
        for attribute in attributes(message.body).map_while(Result::ok) {
            let _ = (attribute.u8(), attribute.u32(), attribute.i32());
            let _ = (attribute.text(), attribute.address());
        }
    }
    objects
}

/// Reads noise as objects of a kind, some of which are so right that they can be read.
pub(crate) fn assert_survives_noise<T: Object>() {
    let mut noise = Noise(0x9e37_79b9_7f4a_7c15);
    let mut objects = 0;
    for _ in 0..5_000 {
        read_all::<T>(&noise.bytes(200));
        // With right lengths, the noise comes as far as the values.
        let mut body = noise.bytes(16);
        body.resize(T::HEADER, 0);
        body[0] = [family::UNSPEC, family::INET, family::INET6, 7][noise.below(4)];
        for _ in 0..noise.below(6) {
            let kind = u16::try_from(noise.below(64)).unwrap();
            let nested = attribute(1, &noise.bytes(12));
            let value = [noise.bytes(40), vec![127, 0, 0, 1], nested];
            body.extend(attribute(kind, &value[noise.below(3)]));
        }
        // An address, which some can't be without, and a name.
        body.extend(attribute(1, &[127, 0, 0, 1]));
        body.extend(attribute(3, &[97, 0, 0, 0]));
        let length = u32::try_from(16 + body.len()).unwrap();
        let mut datagram = message(T::NEW, length, &body);
        objects += read_all::<T>(&datagram);
        let cut = noise.below(datagram.len() as u64);
        read_all::<T>(&datagram[..cut]);
        datagram[cut] ^= 1 << noise.below(8);
        read_all::<T>(&datagram);
    }
    assert!(objects > 100, "{objects} of the messages were objects");
}
