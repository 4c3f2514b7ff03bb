//! Fixtures that are registered once and that every test's namespace gets: a
//! sysctl, a name server, and a counter of packets.
//!
//! Each test has its own: the same address and port, the same key, and counts
//! that no other test adds to. No test starts or stops anything.

use std::collections::BTreeMap;
use std::error::Error;
use std::fs;
use std::io;
use std::net::{Ipv4Addr, UdpSocket};
use std::str::FromStr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};

use hickory_resolver::TokioResolver;
use hickory_resolver::config::{NameServerConfig, ResolverConfig};
use hickory_resolver::net::runtime::TokioRuntimeProvider;
use hickory_resolver::proto::op::{Message, ResponseCode};
use hickory_resolver::proto::rr::rdata::A;
use hickory_resolver::proto::rr::{Name, RData, Record, RecordType};
use netns_test::pernet::Pernet;
use netns_test::{NetNs, netns_test};
use socket2::{Domain, Protocol, Socket, Type};

type BoxError = Box<dyn Error + Send + Sync>;

netns_test::setup! {
    /// Ports below 1024 are for everyone from 1000 on.
    static PORTS: Ports = Ports(1000);
    /// Answers on 127.0.0.53, where a system's stub resolver listens.
    static DNS: DnsStub = DnsStub;
}

netns_test::setup! {
    /// Comes after the others, as devices do, so that it sees the test's packets only.
    device static PACKETS: Packets = Packets;
}

/// A sysctl: it is the namespace's own, and there is nothing to be undone.
struct Ports(u16);

impl Pernet for Ports {
    type Value = ();

    fn init(&self, ns: &NetNs) -> Result<(), BoxError> {
        ns.set_sysctl("net.ipv4.ip_unprivileged_port_start", self.0)?;
        Ok(())
    }
}

#[netns_test]
fn the_port_range_is_set() -> io::Result<()> {
    // The file follows the thread that opens it.
    let first = fs::read_to_string("/proc/sys/net/ipv4/ip_unprivileged_port_start")?;
    assert_eq!(first.trim(), PORTS.ops().0.to_string());
    Ok(())
}

/// A name server for A records: `Value` is what tests configure and what `exit` stops.
struct DnsStub;

