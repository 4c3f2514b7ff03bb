//! Where callbacks run.

use netns_test::{NetNs, instance, netns_test};
use netns_test_tests::proof;

use crate::fixtures::{Create, Destroy, Log, Noting, Shutdown, namespace, number};

fn run_inside(name: &str, ns: &NetNs) {
    let before = proof::here();
    let log = Log::default();
    let registration = instance::register(name, Noting::new("it", &log)).unwrap();
    let (new, netid) = namespace();
    let place = new.id().to_string();
    assert_ne!(place, before);
    new.close().unwrap();
    registration.unregister().unwrap();
    for (netid, place) in [(netid, place), (number(ns), ns.id().to_string())] {
        let calls = log.calls(&[netid]);
        let steps: Vec<_> = calls.iter().map(|call| call.step).collect();
        assert_eq!(steps, [Create, Shutdown, Destroy]);
        for call in calls {
            assert_eq!(call.here, place, "{:?}", call.step);
            assert_eq!(call.process, std::process::id(), "{:?}", call.step);
        }
    }
    assert_eq!(proof::here(), before, "the caller does not move");
}

#[netns_test]
fn in_the_namespace(ns: &NetNs) {
    run_inside("in_the_namespace", ns);
}

#[netns_test(isolation = "process")]
fn in_the_process_of_the_test(ns: &NetNs) {
    run_inside("in_the_process_of_the_test", ns);
}

/// The namespace of a test ends as any other, after the body.
#[netns_test]
#[ignore = "run by a test, which sees the end"]
fn leaves_one_behind(ns: &NetNs) {
    let netid = number(ns);
    let tells = Noting::with("it", &Log::default(), move |step, other| {
        if other == netid {
            println!("{step:?} in {}", proof::here());
        }
    });
    instance::register("leaves_one_behind", tells)
        .unwrap()
        .keep();
    println!("the body ends in {}", proof::here());
}

#[test]
fn in_the_end_of_a_test() {
    for isolation in ["auto", "process"] {
        let finished = netns_test_tests::rerun::Rerun::of("places::leaves_one_behind")
            .env("NETNS_TEST_ISOLATION", isolation)
            .arg("--nocapture")
            .run();
        let text = finished.stdout;
        assert!(finished.status.success(), "{isolation}: {text}");
        let told = text.lines().filter(|line| line.contains(" in net:["));
        let told: Vec<_> = told.filter_map(|line| line.split_once(" in ")).collect();
        let steps: Vec<_> = told.iter().map(|(step, _)| *step).collect();
        assert!(steps[0].ends_with("Create"), "{isolation}: {text}");
        assert_eq!(
            steps[1..],
            ["the body ends", "Shutdown", "Destroy"],
            "{isolation}: {text}"
        );
        assert!(
            told.iter().all(|(_, place)| *place == told[0].1),
            "{isolation}: {text}"
        );
    }
}
