//! What the threads do. Each has hooks and namespaces of its own, so that
//! every step makes sense, and meets the others in what the steps call.

use proptest::collection::vec;
use proptest::prelude::{Just, Strategy, any as anything, prop_oneof};

/// One list of steps for each thread.
pub(crate) type Plan = Vec<Vec<Step>>;

#[derive(Clone, Debug)]
pub(crate) enum Step {
    Register(Hook),
    /// The hook at this place among those that the thread has, if it has any.
    Unregister(usize),
    Create,
    /// Like [`Step::Unregister`].
    Destroy(usize),
}

#[derive(Clone, Debug)]
pub(crate) struct Hook {
    pub(crate) device: bool,
    /// Does not begin in namespaces whose number divides by this.
    pub(crate) refuses: Option<u64>,
}

pub(crate) fn any() -> impl Strategy<Value = Plan> {
    let refuses = prop_oneof![5 => Just(None), 1 => (2_u64..8).prop_map(Some)];
    let hook = (anything::<bool>(), refuses).prop_map(|(device, refuses)| Hook { device, refuses });
    let step = prop_oneof![
        3 => hook.prop_map(Step::Register),
        2 => anything::<usize>().prop_map(Step::Unregister),
        4 => Just(Step::Create),
        3 => anything::<usize>().prop_map(Step::Destroy),
    ];
    vec(vec(step, 1..12), 1..4)
}

/// Takes what a step means out of what the thread has.
pub(crate) fn pick<T>(from: &mut Vec<T>, place: usize) -> Option<T> {
    (!from.is_empty()).then(|| from.swap_remove(place % from.len()))
}
