//! What a user writes: the callbacks of one registration.

use std::error::Error;
use std::sync::Arc;

use crate::netns::NetNs;

/// Callbacks for every namespace that this crate makes in this process, and a
/// value that each of them gets: the kernel's `struct pernet_operations`.
///
/// They are called on a thread that is in the namespace, `exit_batch` apart,
/// and that is not used for anything else afterwards, a test's own thread
/// apart. Callbacks for different namespaces run at the same time; for one
/// namespace they never do.
///
/// In a callback, registering, unregistering and [`NetNs::new`] are refused
/// ([`ErrorKind::Deadlock`](crate::ErrorKind::Deadlock)), since they wait for all
/// callbacks to return. Handles and registrations that a callback drops, or
/// that are dropped with a value, end right after the callbacks. So they do in
/// [`NetNs::run`]; but a callback must not wait for another thread that does
/// such a thing.
///
/// # References
///
/// `include/net/net_namespace.h`
pub trait Pernet: Send + Sync + 'static {
    /// What belongs to one namespace: what the kernel keeps under `id` and `size`.
    type Value: Send + Sync + 'static;

    /// A namespace begins. It is published when all have returned a value.
    ///
    /// # Errors
    ///
    /// An error, like a panic, is that of the operation, which is undone:
    /// neither the namespace nor the registration comes about.
    fn init(&self, ns: &NetNs) -> Result<Self::Value, Box<dyn Error + Send + Sync>>;

    /// A namespace ends, and every other hook still has its value: stop
    /// what works on it. Called for all before `exit` is called for any.
    fn pre_exit(&self, ns: &NetNs, value: &Self::Value) {
        let _ = (ns, value);
    }

    /// A namespace ends, and nobody works on it: undo what `init` did. Who
    /// asked for the value before may still hold it.
    fn exit(&self, ns: &NetNs, value: &Self::Value) {
        let _ = (ns, value);
    }

    /// Namespaces ended, which may be one or all that died at a time: called once for
    /// them, after `exit` was called for each. The thread is in none that can be relied upon.
    fn exit_batch(&self, batch: &[(&NetNs, &Self::Value)]) {
        let _ = batch;
    }
}

/// What can be registered: operations, or an [`Arc`] of them where others hold them, too.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be registered",
    label = "neither a `Pernet` nor an `Arc` of one"
)]
pub trait IntoOps {
    /// The operations.
    type Ops: Pernet;

    /// They, shared with the list.
    fn into_ops(self) -> Arc<Self::Ops>;
}

#[diagnostic::do_not_recommend]
impl<P: Pernet> IntoOps for P {
    type Ops = P;

    fn into_ops(self) -> Arc<P> {
        Arc::new(self)
    }
}

#[diagnostic::do_not_recommend]
impl<P: Pernet> IntoOps for Arc<P> {
    type Ops = P;

    fn into_ops(self) -> Self {
        self
    }
}
