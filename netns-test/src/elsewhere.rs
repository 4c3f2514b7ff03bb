//! What other systems have in place of the modules of these names: all that a
//! user and an expansion can name is there and compiles, and no namespace can
//! be made. The tests themselves are ignored, with the reason.

pub(crate) mod entered;
mod handle;
pub mod instance;
pub mod kstat;
pub mod notify;
mod nsid;
pub mod pernet;

pub(crate) mod access {
    use std::env::consts;
    use std::sync::OnceLock;

    use crate::answer::{Access, Answer, Cause, Refusal, Remedy};

    /// What this process may do: nothing, since network namespaces are a feature of Linux.
    pub fn access() -> &'static Access {
        static ACCESS: OnceLock<Access> = OnceLock::new();
        ACCESS.get_or_init(|| Access {
            verdict: Err(Box::new(refusal())),
            limitations: Vec::new(),
        })
    }

    fn refusal() -> Refusal {
        Refusal {
            step: "unshare(CLONE_NEWNET)",
            errno: None,
            answer: "no answer".into(),
            answered_by: Answer::Unknown,
            cause: Cause::NotLinux,
            because: format!(
                "only Linux has network namespaces, and this is {}",
                consts::OS
            ),
            evidence: Vec::new(),
            remedies: vec![Remedy {
                what: "in a container of Linux",
                commands: vec![
                    "docker run --cap-add SYS_ADMIN --cap-add NET_ADMIN \
                     --volume \"$PWD:/src\" --workdir /src rust cargo test"
                        .into(),
                ],
            }],
            notes: Vec::new(),
        }
    }
}

pub(crate) mod isolation {
    pub(crate) mod before_main {
        /// Does nothing.
        pub extern "C" fn enter_user_namespace_before_main() {}
    }
}

pub(crate) mod lifecycle {
    use std::process::ExitCode;

    use crate::test::Test;

    /// Fails the test, which only those see who force ignored tests to run.
    ///
    /// # Panics
    ///
    /// Always, unless the test is `#[should_panic]`: that one fails by returning.
    pub fn run(test: &'static Test) -> ExitCode {
        let why = format!("`{}` did not run: netns tests need Linux", test.name());
        assert!(test.should_panic, "{why}");
        eprintln!("netns-test: {why}");
        ExitCode::SUCCESS
    }
}

pub(crate) mod netns {
    use std::convert::Infallible;
    use std::fmt;

    pub use crate::elsewhere::handle::{Pinned, UserNs, UserNsId};
    use crate::error::Error;

    /// A network namespace; on this system there is none.
    #[derive(Debug)]
    pub struct NetNs {
        pub(crate) never: Infallible,
    }

    /// What tells one living network namespace from another.
    #[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
    pub struct NetNsId {
        never: Infallible,
    }

    /// The number of a network namespace that this crate made.
    #[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
    pub struct NetId {
        never: Infallible,
    }

    impl NetNs {
        /// Which namespace this is, among those that live now.
        pub fn id(&self) -> NetNsId {
            match self.never {}
        }

        /// The kernel's cookie for this namespace.
        pub fn cookie(&self) -> u64 {
            match self.never {}
        }
    }

    impl NetId {
        /// Another handle to the namespace of this number.
        ///
        /// # Errors
        ///
        /// None.
        pub fn open(self) -> Result<NetNs, Error> {
            match self.never {}
        }
    }

    impl fmt::Display for NetNsId {
        fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
            match self.never {}
        }
    }

    impl fmt::Display for NetId {
        fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
            match self.never {}
        }
    }
}

pub(crate) mod rtnetlink {
    use crate::error::Error;
    use crate::netlink::Object;
    use crate::netns::NetNs;

    /// What there is in a namespace.
    pub(crate) fn dump<T: Object>(ns: &NetNs, _: &'static str) -> Result<Vec<T>, Error> {
        match ns.never {}
    }
}
