//! How a test comes into a namespace of its own.

pub(crate) mod before_main;
pub(crate) mod body;
pub(crate) mod enter;
mod limit;
pub(crate) mod pool;
pub(crate) mod process;
pub(crate) mod setup;
pub(crate) mod thread;
pub(crate) mod view;
