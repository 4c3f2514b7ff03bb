//! What a capture costs a test: nothing if it is off, and as little as can be for a
//! test that passes and of which nothing is kept. Ratios to a hand-written thread
//! ("floor") of the same run.
//!
//! ```text
//! cargo bench -p netns-test --features capture --bench capture 2>/dev/null
//! ```
//!
//! Standard error has what is said of the captures that are kept.

#[cfg(target_os = "linux")]
mod floor;

#[cfg(target_os = "linux")]
fn main() {
    linux::main();
}

#[cfg(not(target_os = "linux"))]
fn main() {}

#[cfg(target_os = "linux")]
mod linux {
    use std::fs;
    use std::hint::black_box;
    use std::net::UdpSocket;
    use std::path::PathBuf;
    use std::process::ExitCode;
    use std::sync::atomic::{AtomicU64, Ordering};
    use std::thread;
    use std::time::{Duration, Instant};

    use netns_test::__private::{Body, Capture, Isolation, NetNs, Test, run};

    use crate::floor;

    /// The settings take turns, so that what else the machine does meets all of them.
    const ROUNDS: usize = 15;
    /// How many tests in a turn.
    const TESTS: u32 = 20;
    const SETTLE: Duration = Duration::from_millis(150);
    /// How many frames a talking body sends.
    const FRAMES: u32 = 100;

    pub(crate) fn main() {
        if is_server() {
            return serve();
        }
        println!("milliseconds a test, and ratio to the floor; medians of {ROUNDS}");
        let bodies: [(&str, Body, fn()); 2] = [
            ("nothing", black_box(BODIES[0]), || {}),
            ("100 datagrams", black_box(BODIES[1]), talk),
        ];
        for (title, body, by_hand) in bodies {
            let mut settings: Vec<Setting> = vec![(
                "floor".into(),
                Box::new(move || floor::run("floor", by_hand)),
            )];
            let isolations = [
                ("thread", Isolation::Thread),
                ("process", Isolation::Process),
            ];
            for (isolation, on) in isolations {
                for (name, capture) in [
                    ("off", Capture::Off),
                    ("on-failure", Capture::OnFailure),
                    ("always", Capture::Always),
                ] {
                    let name = format!("{isolation}, {name}");
                    let test = move || {
                        run(another_test(body).isolation(on).capture(capture).leak());
                    };
                    settings.push((name, Box::new(test)));
                }
            }
            println!("a body that sends {title}:");
            print(&settings);
        }
        remove_captures();
    }

    /// A name, and what runs one test.
    type Setting = (String, Box<dyn Fn()>);

    fn print(settings: &[Setting]) {
        let mut times = vec![Vec::new(); settings.len()];
        for _ in 0..ROUNDS {
            for ((_, test), times) in settings.iter().zip(&mut times) {
                // The kernel still frees what the turn before has used.
                thread::sleep(SETTLE);
                let start = Instant::now();
                (0..TESTS).for_each(|_| test());
                times.push(start.elapsed() / TESTS);
            }
        }
        let medians: Vec<Duration> = times
            .iter_mut()
            .map(|times| {
                times.sort_unstable();
                times[times.len() / 2]
            })
            .collect();
        for ((name, _), median) in settings.iter().zip(&medians) {
            let ratio = median.as_secs_f64() / medians[0].as_secs_f64();
            let milliseconds = median.as_secs_f64() * 1000.0;
            println!("  {name:20} {milliseconds:6.2} {ratio:6.2}");
        }
    }

    /// In one place: the process of a test finds its body by the distance to another one, and
    /// of a function there may be copies.
    static BODIES: [Body; 2] = [silent_test, talking_test];

    fn silent_test(_: &NetNs) -> ExitCode {
        ExitCode::SUCCESS
    }

    fn talking_test(_: &NetNs) -> ExitCode {
        talk();
        ExitCode::SUCCESS
    }

    fn talk() {
        let socket = UdpSocket::bind("127.0.0.1:0").expect("a socket");
        for _ in 0..FRAMES {
            socket
                .send_to(b"hello", "127.0.0.1:4001")
                .expect("lo is up");
        }
    }

    /// As a literal would live.
    trait Leak {
        fn leak(self) -> &'static Self;
    }

    impl Leak for Test {
        fn leak(self) -> &'static Self {
            Box::leak(Box::new(self))
        }
    }

    /// A test that this process has not run: it runs none twice.
    fn another_test(body: Body) -> Test {
        static NUMBER: AtomicU64 = AtomicU64::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let path = Box::leak(format!("capture::bench{number}").into_boxed_str());
        Test::new(path, body)
    }

    /// The files of this process in the default directory.
    fn remove_captures() {
        let program = std::env::current_exe().expect("the path of this program");
        let target = program.ancestors().nth(3).expect("TARGET/release/deps");
        let end = format!(".{}.pcapng", std::process::id());
        let entries = fs::read_dir(target.join("netns-test"));
        let paths = entries
            .into_iter()
            .flatten()
            .flatten()
            .map(|entry| entry.path());
        let is_ours = |path: &PathBuf| path.to_string_lossy().ends_with(&end);
        for path in paths.filter(is_ours) {
            fs::remove_file(path).expect("it is there");
        }
    }

    /// Whether this is the fork server of the process that measures.
    fn is_server() -> bool {
        std::env::var_os("NETNS_TEST_SERVE").is_some()
    }

    /// Runs a test as libtest would: on a thread, which finds that it is to serve.
    fn serve() {
        let test = || {
            run(another_test(black_box(BODIES[0])).leak());
        };
        thread::spawn(test).join().expect("a server does not panic");
    }
}
