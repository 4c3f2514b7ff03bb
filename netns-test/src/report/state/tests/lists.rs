//! Nothing that a test makes thousands of fills the report.

use super::*;

#[test]
fn long_lists_are_cut() {
    let many = |count: u16| {
        let mut state = bare();
        let listening = |port| SocketAddr::from(([127, 0, 0, 1], port));
        state.sockets = (1..=count)
            .map(|port| {
                (
                    socket(
                        Protocol::Tcp,
                        Address::Inet(listening(port)),
                        None,
                        Tcp::Listen,
                    ),
                    None,
                )
            })
            .collect();
        shown(When::AtPanic, state)
    };
    let lines = |text: &str| text.matches("LISTEN").count();
    assert_eq!(
        lines(&many(13)),
        13,
        "the last line is no longer than a remark on it"
    );
    assert!(!many(13).contains("more"));
    assert_eq!(lines(&many(14)), 12);
    assert!(
        many(14).ends_with("\n              and 2 more\n"),
        "{}",
        many(14)
    );
}

#[test]
fn many_addresses_of_one_link() {
    let many = |count: u8| {
        let mut state = bare();
        let more = (1..=count).map(|last| address(2, 8, 0x80, 1, &[127, 0, 1, last]));
        state.addresses.extend(more);
        shown(When::AtPanic, state)
    };
    let text = many(7);
    assert!(text.contains(", 127.0.1.6/8, 127.0.1.7/8\n"), "{text}");
    let text = many(200);
    assert!(
        text.contains("  addresses:  lo: 127.0.0.1/8, ::1/128, 127.0.1.1/8,"),
        "{text}"
    );
    assert!(text.contains(", 127.0.1.6/8, and 194 more\n"), "{text}");
}

#[test]
fn many_chains_of_one_table() {
    let mut table: crate::state::firewall::Table = message(&[1], &[(1, b"filter\0")]);
    table.chains = (0..100)
        .map(|_| message(&[2], &[(3, b"chain\0")]))
        .collect();
    let mut state = bare();
    state.firewall.tables.push(table);
    let text = shown(When::AtPanic, state);
    assert_eq!(text.matches("chain chain").count(), 8, "{text}");
    assert!(text.ends_with("; and 92 more\n"), "{text}");
}
