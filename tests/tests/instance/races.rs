//! Registrations, namespaces and their ends at once, from several threads.

use std::sync::Barrier;
use std::thread;

use netns_test::{instance, netns_test};

use crate::fixtures::{Create, Destroy, Log, Noting, Shutdown, namespace};

const ROUNDS: usize = 12;

/// Whatever comes first, each namespace that hears of a registration hears all
/// of it, once, and in order.
#[netns_test]
fn of_registration_against_creation_and_end() {
    let log = Log::default();
    let start = Barrier::new(4);
    let namespaces = thread::scope(|scope| {
        let makers: Vec<_> = (0..2)
            .map(|_| {
                scope.spawn(|| {
                    start.wait();
                    let made = (0..ROUNDS).map(|_| {
                        let (ns, netid) = namespace();
                        ns.close().unwrap();
                        netid
                    });
                    made.collect::<Vec<_>>()
                })
            })
            .collect();
        for registrar in 0..2 {
            let (log, start) = (&log, &start);
            scope.spawn(move || {
                start.wait();
                for round in 0..ROUNDS {
                    let name = format!("races {registrar} {round}");
                    let callbacks = Noting::new(&name, log);
                    let registration = instance::register(name, callbacks).unwrap();
                    registration.unregister().unwrap();
                }
            });
        }
        let made = makers.into_iter().flat_map(|maker| maker.join().unwrap());
        made.collect::<Vec<_>>()
    });
    let mut heard = 0;
    for netid in namespaces {
        let calls = log.of(netid);
        let mut names: Vec<_> = calls.iter().map(|(name, _)| name).collect();
        names.sort_unstable();
        names.dedup();
        for name in names {
            let own = calls.iter().filter(|(other, _)| other == name);
            let steps: Vec<_> = own.map(|(_, step)| *step).collect();
            assert_eq!(steps, [Create, Shutdown, Destroy], "{name} in {netid}");
            heard += 1;
        }
    }
    println!("{heard} instances");
}

/// One name, many threads: one of them has it at a time.
#[netns_test]
fn for_a_name() {
    let log = Log::default();
    let (_ns, netid) = namespace();
    let start = Barrier::new(3);
    let registered: usize = thread::scope(|scope| {
        let threads = (0..3).map(|_| {
            scope.spawn(|| {
                start.wait();
                let tries = (0..ROUNDS).filter_map(|_| {
                    let callbacks = Noting::new("it", &log);
                    let registration = instance::register("for_a_name", callbacks).ok()?;
                    registration.unregister().unwrap();
                    Some(())
                });
                tries.count()
            })
        });
        let threads: Vec<_> = threads.collect();
        threads
            .into_iter()
            .map(|thread| thread.join().unwrap())
            .sum()
    });
    assert!(registered > 0);
    let steps = log.steps(&[netid]);
    let each = [(Create, netid), (Shutdown, netid), (Destroy, netid)];
    assert_eq!(steps, each.repeat(registered), "never two at a time");
}
