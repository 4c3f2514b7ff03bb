//! A test that the harness does not know under the name that it has: a process
//! that is started for it would run nothing, and exit with 0.

use std::thread;

use netns_test::__private::{self, Isolation, Test};

#[test]
fn body_is_never_entered() {
    let test = const {
        &Test::new("unknown::no_such_test", |_| unreachable!()).isolation(Isolation::Process)
    };
    let nameless = thread::spawn(|| __private::run(test)).join();
    if let Err(failure) = nameless {
        std::panic::resume_unwind(failure);
    }
}