struct Stub {
    socket: UdpSocket,
    records: Arc<Mutex<BTreeMap<Name, Ipv4Addr>>>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl Pernet for DnsStub {
    type Value = Stub;

    /// The thread that calls is in the namespace, and so are the socket and the thread that it starts.
    fn init(&self, _: &NetNs) -> Result<Stub, BoxError> {
        let socket = UdpSocket::bind("127.0.0.53:53")?;
        let records = Arc::default();
        let thread = thread::spawn({
            let (socket, records) = (socket.try_clone()?, Arc::clone(&records));
            move || answer(&socket, &records)
        });
        Ok(Stub {
            socket,
            records,
            thread: Mutex::new(Some(thread)),
        })
    }

    /// Nothing of it is left in the namespace when this has returned.
    fn exit(&self, _: &NetNs, stub: &Stub) {
        let told = stub.socket.send_to(&[], "127.0.0.53:53");
        let thread = stub.thread.lock().unwrap().take();
        if let (Ok(_), Some(thread)) = (told, thread) {
            thread.join().unwrap();
        }
    }
}

/// Answers until an empty datagram comes.
fn answer(socket: &UdpSocket, records: &Mutex<BTreeMap<Name, Ipv4Addr>>) {
    let mut bytes = [0; 512];
    while let Ok((length @ 1.., client)) = socket.recv_from(&mut bytes) {
        let Ok(question) = Message::from_vec(&bytes[..length]) else {
            continue;
        };
        let answer = reply(&question, &records.lock().unwrap());
        if let Ok(answer) = answer.to_vec() {
            let _ = socket.send_to(&answer, client);
        }
    }
}

fn reply(question: &Message, records: &BTreeMap<Name, Ipv4Addr>) -> Message {
    let mut answer = Message::response(question.metadata.id, question.metadata.op_code);
    for query in &question.queries {
        answer.add_query(query.clone());
        match records.get(query.name()) {
            Some(address) if query.query_type() == RecordType::A => {
                let data = RData::A(A(*address));
                answer.add_answer(Record::from_rdata(query.name().clone(), 60, data));
            }
            Some(_) => {}
            None => answer.metadata.response_code = ResponseCode::NXDomain,
        }
    }
    answer
}

async fn look_up(name: &str) -> Result<Vec<Ipv4Addr>, Box<dyn Error>> {
    let server = NameServerConfig::udp(Ipv4Addr::new(127, 0, 0, 53).into());
    let config = ResolverConfig::from_parts(None, vec![], vec![server]);
    let runtime = TokioRuntimeProvider::default();
    let resolver = TokioResolver::builder_with_config(config, runtime).build()?;
    let found = resolver.ipv4_lookup(name).await?;
    let addresses = found
        .answers()
        .iter()
        .filter_map(|record| match record.data {
            RData::A(A(address)) => Some(address),
            _ => None,
        });
    Ok(addresses.collect())
}

/// Two tests have the same name, each with its own address.
async fn names_have_an_address(ns: &NetNs, address: Ipv4Addr) -> Result<(), Box<dyn Error>> {
    let dns = ns.pernet(&DNS).expect("registered before the first test");
    let name = Name::from_str("db.example.test.")?;
    dns.records.lock().unwrap().insert(name, address);
    assert_eq!(look_up("db.example.test.").await?, [address]);
    Ok(())
}

#[netns_test]
async fn the_database_is_here(ns: &NetNs) -> Result<(), Box<dyn Error>> {
    names_have_an_address(ns, Ipv4Addr::new(192, 0, 2, 1)).await
}

#[netns_test]
async fn the_database_is_there(ns: &NetNs) -> Result<(), Box<dyn Error>> {
    names_have_an_address(ns, Ipv4Addr::new(198, 51, 100, 1)).await
}

#[netns_test]
async fn names_are_those_of_the_test() {
    let error = look_up("db.example.test.").await.unwrap_err();
    assert!(error.to_string().contains("no records found"), "{error}");
}

/// Counts UDP datagrams by port, from copies that a raw socket gets.
struct Packets;

struct Counter {
    copies: Socket,
    seen: AtomicU64,
}

impl Pernet for Packets {
    type Value = Counter;

    fn init(&self, _: &NetNs) -> Result<Counter, BoxError> {
        let copies = Socket::new(Domain::IPV4, Type::RAW, Some(Protocol::UDP))?;
        copies.set_nonblocking(true)?;
        Ok(Counter {
            copies,
            seen: AtomicU64::new(0),
        })
    }

    /// Every hook still works here: the name server ends in its `exit`, with a datagram.
    fn pre_exit(&self, _: &NetNs, counter: &Counter) {
        println!("{} UDP datagrams in this test", counter.count());
    }
}

impl Counter {
    fn count(&self) -> u64 {
        let mut datagram = [std::mem::MaybeUninit::uninit(); 2048];
        while self.copies.recv(&mut datagram).is_ok() {
            self.seen.fetch_add(1, Ordering::Relaxed);
        }
        self.seen.load(Ordering::Relaxed)
    }
}

#[netns_test]
fn packets_are_counted(ns: &NetNs) -> io::Result<()> {
    let packets = ns
        .pernet(&PACKETS)
        .expect("registered before the first test");
    assert_eq!(packets.count(), 0);
    let (here, there) = (
        UdpSocket::bind("127.0.0.1:0")?,
        UdpSocket::bind("127.0.0.1:0")?,
    );
    for _ in 0..3 {
        here.send_to(b"hello", there.local_addr()?)?;
    }
    assert_eq!(packets.count(), 3);
    Ok(())
}

/// Also those that a test makes itself have all of them.
#[netns_test]
fn a_second_namespace_has_its_own(ns: &NetNs) -> Result<(), Box<dyn Error>> {
    let second = NetNs::new()?;
    let dns = second.pernet(&DNS).expect("it is one of this crate's");
    assert_ne!(
        Arc::as_ptr(&dns),
        Arc::as_ptr(&ns.pernet(&DNS).expect("so is this"))
    );
    let taken = second.run(|| UdpSocket::bind("127.0.0.53:53"))?;
    assert_eq!(taken.unwrap_err().kind(), io::ErrorKind::AddrInUse);
    Ok(())
}
