//! Annotated tests against real networking crates: all on the same, privileged
//! ports at once, as an ordinary user.
//!
//! ```console
//! $ cargo test -p netns-test-examples
//! ```
//!
//! They are in `tests/`, each file to be read by itself:
//!
//! | file | what runs in the namespaces |
//! |---|---|
//! | `http.rs` | axum, hyper and reqwest on port 80 |
//! | `dns.rs` | a hickory name server and resolver on port 53, UDP and TCP |
//! | `quic.rs` | quinn on port 443 |
//! | `rtnetlink.rs` | veth pairs, addresses, routes and a monitor |
//! | `ping.rs` | raw ICMP sockets of socket2 |
//! | `unix.rs` | abstract Unix sockets of one name |
//! | `fixtures.rs` | a sysctl, a name server and a counter of packets, for every test |
//! | `cases.rs` | rstest, with a namespace for each case |
//! | `outside.rs` | nothing: what can't be reached |
