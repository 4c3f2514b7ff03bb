//! What a test costs that does nothing but be in a namespace: on a thread with
//! and without views, and in a process, against a hand-written thread ("floor").
//!
//! ```text
//! cargo bench -p netns-test --bench enter
//! ```
//!
//! For an ordinary user all of them run below a user namespace. How these
//! numbers add up in a test binary is what `whole_process` of
//! `netns-test-tests` measures.

#[cfg(target_os = "linux")]
mod floor;

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
    use std::hint::black_box;
    use std::process::ExitCode;
    use std::sync::atomic::{AtomicU64, Ordering};
    use std::thread;
    use std::time::Duration;

    use criterion::Criterion;
    use netns_test::__private::{Isolation, Test, run};

    use crate::floor;

    const SAMPLES: usize = 30;
    const TIME: Duration = Duration::from_secs(3);

    pub(crate) fn main() {
        if is_server() {
            return serve();
        }
        let mut criterion = Criterion::default()
            .sample_size(SAMPLES)
            .measurement_time(TIME)
            .configure_from_args();
        let mut group = criterion.benchmark_group("enter");
        group.bench_function("floor", |bencher| {
            bencher.iter(|| floor::run("floor", || {}));
        });
        for (name, settings) in SETTINGS {
            group.bench_function(name, |bencher| {
                bencher.iter(|| black_box(run(another_test(settings))));
            });
        }
        group.finish();
        criterion.final_summary();
    }

    type Settings = fn(Test) -> Test;

    const SETTINGS: [(&str, Settings); 3] = [
        ("thread", |test| test.isolation(Isolation::Thread)),
        ("thread, views = false", |test| {
            test.isolation(Isolation::Thread).views(false)
        }),
        ("process", |test| test.isolation(Isolation::Process)),
    ];

    /// A test that this process has not run: it runs none twice, so each has a
    /// name of its own, which lives as long as the process, as a literal would.
    fn another_test(settings: Settings) -> &'static Test {
        static NUMBER: AtomicU64 = AtomicU64::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let path = Box::leak(format!("enter::t{number}").into_boxed_str());
        Box::leak(Box::new(settings(Test::new(path, |_| ExitCode::SUCCESS))))
    }

    /// Whether this is the fork server of the process that measures.
    fn is_server() -> bool {
        std::env::var_os("NETNS_TEST_SERVE").is_some()
    }

    /// Runs a test as libtest would: on a thread, which finds that it is to serve.
    fn serve() {
        let test = || {
            run(another_test(|test| test));
        };
        thread::spawn(test).join().expect("a server does not panic");
    }
}
