//! What is in a capture.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use netns_test_tests::cargo::User;

use crate::fixture::{Run, capinfos, on_failure, run, tshark};

/// Runs one test of `traffic` as each user.
fn each_user(test: &str, check: impl Fn(&Run, &str)) {
    each_of(&User::all(), test, check);
}

fn each_of(users: &[User], test: &str, check: impl Fn(&Run, &str)) {
    let test = format!("traffic::{test}");
    for &user in users {
        println!("{user:?}");
        let run = run(on_failure(user), &[&test, "--exact"]);
        assert!(!run.passed(&test));
        check(&run, &test);
    }
}

fn hex(text: &str) -> String {
    let digits: Vec<_> = text.bytes().map(|byte| format!("{byte:02x}")).collect();
    digits.concat()
}

/// From the first line of the body to the last, each frame on `lo` once, in order.
#[test]
fn every_frame_on_lo_once() {
    each_user("first_and_last", |run, test| {
        let file = run.capture(test);
        let sent = tshark(&file, "udp && !icmp && !icmpv6", &["data.data"]);
        let numbers = (0..100).map(|number: u32| number.to_string());
        let expected: Vec<_> = ["the first".to_owned()]
            .into_iter()
            .chain(numbers)
            .chain(["the last".to_owned()])
            .map(|text| vec![hex(&text)])
            .collect();
        assert_eq!(sent, expected, "{}", run.text);
        assert!(!run.text.contains("missing"), "{}", run.text);
    });
}

/// The conversation is whole, and Wireshark knows what is spoken.
#[test]
fn a_connection_from_handshake_to_end() {
    each_user("tcp", |run, test| {
        let file = run.capture(test);
        let flags = |filter: &str| tshark(&file, filter, &["tcp.dstport"]).len();
        assert_eq!(flags("tcp.flags.syn == 1"), 2, "{}", run.text);
        assert_eq!(flags("tcp.flags.fin == 1"), 2, "{}", run.text);
        let http = tshark(
            &file,
            "http",
            &["http.request.method", "http.response.code"],
        );
        assert_eq!(http.first().unwrap()[0], "GET");
        assert_eq!(http.last().unwrap()[1], "200");
        for expected in [
            "TCP [S]",
            "TCP [S.]",
            "TCP [P.]",
            "127.0.0.1:80 > 127.0.0.1:",
        ] {
            assert!(run.text.contains(expected), "{expected}\n{}", run.text);
        }
    });
}

#[test]
fn icmp_and_dns_are_named() {
    each_user("other_protocols", |run, test| {
        let file = run.capture(test);
        let names = tshark(&file, "dns && !icmp", &["dns.qry.name"]);
        assert_eq!(names, [["example.com"]], "{}", run.text);
        for expected in [
            "127.0.0.1:4000 > 127.0.0.1:9 UDP len 6",
            "127.0.0.1 > 127.0.0.1 ICMP port unreachable",
            "127.0.0.1:4000 > 127.0.0.1:53 DNS query AAAA example.com",
        ] {
            assert!(run.text.contains(expected), "{expected}\n{}", run.text);
        }
    });
}

/// Links that the body makes are there with their names, also one that it deleted.
#[test]
fn links_that_appear_later() {
    each_user("later_links", |run, test| {
        let file = run.capture(test);
        let about = capinfos(&file);
        for name in ["lo", "later0", "later1", "gone0"] {
            assert!(
                about.contains(&format!("Name = {name}\n")),
                "{name}\n{about}"
            );
        }
        let ends = tshark(
            &file,
            "arp.dst.proto_ipv4 == 10.0.0.2",
            &["frame.interface_name", "frame.packet_flags_direction"],
        );
        // As it leaves the one end, and as it comes to the other.
        for (link, out_or_in) in [("later0", "2"), ("later1", "1")] {
            let is_it = |end: &&Vec<String>| {
                let number = end[1].trim_start_matches("0x").trim_start_matches('0');
                end[0] == link && number == out_or_in
            };
            assert!(
                ends.iter().any(|end| is_it(&end)),
                "{link}: {ends:?}\n{}",
                run.text
            );
        }
        assert!(run.text.contains("on lo, later"), "{}", run.text);
    });
}

/// A namespace that the body makes is tapped as well, and told from the test's own.
#[test]
fn namespaces_that_the_test_makes() {
    each_user("more_namespaces", |run, test| {
        let file = run.capture(test);
        let fields = [
            "frame.interface_name",
            "frame.interface_description",
            "data.data",
        ];
        let sent = tshark(&file, "udp && !icmp", &fields);
        let told: Vec<_> = sent
            .iter()
            .map(|packet| (packet[0].as_str(), packet[2].clone()))
            .collect();
        let expected = [
            ("lo@ns1", hex("in the second")),
            ("lo@ns2", hex("in the third")),
            ("lo", hex("in the first")),
        ];
        assert_eq!(told, expected, "{}", run.text);
        for packet in &sent {
            assert!(packet[1].contains("net:["), "{sent:?}");
        }
        assert!(sent[2][1].contains("the test's namespace"), "{sent:?}");
    });
}

/// A device without a link layer is written as what it is.
#[test]
fn frames_without_a_link_layer() {
    // On some machines the device is root's.
    let tun = fs::metadata("/dev/net/tun").unwrap();
    let is_everybodys = tun.permissions().mode() & 0o6 == 0o6;
    let mut users = User::all();
    users.retain(|user| is_everybodys || *user != User::Ordinary);
    each_of(&users, "tunnel", |run, test| {
        let file = run.capture(test);
        let sent = tshark(
            &file,
            "udp",
            &["frame.interface_name", "ipv6.dst", "data.data"],
        );
        let expected = ["tun0".to_owned(), "fd00::2".into(), hex("out")];
        assert_eq!(sent, [expected], "{}", run.text);
        let about = capinfos(&file);
        assert!(about.contains("Raw IP"), "{about}");
        assert!(about.contains("Encapsulation = Ethernet"), "{about}");
    });
}

/// A capture of a GiB is bounded: what is newest stays, and what is missing is said.
#[test]
fn much_traffic_is_bounded() {
    for user in User::all() {
        for (mebibytes, limit, most) in [("1024", "", 80 << 20), ("64", "1", 3 << 20)] {
            let mut setting = on_failure(user);
            let variables = [
                ("FIXTURE_MEBIBYTES", mebibytes),
                ("NETNS_TEST_CAPTURE_LIMIT", limit),
            ];
            setting.variables = &variables;
            let run = run(setting, &["traffic::much", "--exact"]);
            let file = run.capture("traffic::much");
            let size = file.metadata().unwrap().len();
            assert!((most / 8..most).contains(&size), "{size}\n{}", run.text);
            assert!(
                run.text.contains("for which there was no room"),
                "{}",
                run.text
            );
            let about = capinfos(&file);
            assert!(about.contains("comment:     missing: the "), "{about}");
            assert!(about.contains("Strict time order:   True"), "{about}");
        }
    }
}
