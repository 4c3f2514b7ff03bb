//! What a user implements, and how it is kept without its type.

use std::any::Any;

use crate::netns::NetId;

/// What is to happen in every network namespace, when it comes and when it goes.
///
/// Each callback runs at most once for each namespace, and never two of one
/// namespace at a time: [`shutdown`](Instance::shutdown) after
/// [`create`](Instance::create), and [`destroy`](Instance::destroy) after both.
/// They run on a thread that is in the namespace: a socket that they open is
/// inside of it. No lock of this crate is held, so that they may register, unregister and make
/// namespaces themselves.
///
/// A panic is an error of that callback, with the text of the panic. The
/// others still run. Where `create` panicked there is no state, and the other
/// two are not called.
///
/// # What can't be written
///
/// Where illumos checks at run time, the type does: an instance without `create` or
/// `destroy`, or without a version, is none.
///
/// ```compile_fail,E0046
/// use netns_test::NetId;
/// use netns_test::instance::Instance;
///
/// struct WithoutDestroy;
///
/// impl Instance for WithoutDestroy {
///     type State = ();
///     fn create(&self, _: NetId) {}
/// }
/// ```
///
/// ```compile_fail,E0046
/// use netns_test::NetId;
/// use netns_test::instance::Instance;
///
/// struct WithoutCreate;
///
/// impl Instance for WithoutCreate {
///     type State = ();
///     fn destroy(&self, _: NetId, _: ()) {}
/// }
/// ```
///
/// And `create` returns a state, never nothing in its place:
///
/// ```compile_fail,E0053
/// use netns_test::NetId;
/// use netns_test::instance::Instance;
///
/// struct WithoutState;
///
/// impl Instance for WithoutState {
///     type State = u32;
///     fn create(&self, _: NetId) -> Option<u32> {
///         None
///     }
///     fn destroy(&self, _: NetId, _: u32) {}
/// }
/// ```
///
/// # References
///
/// `net_instance(9S)`
pub trait Instance: Send + Sync + 'static {
    /// What is kept for each namespace, from `create` to `destroy`.
    type State: Send + Sync + 'static;

    /// The namespace has come, or lived already at the registration
    /// (`nin_create`). The namespace is alive: [`NetId::open`] has a handle to it.
    fn create(&self, netid: NetId) -> Self::State;

    /// The namespace or the registration is about to go (`nin_shutdown`): what was
    /// attached to the namespace is to be detached. All others see the state
    /// still. Does nothing if it is not implemented.
    fn shutdown(&self, netid: NetId, state: &Self::State) {
        let _ = (netid, state);
    }

    /// Everyone's `shutdown` has run (`nin_destroy`): the state goes.
    fn destroy(&self, netid: NetId, state: Self::State);
}

/// A value of some [`Instance::State`].
pub(super) type State = Box<dyn Any + Send + Sync>;

/// An [`Instance`] of any state.
pub(super) trait Callbacks: Send + Sync {
    fn create(&self, netid: NetId) -> State;
    fn shutdown(&self, netid: NetId, state: &State);
    fn destroy(&self, netid: NetId, state: State);
}

const OWN: &str = "a state comes from the callbacks that it goes back to";

impl<T: Instance> Callbacks for T {
    fn create(&self, netid: NetId) -> State {
        Box::new(Instance::create(self, netid))
    }

    fn shutdown(&self, netid: NetId, state: &State) {
        Instance::shutdown(self, netid, (**state).downcast_ref().expect(OWN));
    }

    fn destroy(&self, netid: NetId, state: State) {
        Instance::destroy(self, netid, *state.downcast().expect(OWN));
    }
}
