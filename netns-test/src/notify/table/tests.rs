//! What follows from messages and lists.

use super::*;
use crate::notify::samples::{address, gone, lines, link, new, route};

fn apply(table: &mut Table, changes: impl IntoIterator<Item = Change>) -> Vec<String> {
    let mut events = Vec::new();
    for change in changes {
        table.apply(change, &mut events);
    }
    lines(&events)
}

fn compare(table: &mut Table, listed: Vec<Item>, later: &[Change]) -> Vec<String> {
    let mut events = Vec::new();
    table.compare(listed, Extent::All, later, &mut events);
    lines(&events)
}

/// With one of each, which it was told of.
fn full() -> Table {
    let mut table = Table::of([Protocol::Inet]);
    let all = [link(2, true), address(2, 1), route(2, 9)];
    let came = [
        "+ link2",
        "+ 10.0.0.1",
        "change 10.0.0.1",
        "+ route 10.0.0.9",
    ];
    assert_eq!(apply(&mut table, all.clone().map(new)), came);
    assert_eq!(apply(&mut table, all.map(new)), [""; 0], "once");
    table
}

#[test]
fn what_a_link_carries_goes_before_it() {
    let mut table = full();
    let went = [
        "- route 10.0.0.9",
        "- 10.0.0.1",
        "change 10.0.0.1",
        "- link2",
    ];
    assert_eq!(apply(&mut table, [gone(link(2, true))]), went);
    let late = [gone(address(2, 1)), new(address(2, 1)), new(route(2, 9))];
    assert_eq!(apply(&mut table, late), [""; 0]);
    assert_eq!(table.items().count(), 1);
}

#[test]
fn up_and_down() {
    let mut table = full();
    let flips = [false, false, true].map(|is_up| new(link(2, is_up)));
    assert_eq!(apply(&mut table, flips), ["down link2", "up link2"]);
    assert!(table.has_stale_routes);
}

#[test]
fn a_list_says_what_was_not_heard() {
    let mut table = full();
    let listed = vec![link(3, true), address(3, 2)];
    let difference = [
        "- route 10.0.0.9",
        "- 10.0.0.1",
        "change 10.0.0.1",
        "- link2",
        "+ link3",
        "+ 10.0.0.2",
        "change 10.0.0.2",
    ];
    assert_eq!(compare(&mut table, listed.clone(), &[]), difference);
    assert_eq!(compare(&mut table, listed, &[]), [""; 0]);
}

/// A message that was received after the list may be older or newer than it.
#[test]
fn later_messages_decide() {
    // It went, and came again before it was listed.
    let mut table = full();
    let all = || vec![link(2, true), address(2, 1), route(2, 9)];
    let later = [gone(route(2, 9)), new(route(2, 9))];
    assert_eq!(compare(&mut table, all(), &later), [""; 0]);
    let told = ["- route 10.0.0.9", "+ route 10.0.0.9"];
    assert_eq!(apply(&mut table, later), told);

    // It came after it was listed.
    let listed = vec![link(2, true), address(2, 1)];
    let later = [gone(route(2, 9)), new(route(2, 9))];
    assert_eq!(compare(&mut table, listed, &later), [""; 0]);
    assert!(table.has_stale_routes, "so that it is asked for again");

    // It came before it was listed, and what it carries with it.
    let mut table = Table::of([]);
    let later = [new(link(2, true))];
    let told = [
        "+ link2",
        "+ 10.0.0.1",
        "change 10.0.0.1",
        "+ route 10.0.0.9",
    ];
    assert_eq!(compare(&mut table, all(), &later), told);
    assert_eq!(apply(&mut table, later), [""; 0]);
}

#[test]
fn events_are_undone() {
    let mut table = full();
    let before: Vec<_> = table.items().cloned().collect();
    let mut events = Vec::new();
    let changes = [new(link(3, false)), gone(link(2, true)), new(address(3, 7))];
    for change in changes {
        table.apply(change, &mut events);
    }
    for event in events.iter().rev() {
        table.undo(event);
    }
    let after: Vec<_> = table.items().cloned().collect();
    assert_eq!(after, before);
}
