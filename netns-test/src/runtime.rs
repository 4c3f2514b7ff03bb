//! The tokio runtime of a bare `async fn`, built inside the namespace.

use std::future::{self, Future};
use std::pin::pin;

use crate::backtrace::__rust_begin_short_backtrace;

/// Which scheduler, as tokio names them.
#[derive(Clone, Copy, Debug)]
pub enum Flavor {
    /// One thread: the body's.
    CurrentThread,
    /// Worker threads beside the body's.
    MultiThread,
}

/// What the attribute says about the runtime.
#[derive(Clone, Copy, Debug)]
pub struct Runtime {
    flavor: Flavor,
    worker_threads: Option<usize>,
    start_paused: bool,
}

impl Runtime {
    /// tokio's defaults for a test: the current thread, the clock running.
    #[expect(clippy::new_without_default, reason = "named by expansions only")]
    pub const fn new() -> Self {
        Self {
            flavor: Flavor::CurrentThread,
            worker_threads: None,
            start_paused: false,
        }
    }

    /// `flavor = "…"`
    #[must_use]
    pub const fn flavor(self, flavor: Flavor) -> Self {
        Self { flavor, ..self }
    }

    /// `worker_threads = …`
    #[must_use]
    pub const fn worker_threads(self, count: usize) -> Self {
        Self {
            worker_threads: Some(count),
            ..self
        }
    }

    /// `start_paused = …`
    #[must_use]
    pub const fn start_paused(self, start_paused: bool) -> Self {
        Self {
            start_paused,
            ..self
        }
    }

    /// Builds the runtime on the calling thread and runs `future` to its end.
    ///
    /// # Panics
    ///
    /// The runtime could not be built, or the future panicked.
    pub fn block_on<F: Future>(self, future: F) -> F::Output {
        let mut builder = match self.flavor {
            Flavor::CurrentThread => tokio::runtime::Builder::new_current_thread(),
            Flavor::MultiThread => tokio::runtime::Builder::new_multi_thread(),
        };
        if let Some(count) = self.worker_threads {
            builder.worker_threads(count);
        }
        builder
            .enable_all()
            .start_paused(self.start_paused)
            .build()
            .expect("failed to build the test's tokio runtime")
            .block_on(async move {
                let mut future = pin!(future);
                // The runtime is no more of the test's doing than what is around it.
                future::poll_fn(|context| {
                    __rust_begin_short_backtrace(|| future.as_mut().poll(context))
                })
                .await
            })
    }
}
