//! What hooks cost: making a namespace with 16 registered hooks, against
//! making one without; the same with its end; and a whole test on a thread.
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
    use std::process::ExitCode;
    use std::sync::atomic::{AtomicU64, Ordering};
    use std::time::{Duration, Instant};

    use criterion::{BatchSize, Criterion};
    use netns_test::__private::{Isolation, Test, run};
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

    /// How long it took to make a namespace, to close it, and to run a test.
    #[derive(Default)]
    struct Times {
        make: Vec<Duration>,
        close: Vec<Duration>,
        test: Vec<Duration>,
    }

    fn take_turns() {
        let (mut without, mut with) = (Times::default(), Times::default());
        for _ in 0..ROUNDS {
            measure(&mut without);
            let hooks = register();
            measure(&mut with);
            drop(hooks);
        }
        let both = |times: &Times| -> Vec<_> {
            let pairs = times.make.iter().zip(&times.close);
            pairs.map(|(make, close)| *make + *close).collect()
        };
        compare("make and close", &mut both(&without), &mut both(&with));
        compare("make", &mut without.make, &mut with.make);
        compare("close", &mut without.close, &mut with.close);
        compare("a test", &mut without.test, &mut with.test);
    }

    fn measure(times: &mut Times) {
        for _ in 0..EACH {
            let begin = Instant::now();
            let ns = make();
            times.make.push(begin.elapsed());
            let begin = Instant::now();
            ns.close().expect("its hooks do not fail");
            times.close.push(begin.elapsed());
            let test = another_test();
            let begin = Instant::now();
            run(test);
            times.test.push(begin.elapsed());
        }
    }

    /// A test that this process has not run: it runs none twice, so each has a
    /// name of its own, which lives as long as the process, as a literal would.
    fn another_test() -> &'static Test {
        static NUMBER: AtomicU64 = AtomicU64::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let path = Box::leak(format!("hooks::t{number}").into_boxed_str());
        let test = Test::new(path, |_| ExitCode::SUCCESS);
        Box::leak(Box::new(test.isolation(Isolation::Thread)))
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
