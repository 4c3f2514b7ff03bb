//! What hooks cost: making a namespace with 16 registered hooks, against
//! making one without; and the same with its end.
//!
//! ```text
//! cargo bench -p netns-test --bench hooks
//! ```
//!
//! For an ordinary user it runs below a user namespace. The ratio comes from
//! medians of rounds that take turns, since what a namespace costs drifts.

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
    use std::error::Error;
    use std::time::{Duration, Instant};

    use criterion::{BatchSize, Criterion};
    use netns_test::NetNs;
    use netns_test::pernet::{Pernet, Registration, register_device, register_subsys};

    const HOOKS: u64 = 16;
    const SAMPLES: usize = 30;
    const TIME: Duration = Duration::from_secs(3);
    const ROUNDS: u32 = 60;
    const EACH: u32 = 10;

    /// A hook that does what hooks do beside their work.
    struct Hook(u64);

    impl Pernet for Hook {
        type Value = u64;

        fn init(&self, ns: &NetNs) -> Result<u64, Box<dyn Error + Send + Sync>> {
            Ok(self.0 + u64::from(ns.netid().is_some()))
        }
    }

    fn register() -> Vec<Registration<Hook>> {
        let half = HOOKS / 2;
        let subsystems = (0..half).map(|number| register_subsys(Hook(number)));
        let devices = (half..HOOKS).map(|number| register_device(Hook(number)));
        let all: Result<_, _> = subsystems.chain(devices).collect();
        all.expect("no namespace lives")
    }

    fn make() -> NetNs {
        NetNs::new().expect("namespaces can be had here")
    }

    pub(crate) fn main() {
        let mut criterion = Criterion::default()
            .sample_size(SAMPLES)
            .measurement_time(TIME)
            .configure_from_args();
        let mut group = criterion.benchmark_group("hooks");
        for (name, with_hooks) in [("make, none", false), ("make, 16", true)] {
            let _hooks = with_hooks.then(register);
            group.bench_function(name, |bencher| {
                bencher.iter_batched(|| (), |()| make(), BatchSize::PerIteration);
            });
        }
        for (name, with_hooks) in [
            ("make and close, none", false),
            ("make and close, 16", true),
        ] {
            let _hooks = with_hooks.then(register);
            group.bench_function(name, |bencher| bencher.iter(|| make().close()));
        }
        group.finish();
        criterion.final_summary();
        take_turns();
    }

    /// How long it took to make a namespace, and to close it.
    type Times = (Vec<Duration>, Vec<Duration>);

    fn take_turns() {
        let (mut without, mut with) = (Times::default(), Times::default());
        for _ in 0..ROUNDS {
            measure(&mut without);
            let hooks = register();
            measure(&mut with);
            drop(hooks);
        }
        compare("make", &mut without.0, &mut with.0);
        compare("close", &mut without.1, &mut with.1);
        let sum = |times: &Times| -> Vec<_> {
            times
                .0
                .iter()
                .zip(&times.1)
                .map(|(make, close)| *make + *close)
                .collect()
        };
        compare("both", &mut sum(&without), &mut sum(&with));
    }

    fn measure(times: &mut Times) {
        for _ in 0..EACH {
            let begin = Instant::now();
            let ns = make();
            times.0.push(begin.elapsed());
            let begin = Instant::now();
            ns.close().expect("its hooks do not fail");
            times.1.push(begin.elapsed());
        }
    }

    fn compare(what: &str, without: &mut [Duration], with: &mut [Duration]) {
        let (without, with) = (median(without), median(with));
        let ratio = with.as_secs_f64() / without.as_secs_f64();
        println!("{what}: {without:?} without hooks, {with:?} with {HOOKS}: ratio {ratio:.3}");
    }

    fn median(times: &mut [Duration]) -> Duration {
        times.sort_unstable();
        times[times.len() / 2]
    }
}
