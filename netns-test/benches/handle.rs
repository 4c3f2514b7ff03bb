//! What it costs to be in a namespace by its handle: `run` against a bare
//! scoped thread that calls setns(2), and `enter` plus drop against two calls
//! of setns(2).
//!
//! ```text
//! cargo bench -p netns-test --bench handle
//! ```
//!
//! After criterion's numbers it prints the two ratios that are promised, each
//! measured in turns with its floor, so that a busy machine slows both.

#[cfg(target_os = "linux")]
netns_test::enter_user_namespace!();

#[cfg(target_os = "linux")]
fn main() {
    linux::main();
}

#[cfg(not(target_os = "linux"))]
fn main() {}

#[cfg(target_os = "linux")]
mod linux {
    use std::fs::File;
    use std::hint::black_box;
    use std::thread;
    use std::time::{Duration, Instant};

    use criterion::Criterion;
    use netns_test::NetNs;
    use nix::sched::{CloneFlags, setns};

    const SAMPLES: usize = 50;
    const TIME: Duration = Duration::from_secs(3);

    pub(crate) fn main() {
        // An ordinary user's first namespace is outside of the user namespace, and can't be
        // entered again; so all is measured in one that can.
        let home = NetNs::new().expect("a namespace to start from");
        home.run(measure).expect("it can be entered");
    }

    fn measure() {
        let ns = NetNs::new().expect("a namespace to go to");
        let home = File::open("/proc/thread-self/ns/net").expect("the namespace of this thread");
        let thread = || {
            thread::scope(|scope| {
                let inside = || setns(&ns, CloneFlags::CLONE_NEWNET);
                scope.spawn(inside).join().expect("it does not panic")
            })
            .expect("it can be entered");
        };
        let run = || ns.run(|| ()).expect("it can be entered");
        let two_setns = || {
            setns(&ns, CloneFlags::CLONE_NEWNET).expect("it can be entered");
            setns(&home, CloneFlags::CLONE_NEWNET).expect("there is a way back");
        };
        let enter = || drop(black_box(ns.enter().expect("it can be entered")));

        let mut criterion = Criterion::default()
            .sample_size(SAMPLES)
            .measurement_time(TIME)
            .configure_from_args();
        let mut group = criterion.benchmark_group("handle");
        group.bench_function("floor: thread and setns", |bencher| bencher.iter(thread));
        group.bench_function("run", |bencher| bencher.iter(run));
        group.bench_function("floor: two setns", |bencher| bencher.iter(two_setns));
        group.bench_function("enter and drop", |bencher| bencher.iter(enter));
        group.finish();
        criterion.final_summary();

        promise("run / (thread and setns)", 1.3, 50, thread, run);
        promise("(enter and drop) / two setns", 3.0, 500, two_setns, enter);
    }

    /// Prints the median of the ratios of many batches, and what was promised.
    fn promise(name: &str, most: f64, batch: u32, floor: impl Fn(), ours: impl Fn()) {
        const BATCHES: usize = 101;
        let time = |f: &dyn Fn()| {
            let start = Instant::now();
            (0..batch).for_each(|_| f());
            start.elapsed().as_secs_f64()
        };
        let mut ratios: Vec<_> = (0..BATCHES)
            .map(|number| {
                // Whoever comes first in turns has no advantage.
                if number % 2 == 0 {
                    let floor = time(&floor);
                    time(&ours) / floor
                } else {
                    let ours = time(&ours);
                    ours / time(&floor)
                }
            })
            .collect();
        ratios.sort_unstable_by(f64::total_cmp);
        let median = ratios[BATCHES / 2];
        let verdict = if median <= most { "kept" } else { "broken" };
        println!("{name}: {median:.2}, promised {most:.2}: {verdict}");
    }
}
