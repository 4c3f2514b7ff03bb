//! IP instances: what is created, shut down and destroyed in every namespace,
//! and what it counts there. One test for each numbered statement on them.

mod end;
mod fixtures;
mod kstats;
mod leftovers;
mod locks;
mod model;
mod not_entered;
mod notifiers;
mod order;
mod panics;
mod places;
mod races;
mod reentrance;
mod registering;
mod steps;
mod unregistering;
