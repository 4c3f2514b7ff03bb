//! A panic in a callback is an error of that step, and the others run.

use std::error::Error as _;

use netns_test::pernet::{Pernet, register_device, register_subsys};
use netns_test::{Error, ErrorKind, NetNs, netns_test};

use crate::recorder::{CALLBACKS, Callback, Log, netid};

fn cause(error: &Error) -> String {
    assert_eq!(error.kind(), ErrorKind::Callback);
    error.source().unwrap().to_string()
}

fn but_the_first(ns: &NetNs) -> bool {
    netid(ns) != "1"
}

/// In `init`: as if it had returned an error.
#[netns_test(isolation = "process")]
fn in_a_beginning() {
    let log = Log::default();
    let _a = register_subsys(log.ops("a")).unwrap();
    let panics = register_subsys(log.ops_that("panics", |callback, ns| {
        assert!(callback != Callback::Init || netid(ns) != "2", "no {}", 2);
        Ok(())
    }))
    .unwrap();
    log.take();
    let error = NetNs::new().unwrap_err();
    assert_eq!(cause(&error), "it panicked: no 2");
    let of_a = ["a pre_exit 2", "a exit 2", "a exit_batch 2", "a free 2"];
    assert_eq!(
        log.take(),
        [&["a init 2", "panics init 2"][..], &of_a].concat()
    );
    // It goes on.
    let ns = NetNs::new().unwrap();
    assert!(ns.pernet(&panics).is_some());
}

/// In a replay: the registration is undone.
#[netns_test(isolation = "process")]
fn in_a_replay() {
    let log = Log::default();
    let _ns = NetNs::new().unwrap();
    let error = register_subsys(log.ops_that("a", |callback, ns| {
        assert!(callback != Callback::Init || netid(ns) != "2");
        Ok(())
    }))
    .unwrap_err();
    assert!(cause(&error).starts_with("it panicked: assertion failed"));
    assert_eq!(
        log.take()[2..],
        ["a pre_exit 1", "a exit 1", "a exit_batch 1", "a free 1"]
    );
}

/// At the end: everything else runs, of the same operations, too, and `close` says it.
#[netns_test(isolation = "process")]
fn in_an_end() {
    for at in [Callback::PreExit, Callback::Exit, Callback::ExitBatch] {
        let log = Log::default();
        let _a = register_subsys(log.ops("a")).unwrap();
        let _b = register_subsys(log.ops_that("b", move |callback, ns| {
            assert!(callback != at || !but_the_first(ns), "as it should");
            Ok(())
        }))
        .unwrap();
        let _c = register_device(log.ops("c")).unwrap();
        let ns = NetNs::new().unwrap();
        let id = ns.id().to_string();
        log.take();
        let error = ns.close().unwrap_err();
        assert_eq!(cause(&error), "it panicked: as it should");
        let callback = ["pre_exit", "exit", "exit_batch"][at as usize - 1];
        assert_eq!(
            error.to_string(),
            format!("run `{callback}` of `pernet::recorder::Recorder` in network namespace {id}")
        );
        assert_eq!(log.take().len(), 12);
    }
}

/// One error for all that happened at the end of a namespace.
#[netns_test(isolation = "process")]
fn in_several_ends() {
    let log = Log::default();
    let panics = |name| {
        log.ops_that(name, move |callback, ns| {
            let at_the_end = callback == Callback::PreExit || callback == Callback::Exit;
            assert!(!at_the_end || !but_the_first(ns), "{name} {callback:?}");
            Ok(())
        })
    };
    let _a = register_subsys(panics("a")).unwrap();
    let _b = register_subsys(panics("b")).unwrap();
    let error = NetNs::new().unwrap().close().unwrap_err();
    assert_eq!(error.to_string(), "run 4 callbacks");
    let cause = cause(&error);
    for (name, callback) in [
        ("b", "PreExit"),
        ("a", "PreExit"),
        ("b", "Exit"),
        ("a", "Exit"),
    ] {
        let text = format!(": it panicked: {name} {callback}");
        assert!(cause.contains(&text), "{cause}");
    }
}

