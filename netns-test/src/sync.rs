//! The primitives of what is synchronised by hand. A test that includes such a
//! file puts a model checker's in their place.

pub(crate) use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
