//! What runs once in each process that runs the bodies of tests.

use std::error::Error;
use std::fmt;
use std::sync::{Mutex, PoisonError};

/// Runs something once in each process that runs bodies of tests, before the first of them.
///
/// Write it in a test binary, outside of any function, as often as needed: all are run,
/// in the order of file and line. There are two forms.
///
/// A function or closure that returns `()` or a `Result`:
///
/// ```
/// netns_test::setup!(|| std::env::temp_dir().metadata().map(drop));
/// # fn main() {}
/// ```
///
/// A `static` whose value's type is [`Pernet`](crate::pernet::Pernet): hooks that
/// are registered as a subsystem, or as a device if it says `device static`, and
/// stay so. The `static` is a [`Registered`](crate::pernet::Registered), which
/// stands for the registration:
///
/// ```
/// use std::error::Error;
/// use std::net::UdpSocket;
///
/// use netns_test::pernet::Pernet;
/// use netns_test::{NetNs, netns_test};
///
/// struct Syslog;
///
/// impl Pernet for Syslog {
///     type Value = UdpSocket;
///
///     fn init(&self, _: &NetNs) -> Result<UdpSocket, Box<dyn Error + Send + Sync>> {
///         Ok(UdpSocket::bind("127.0.0.1:514")?)
///     }
/// }
///
/// netns_test::setup! {
///     /// What the tests' loggers send to.
///     static SYSLOG: Syslog = Syslog;
/// }
///
/// #[netns_test]
/// fn has_its_own_log(ns: &NetNs) -> Result<(), Box<dyn Error>> {
///     UdpSocket::bind("127.0.0.1:0")?.send_to(b"<13>hello", "127.0.0.1:514")?;
///     let mut message = [0; 64];
///     let length = ns.pernet(&SYSLOG).unwrap().recv(&mut message)?;
///     assert_eq!(&message[..length], b"<13>hello");
///     Ok(())
/// }
/// # fn main() {}
/// ```
///
/// Where tests run on threads, it runs in the process's own namespace; where
/// they run in processes, in each of those, in the test's namespace, before its
/// hooks. A test whose setup failed or panicked fails with its message, and so
/// does every other test of that process, without another try.
///
/// It expands to an entry of `.init_array`, which is why a crate that
/// `forbid`s `unsafe_code` cannot use it, and why it has to be in the test
/// binary itself: a linker leaves out what nothing of a library names.
#[macro_export]
macro_rules! setup {
    ($(
        $(#[$attribute:meta])*
        $visibility:vis static $name:ident: $ops:ty = $value:expr;
    )+) => {$(
        $(#[$attribute])*
        $visibility static $name: $crate::pernet::Registered<$ops> =
            $crate::pernet::Registered::subsys(|| $value);
    )+
        $crate::setup!(|| -> ::core::result::Result<(), $crate::Error> {
            $($name.register()?;)+
            ::core::result::Result::Ok(())
        });
    };
    ($(
        $(#[$attribute:meta])*
        $visibility:vis device static $name:ident: $ops:ty = $value:expr;
    )+) => {$(
        $(#[$attribute])*
        $visibility static $name: $crate::pernet::Registered<$ops> =
            $crate::pernet::Registered::device(|| $value);
    )+
        $crate::setup!(|| -> ::core::result::Result<(), $crate::Error> {
            $($name.register()?;)+
            ::core::result::Result::Ok(())
        });
    };
    ($run:expr $(,)?) => {
        const _: () = {
            static SETUP: $crate::__private::Setup = $crate::__private::Setup::new(
                ::core::file!(),
                ::core::line!(),
                || $crate::__private::Setup::call($run),
            );

            #[cfg(target_os = "linux")]
            extern "C" fn link() {
                SETUP.link();
            }

            #[cfg(target_os = "linux")]
            #[used]
            #[allow(
                unsafe_code,
                reason = "names a section for a function that may run there"
            )]
            #[unsafe(link_section = ".init_array")]
            static LINK: extern "C" fn() = link;

            #[cfg(not(target_os = "linux"))]
            const _: &$crate::__private::Setup = &SETUP;
        };
    };
}

type BoxError = Box<dyn Error + Send + Sync>;

/// What one `setup!` says.
pub struct Setup {
    file: &'static str,
    line: u32,
    run: fn() -> Result<(), BoxError>,
    /// The one that was linked before.
    next: Mutex<Option<&'static Setup>>,
}

/// The one that was linked last.
static LAST: Mutex<Option<&'static Setup>> = Mutex::new(None);

impl Setup {
    /// A setup, which is still to be linked.
    pub const fn new(file: &'static str, line: u32, run: fn() -> Result<(), BoxError>) -> Self {
        Self {
            file,
            line,
            run,
            next: Mutex::new(None),
        }
    }

    /// Calls what the user wrote.
    ///
    /// # Errors
    ///
    /// What it returned.
    pub fn call<T: Success>(run: impl FnOnce() -> T) -> Result<(), BoxError> {
        run().success()
    }

    /// Adds it to those that are to run. Called before `main`, when there is
    /// one thread: nothing is allocated, and no lock is waited for.
    pub fn link(&'static self) {
        let mut last = LAST.lock().unwrap_or_else(PoisonError::into_inner);
        *self.next.lock().unwrap_or_else(PoisonError::into_inner) = *last;
        *last = Some(self);
    }

    /// All that are linked, in the order in which they are to run.
    pub(crate) fn all() -> Vec<&'static Self> {
        let mut all = Vec::new();
        let mut next = *LAST.lock().unwrap_or_else(PoisonError::into_inner);
        while let Some(setup) = next {
            all.push(setup);
            next = *setup.next.lock().unwrap_or_else(PoisonError::into_inner);
        }
        all.sort_by_key(|setup| (setup.file, setup.line));
        all
    }

    pub(crate) fn run(&self) -> Result<(), BoxError> {
        (self.run)()
    }
}

impl fmt::Display for Setup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.file, self.line)
    }
}

/// What a setup can return.
#[diagnostic::on_unimplemented(
    message = "a `setup!` cannot return `{Self}`",
    label = "not a value that a setup can return",
    note = "a setup may return `()`, or a `Result<(), E>` whose error is, or turns into, \
            a `Box<dyn Error + Send + Sync>`"
)]
pub trait Success {
    /// Whether it went well.
    ///
    /// # Errors
    ///
    /// It did not.
    fn success(self) -> Result<(), BoxError>;
}

impl Success for () {
    fn success(self) -> Result<(), BoxError> {
        Ok(())
    }
}

impl<E: Into<BoxError>> Success for Result<(), E> {
    fn success(self) -> Result<(), BoxError> {
        self.map_err(Into::into)
    }
}
