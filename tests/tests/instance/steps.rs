//! The steps of one registration in one namespace.

use std::sync::{Arc, Mutex};
use std::thread;

use netns_test::instance::{self, Instance};
use netns_test::{ErrorKind, NetId, netns_test};
use netns_test_tests::state::wait_until;

use crate::fixtures::{Create, Destroy, Log, Noting, Shutdown, error, namespace};

/// IP instances, 5: shutdown waits for a create that is under way, and destroy for both.
#[netns_test]
fn shutdown_waits_for_create() {
    let log = Log::default();
    let (ns, netid) = namespace();
    let finished = Arc::new(Mutex::new(Vec::new()));
    let callbacks = {
        let (log, finished) = (log.clone(), Arc::clone(&finished));
        Noting::with("it", &log.clone(), move |step, other| {
            if other != netid {
                return;
            }
            if step == Create {
                // The other thread has begun to end the namespace.
                wait_until("the end has begun", || {
                    netid.open().is_err_and(|e| e.kind() == ErrorKind::ShutDown)
                });
                // As long as this takes, nothing else may begin.
                for _ in 0..100 {
                    thread::yield_now();
                    assert_eq!(log.steps(&[netid]), [(Create, netid)]);
                }
            }
            finished
                .lock()
                .unwrap()
                .push((step, log.steps(&[netid]).len()));
        })
    };
    let is_created = || !log.steps(&[netid]).is_empty();
    thread::scope(|scope| {
        scope.spawn(move || {
            wait_until("create is under way", is_created);
            ns.close().unwrap();
        });
        let registration = instance::register("shutdown_waits_for_create", callbacks).unwrap();
        wait_until("it is destroyed", || finished.lock().unwrap().len() == 3);
        registration.unregister().unwrap();
    });
    let expected = [(Create, 1), (Shutdown, 2), (Destroy, 3)];
    assert_eq!(
        *finished.lock().unwrap(),
        expected,
        "none began before the last had ended"
    );
}

/// IP instances, 5: where the end comes while create is still needed, create
/// runs first, and not again.
#[netns_test]
fn what_was_not_created_is_created_before_its_shutdown() {
    let log = Log::default();
    let (old, oldest) = namespace();
    let (_new, newest) = namespace();
    let old = Mutex::new(Some(old));
    // The newest is created first, and the other one ends meanwhile.
    let callbacks = Noting::with("it", &log, move |step, netid| {
        if (step, netid) == (Create, newest) {
            let old = old.lock().unwrap().take().unwrap();
            old.close().unwrap();
        }
    });
    let name = "what_was_not_created_is_created_before_its_shutdown";
    let registration = instance::register(name, callbacks).unwrap();
    let expected = [
        (Create, newest),
        (Create, oldest),
        (Shutdown, oldest),
        (Destroy, oldest),
    ];
    assert_eq!(log.steps(&[oldest, newest]), expected);
    registration.unregister().unwrap();
    assert_eq!(log.steps(&[oldest]).len(), 3, "each once");
}

/// IP instances, 6: where there is no shutdown, it counts as done.
#[netns_test(isolation = "process")]
fn shutdown_is_optional() {
    struct WithoutShutdown(Log);

    impl Instance for WithoutShutdown {
        type State = ();

        fn create(&self, netid: NetId) {
            self.0.note("it", Create, netid);
        }

        fn destroy(&self, netid: NetId, (): ()) {
            self.0.note("it", Destroy, netid);
        }
    }

    let log = Log::default();
    let registration =
        instance::register("shutdown_is_optional", WithoutShutdown(log.clone())).unwrap();
    let (ns, netid) = namespace();
    ns.close().unwrap();
    assert_eq!(log.steps(&[netid]), [(Create, netid), (Destroy, netid)]);
    let statistics = registration.statistics();
    assert_eq!(
        (
            statistics.created,
            statistics.shut_down,
            statistics.destroyed
        ),
        (2, 1, 1)
    );
    registration.unregister().unwrap();
}

/// IP instances, 7: shutdown sees what create returned, and destroy gets it.
#[netns_test]
fn the_state_goes_from_create_to_destroy() {
    type Seen = (NetId, usize, &'static str);

    #[derive(Clone, Default)]
    struct Lends(Arc<Mutex<Vec<Seen>>>);

    /// Known by its address.
    struct State(Box<u8>);

    impl State {
        fn address(&self) -> usize {
            (&raw const *self.0).addr()
        }
    }

    impl Lends {
        fn note(&self, netid: NetId, state: &State, step: &'static str) {
            self.0.lock().unwrap().push((netid, state.address(), step));
        }
    }

    impl Instance for Lends {
        type State = State;

        fn create(&self, netid: NetId) -> State {
            let state = State(Box::new(1));
            self.note(netid, &state, "create");
            state
        }

        fn shutdown(&self, netid: NetId, state: &State) {
            self.note(netid, state, "shutdown");
        }

        fn destroy(&self, netid: NetId, state: State) {
            self.note(netid, &state, "destroy");
        }
    }

    let lends = Lends::default();
    let registration =
        instance::register("the_state_goes_from_create_to_destroy", lends.clone()).unwrap();
    let (one, first) = namespace();
    let (two, second) = namespace();
    let of = |netid| {
        let seen = lends.0.lock().unwrap();
        let own = seen.iter().filter(|(other, ..)| *other == netid);
        own.map(|(_, address, step)| (*address, *step))
            .collect::<Vec<_>>()
    };
    let (state, other) = (of(first)[0].0, of(second)[0].0);
    assert_ne!(state, other, "each namespace has its own");
    one.close().unwrap();
    two.close().unwrap();
    for (netid, state) in [(first, state), (second, other)] {
        let expected = ["create", "shutdown", "destroy"].map(|step| (state, step));
        assert_eq!(of(netid), expected);
    }
    registration.unregister().unwrap();
    let refused = error(instance::unregister(
        "the_state_goes_from_create_to_destroy",
    ));
    assert_eq!(refused.kind(), ErrorKind::NotFound);
}
