//! A callback on the list, and calls of it.

use std::any::TypeId;
use std::panic::{self, AssertUnwindSafe};
use std::sync::Arc;

use super::notice::{Item, Notice, Notify};
use crate::callback;

/// A callback on the list.
pub(super) struct Subscriber {
    pub(super) who: Who,
    pub(super) callback: Callback,
    /// The number of the first event that it has not been told of.
    pub(super) next: u64,
    /// While it is told of what exists: all of that, and how much it knows.
    pub(super) replay: Option<(Arc<[Item]>, usize)>,
    /// What its first panic said.
    pub(super) failure: Option<String>,
}

/// Which callback.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Who {
    /// Its type, of which there is one at a time.
    pub(super) kind: TypeId,
    /// The number of its registration; `None` stands for any.
    pub(super) number: Option<u64>,
}

#[derive(Clone)]
pub(super) struct Callback {
    function: Arc<dyn Notify>,
    name: &'static str,
}

impl Who {
    /// Whether `other`, which is on the list, is meant.
    pub(super) fn means(self, other: Self) -> bool {
        self.kind == other.kind && (self.number.is_none() || self.number == other.number)
    }
}

impl Callback {
    pub(super) fn new<C: Notify>(function: C) -> Self {
        Self {
            function: Arc::new(function),
            name: std::any::type_name::<C>(),
        }
    }

    /// Tells it.
    ///
    /// # Errors
    ///
    /// It panicked: what it said.
    pub(super) fn call(&self, notice: &Notice) -> Result<(), String> {
        panic::catch_unwind(AssertUnwindSafe(|| self.function.notify(notice)))
            .map_err(|payload| format!("`{}` panicked: {}", self.name, callback::said(payload)))
    }
}