/// In the undoing of a failed beginning: the first error counts, and the hint has the others.
#[netns_test(isolation = "process")]
fn in_an_undoing() {
    let log = Log::default();
    let _a = register_subsys(log.ops_that("a", |callback, _| {
        assert_ne!(callback, Callback::Exit, "a is stuck");
        Ok(())
    }))
    .unwrap();
    let b = register_subsys(log.ops_that("b", |callback, ns| match callback {
        Callback::Init if but_the_first(ns) => Err("b does not begin".into()),
        _ => Ok(()),
    }))
    .unwrap();
    let error = NetNs::new().unwrap_err();
    assert_eq!(cause(&error), "b does not begin");
    assert!(error.hint().unwrap().contains("a is stuck"), "{error:?}");
    drop(b);
    drop(log);
}

/// When operations are unregistered: the error of `unregister`, and they are gone.
#[netns_test(isolation = "process")]
fn when_unregistered() {
    let log = Log::default();
    let _second = NetNs::new().unwrap();
    let a = register_subsys(log.ops_that("a", |callback, _| {
        assert_ne!(callback, Callback::Exit, "one more time");
        Ok(())
    }))
    .unwrap();
    let error = a.unregister().unwrap_err();
    assert_eq!(error.to_string(), "run 2 callbacks");
    assert_eq!(cause(&error).matches("one more time").count(), 2);
    log.take();
    NetNs::new().unwrap().close().unwrap();
    assert_eq!(log.take(), [""; 0]);
}

/// Even in the drop of a value.
#[netns_test(isolation = "process")]
fn in_the_drop_of_a_value() {
    struct Bad;
    struct Falls;

    impl Drop for Falls {
        fn drop(&mut self) {
            panic!("it falls");
        }
    }

    impl Pernet for Bad {
        type Value = Falls;

        fn init(&self, _: &NetNs) -> Result<Falls, Box<dyn std::error::Error + Send + Sync>> {
            Ok(Falls)
        }
    }

    let log = Log::default();
    let _a = register_subsys(log.ops("a")).unwrap();
    let bad = register_device(Bad).unwrap();
    let ns = NetNs::new().unwrap();
    log.take();
    let error = ns.close().unwrap_err();
    assert_eq!(cause(&error), "it panicked: it falls");
    assert!(
        error
            .to_string()
            .starts_with("run `drop` of `pernet::panics::"),
        "{error}"
    );
    assert_eq!(log.take().last().unwrap(), "a free 2");
    assert_eq!(
        cause(&bad.unregister().unwrap_err()),
        "it panicked: it falls"
    );
}

/// A payload that is no text is told as that.
#[netns_test(isolation = "process")]
fn with_something_else() {
    let _a = register_subsys(Log::default().ops_that("a", |callback, ns| {
        if callback == Callback::Exit && but_the_first(ns) {
            std::panic::panic_any(1);
        }
        Ok(())
    }))
    .unwrap();
    let error = NetNs::new().unwrap().close().unwrap_err();
    assert_eq!(cause(&error), "it panicked: with a value that is no text");
}

/// A callback that a panic of another one left out would show here.
#[netns_test(isolation = "process")]
fn in_every_callback_of_every_hook() {
    let log = Log::default();
    for at in CALLBACKS {
        let panics = |name| {
            log.ops_that(name, move |callback, ns| {
                assert!(callback != at || !but_the_first(ns));
                Ok(())
            })
        };
        let hooks = ["a", "b", "c"].map(|name| register_subsys(panics(name)).unwrap());
        log.take();
        let made = NetNs::new();
        assert_eq!(made.is_err(), at == Callback::Init);
        drop(made);
        let expected = if at == Callback::Init { 1 } else { 15 };
        assert_eq!(log.take().len(), expected, "{at:?}");
        drop(hooks);
    }
}
