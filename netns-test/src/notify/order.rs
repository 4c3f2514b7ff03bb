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
