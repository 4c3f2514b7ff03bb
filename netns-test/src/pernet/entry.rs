//! One registration as the list has it, and the values that it has in namespaces.

use std::any::{self, Any};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::callback::{self, BoxError};
use crate::error::{Error, ErrorKind};
use crate::netns::NetNs;
use crate::pernet::Pernet;

/// Any [`Pernet::Value`].
pub(super) type Value = Arc<dyn Any + Send + Sync>;

/// A registration.
pub(super) struct Entry {
    /// Never given to another.
    number: u64,
    pub(super) name: &'static str,
    ops: Box<dyn Ops>,
}

impl Entry {
    pub(super) fn new<P: Pernet>(ops: &Arc<P>) -> Self {
        static LAST: AtomicU64 = AtomicU64::new(0);
        Self {
            number: LAST.fetch_add(1, Ordering::Relaxed) + 1,
            name: any::type_name::<P>(),
            ops: Box::new(Typed(Arc::clone(ops))),
        }
    }

    /// Whether these are its operations: the same ones, not equal ones.
    pub(super) fn is_of<P>(&self, ops: &Arc<P>) -> bool {
        self.ops.address() == Arc::as_ptr(ops).cast()
    }

    /// Calls `init` in `ns`, where the calling thread is, and keeps the value.
    ///
    /// # Errors
    ///
    /// `init` failed, and there is no value.
    pub(super) fn init(&self, ns: &NetNs) -> Result<(), Error> {
        let value = callback::call(|| self.ops.init(ns))
            .and_then(|returned| returned)
            .map_err(|error| {
                let what = format!(
                    "run `init` of `{}` in network namespace {}",
                    self.name,
                    ns.id()
                );
                Error::new(ErrorKind::Callback, what).with_source(callback::cause(error))
            })?;
        lock(&values(ns).0).push((self.number, value));
        Ok(())
    }

    /// The value that `init` returned for `ns`, until it is taken.
    pub(super) fn value(&self, ns: &NetNs) -> Option<Value> {
        let values = values(ns);
        let values = lock(&values.0);
        let found = values.iter().find(|(number, _)| *number == self.number)?;
        Some(Arc::clone(&found.1))
    }

    pub(super) fn take_value(&self, ns: &NetNs) -> Option<Value> {
        let values = values(ns);
        let mut values = lock(&values.0);
        let index = values
            .iter()
            .position(|(number, _)| *number == self.number)?;
        Some(values.remove(index).1)
    }

    pub(super) fn ops(&self) -> &dyn Ops {
        &*self.ops
    }
}

/// What a namespace keeps for this module, by the number of the registration.
#[derive(Default)]
struct Values(Mutex<Vec<(u64, Value)>>);

fn values(ns: &NetNs) -> Arc<Values> {
    ns.life().part()
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// [`Pernet`] with any value.
pub(super) trait Ops: Send + Sync {
    fn address(&self) -> *const ();
    fn init(&self, ns: &NetNs) -> Result<Value, BoxError>;
    fn pre_exit(&self, ns: &NetNs, value: &Value);
    fn exit(&self, ns: &NetNs, value: &Value);
    fn exit_batch(&self, batch: &[(&NetNs, &Value)]);
}

struct Typed<P>(Arc<P>);

impl<P: Pernet> Ops for Typed<P> {
    fn address(&self) -> *const () {
        Arc::as_ptr(&self.0).cast()
    }

    fn init(&self, ns: &NetNs) -> Result<Value, BoxError> {
        Ok(Arc::new(self.0.init(ns)?))
    }

    fn pre_exit(&self, ns: &NetNs, value: &Value) {
        self.0.pre_exit(ns, typed::<P>(value));
    }

    fn exit(&self, ns: &NetNs, value: &Value) {
        self.0.exit(ns, typed::<P>(value));
    }

    fn exit_batch(&self, batch: &[(&NetNs, &Value)]) {
        let batch: Vec<_> = batch
            .iter()
            .map(|(ns, value)| (*ns, typed::<P>(value)))
            .collect();
        self.0.exit_batch(&batch);
    }
}

fn typed<P: Pernet>(value: &Value) -> &P::Value {
    value
        .downcast_ref()
        .expect("the value that its own `init` returned")
}
