//! An order for what came over several sockets. Of one object the messages are
//! in order; a link has to come before what it carries, and go after it.

use std::collections::BTreeMap;

use super::notice::Item;
use super::table::Change;

/// Between two rounds over all sockets.
#[derive(Debug, Default)]
pub(super) struct Order {
    /// What links carry. A link that came before may have been on a socket
    /// that had had its turn, so that the next round has it.
    carried: Vec<Change>,
    /// Links that went. What they carried went before, but may be found later.
    gone: BTreeMap<u32, Change>,
}

impl Order {
    /// Takes what a round brought, and gives what can be told.
    pub(super) fn sort(&mut self, round: Vec<Change>) -> Vec<Change> {
        let (mut sorted, mut carried) = (Vec::new(), Vec::new());
        for change in round {
            match (&change, index(&change)) {
                (Change::Gone(_), Some(index)) => {
                    self.gone.insert(index, change);
                }
                (Change::New { .. }, Some(index)) => {
                    // Another of the same index.
                    sorted.extend(self.gone.remove(&index));
                    sorted.push(change);
                }
                (_, None) => carried.push(change),
            }
        }
        sorted.extend(std::mem::replace(&mut self.carried, carried));
        sorted
    }

    /// What is left when a round has brought nothing.
    pub(super) fn rest(&mut self) -> Vec<Change> {
        let mut rest = std::mem::take(&mut self.carried);
        rest.extend(std::mem::take(&mut self.gone).into_values());
        rest
    }
}

/// Of a link.
fn index(change: &Change) -> Option<u32> {
    match change {
        Change::New {
            item: Item::Interface(link),
            ..
        }
        | Change::Gone(Item::Interface(link)) => Some(link.index()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::notify::samples::{address, gone, lines, link, new};
    use crate::notify::table::Table;

    /// What is told of these rounds, each a list of what was received.
    fn told(rounds: Vec<Vec<Change>>) -> Vec<String> {
        let (mut order, mut table) = (Order::default(), Table::of([]));
        let mut events = Vec::new();
        let sorted: Vec<_> = rounds.into_iter().map(|round| order.sort(round)).collect();
        for change in sorted.into_iter().flatten().chain(order.rest()) {
            table.apply(change, &mut events);
        }
        lines(&events)
    }

    const ALL: [&str; 6] = [
        "+ link2",
        "+ 10.0.0.1",
        "change 10.0.0.1",
        "- 10.0.0.1",
        "change 10.0.0.1",
        "- link2",
    ];

    #[test]
    fn an_address_is_found_before_its_link() {
        let came = || new(address(2, 1));
        let went = || gone(address(2, 1));
        let plumbed = || new(link(2, true));
        let unplumbed = || gone(link(2, true));
        assert_eq!(
            told(vec![vec![came(), went(), plumbed(), unplumbed()]]),
            ALL
        );
        assert_eq!(
            told(vec![vec![came(), went()], vec![plumbed(), unplumbed()]]),
            ALL
        );
        assert_eq!(
            told(vec![vec![came()], vec![plumbed(), unplumbed(), went()]]),
            ALL
        );
        assert_eq!(
            told(vec![vec![plumbed(), unplumbed(), came()], vec![went()]]),
            ALL
        );
    }

    #[test]
    fn another_link_of_the_same_index_is_another() {
        let rounds = vec![
            vec![new(link(2, true)), gone(link(2, true))],
            vec![new(link(2, false))],
        ];
        assert_eq!(told(rounds), ["+ link2", "- link2", "+ link2"]);
    }
}
