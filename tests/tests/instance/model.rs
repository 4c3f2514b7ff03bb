//! Random programs of registrations and namespaces, against a model of what
//! has to be called.

mod at_once;
mod one_by_one;

use proptest::collection::vec;
use proptest::prelude::{Strategy, prop_oneof};
use proptest::test_runner::{Config, TestRunner};

/// How many names there are, and how many places for namespaces.
const PLACES: usize = 4;

#[derive(Clone, Copy, Debug)]
enum Operation {
    Register(usize),
    Unregister(usize),
    Create(usize),
    Close(usize),
}

fn operations(most: usize) -> impl Strategy<Value = Vec<Operation>> {
    let operation = prop_oneof![
        (0..PLACES).prop_map(Operation::Register),
        (0..PLACES).prop_map(Operation::Unregister),
        (0..PLACES).prop_map(Operation::Create),
        (0..PLACES).prop_map(Operation::Close),
    ];
    vec(operation, 1..most)
}

/// Runs `test` on so many values of `strategy`, and panics with the least that fails.
fn check<S: Strategy>(cases: u32, strategy: &S, test: impl Fn(S::Value)) {
    let config = Config {
        cases,
        failure_persistence: None,
        max_shrink_iters: 100,
        ..Config::default()
    };
    let checked = TestRunner::new(config).run(strategy, |value| {
        test(value);
        Ok(())
    });
    if let Err(error) = checked {
        panic!("{error}");
    }
}
