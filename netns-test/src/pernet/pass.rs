//! The passes over registrations and namespaces, in the kernel's order.

use std::os::fd::AsFd;
use std::sync::Arc;
use std::thread;

use crate::callback::{self, Continued, UnderWay};
use crate::error::{self, Error, ErrorKind};
use crate::netns::{NetNs, NetNsId};
use crate::pernet::entry::{Entry, Ops, Value};
use crate::pernet::failure::Failure;
use crate::sys::namespace;

/// The way of a thread from namespace to namespace: for callbacks, which are
/// called inside. It never goes back to where it came from.
pub(super) struct Traveller {
    at: Option<NetNsId>,
}

impl Traveller {
    /// The calling thread, which is in `ns`.
    pub(super) fn who_is_in(ns: &NetNs) -> Self {
        Self { at: Some(ns.id()) }
    }

    pub(super) fn go_to(&mut self, ns: &NetNs) -> Result<(), Error> {
        if self.at != Some(ns.id()) {
            self.at = None;
            namespace::enter_net(ns.as_fd()).map_err(|error| {
                Error::system(format!("enter network namespace {}", ns.id()), error)
            })?;
            self.at = Some(ns.id());
        }
        Ok(())
    }
}

/// Runs `f` on a thread that is nowhere yet and ends afterwards, as a part of the operation
/// that is under way here. It has the caller's name, with which the message of a panic begins.
///
/// # Errors
///
/// The thread can't be started.
pub(super) fn on_a_thread<T: Send>(f: impl FnOnce(Traveller) -> T + Send) -> Result<T, Error> {
    let operation = UnderWay::here();
    let builder = match thread::current().name() {
        Some(name) => thread::Builder::new().name(name.to_owned()),
        None => thread::Builder::new(),
    };
    thread::scope(|scope| {
        let body = || {
            let _continued = Continued::on_this_thread(operation);
            f(Traveller { at: None })
        };
        let thread = builder
            .spawn_scoped(scope, body)
            .map_err(|error| Error::new(ErrorKind::Process, "start a thread").with_source(error))?;
        Ok(thread
            .join()
            .unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
    })
}

/// Ends what `entries` began in the namespaces of `batch`, in passes:
/// `pre_exit` of all, then for each `exit` and `exit_batch`, then the values go.
/// Returns what failed for each namespace.
pub(super) fn exit(
    entries: &[Arc<Entry>],
    batch: &[NetNs],
    traveller: Traveller,
) -> Vec<Vec<Failure>> {
    let mut exits = Exits {
        batch,
        traveller,
        failures: vec![Vec::new(); batch.len()],
    };
    for entry in entries {
        exits.of_each(entry, "pre_exit", |ops, ns, value| ops.pre_exit(ns, value));
    }
    for entry in entries {
        exits.of_each(entry, "exit", |ops, ns, value| ops.exit(ns, value));
        exits.of_all(entry);
    }
    for entry in entries {
        exits.free(entry);
    }
    exits.failures
}

/// [`exit`], in the namespaces. For one that the calling thread is in, as at the end of a
/// test, this thread will do; for others, one goes from namespace to namespace. Where
/// none can be started there are no callbacks, but the values go.
pub(super) fn exit_inside(entries: &[Arc<Entry>], batch: &[NetNs]) -> Vec<Vec<Failure>> {
    let mut failures = vec![Vec::new(); batch.len()];
    if entries.is_empty() || batch.is_empty() {
        return failures;
    }
    if let [ns] = batch {
        if namespace::current_net_id().is_ok_and(|id| id == ns.id().numbers()) {
            return exit(entries, batch, Traveller::who_is_in(ns));
        }
    }
    on_a_thread(|traveller| exit(entries, batch, traveller)).unwrap_or_else(|error| {
        let cause = error::chain(&error);
        for entry in entries {
            for (ns, failures) in batch.iter().zip(&mut failures) {
                let value = entry.take_value(ns);
                let _ = callback::call(|| drop(value));
                failures.push(failure(entry, "exit", ns, cause.clone()));
            }
        }
        failures
    })
}

struct Exits<'a> {
    batch: &'a [NetNs],
    traveller: Traveller,
    /// As many as there are namespaces.
    failures: Vec<Vec<Failure>>,
}

impl Exits<'_> {
    /// Calls once for each namespace. Where it can't be entered there is no
    /// call, since that would be one in the wrong place.
    fn of_each(
        &mut self,
        entry: &Entry,
        callback: &'static str,
        call: impl Fn(&dyn Ops, &NetNs, &Value),
    ) {
        for (ns, failures) in self.batch.iter().zip(&mut self.failures) {
            let Some(value) = entry.value(ns) else {
                continue;
            };
            let called = match self.traveller.go_to(ns) {
                Ok(()) => callback::call(|| call(entry.ops(), ns, &value)),
                Err(error) => Err(error.into()),
            };
            if let Err(cause) = called {
                failures.push(failure(entry, callback, ns, error::chain(&*cause)));
            }
        }
    }

    /// Calls once for all.
    fn of_all(&mut self, entry: &Entry) {
        let values: Vec<_> = self
            .batch
            .iter()
            .filter_map(|ns| Some((ns, entry.value(ns)?)))
            .collect();
        let batch: Vec<_> = values.iter().map(|(ns, value)| (*ns, value)).collect();
        if batch.is_empty() {
            return;
        }
        if let Err(cause) = callback::call(|| entry.ops().exit_batch(&batch)) {
            let cause = error::chain(&*cause);
            for (ns, failures) in self.batch.iter().zip(&mut self.failures) {
                failures.push(failure(entry, "exit_batch", ns, cause.clone()));
            }
        }
    }

    fn free(&mut self, entry: &Entry) {
        for (ns, failures) in self.batch.iter().zip(&mut self.failures) {
            let value = entry.take_value(ns);
            if let Err(cause) = callback::call(|| drop(value)) {
                failures.push(failure(entry, "drop", ns, error::chain(&*cause)));
            }
        }
    }
}

fn failure(entry: &Entry, callback: &'static str, ns: &NetNs, cause: String) -> Failure {
    Failure {
        callback,
        name: entry.name,
        ns: ns.id(),
        cause,
    }
}
