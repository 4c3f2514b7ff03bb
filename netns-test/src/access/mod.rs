//! What this machine lets this process do, and why not.

pub(crate) mod policy;
