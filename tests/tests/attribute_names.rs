//! Names: raw, nested, taken, and made by `macro_rules!`.
#![expect(
    dead_code,
    unused_macros,
    clippy::unnecessary_wraps,
    reason = "names that the expansion might trip over"
)]

use netns_test_tests::proof;

mod taken {
    use super::proof;

    mod core {}
    mod std {}
    mod netns_test {}
    struct Test;
    struct ExitCode;
    type Result = u8;
    trait Parameter {}
    macro_rules! concat {
        () => {};
    }
    macro_rules! module_path {
        () => {};
    }

    #[::netns_test::netns_test]
    fn ns(ns: &::netns_test::NetNs) {
        assert_eq!(ns.id().to_string(), proof::here());
        proof::ran();
    }

    #[::netns_test::netns_test]
    fn run() -> ::std::result::Result<(), String> {
        proof::ran();
        Ok(())
    }

    #[::netns_test::netns_test]
    async fn report() -> ::std::process::ExitCode {
        proof::ran();
        ::std::process::ExitCode::SUCCESS
    }

    #[::netns_test::netns_test]
    fn test() {
        proof::ran();
    }
}

mod raw {
    pub(super) mod r#mod {
        use netns_test::netns_test;

        use crate::proof;

        #[netns_test]
        fn r#type() {
            proof::ran();
        }

        #[netns_test]
        fn r#plain() {
            proof::ran();
        }
    }
}

mod imported {
    use netns_test::netns_test as isolated;

    use super::proof;

    #[isolated]
    fn under_another_name() {
        proof::ran();
    }

    #[isolated]
    #[tokio::test]
    async fn under_another_name_with_tokio() {
        proof::ran();
    }
}

mod repeated {
    use netns_test::netns_test;

    use super::proof;

    macro_rules! tests {
        ($($(#[$attr:meta])* $name:ident($number:expr) -> $ret:ty $body:block)*) => {
            $(
                #[netns_test(isolation = "auto", views = true)]
                $(#[$attr])*
                fn $name() -> $ret {
                    proof::ran();
                    assert_eq!($number, 1);
                    $body
                }
            )*
        };
    }

    macro_rules! threads {
        ($name:ident, $flavor:literal, $count:expr) => {
            #[netns_test(flavor = $flavor, worker_threads = $count)]
            async fn $name() {
                proof::ran();
                let metrics = tokio::runtime::Handle::current().metrics();
                assert_eq!(metrics.num_workers(), $count);
            }
        };
    }

    tests! {
        unit(1) -> () {}
        result(1) -> Result<(), String> { Ok(()) }
        #[should_panic(expected = "left")]
        panics(2) -> () {}
    }
    threads!(workers, "multi_thread", 2);
}

mod same {
    mod name {
        #[netns_test::netns_test]
        fn test() {
            super::super::proof::ran();
        }
    }

    #[netns_test::netns_test]
    fn name() {
        super::proof::ran();
    }
}

#[test]
fn are_registered_and_run_once() {
    proof::assert_registered(&[
        "taken::ns",
        "taken::run",
        "taken::report",
        "taken::test",
        "raw::r#mod::r#type",
        "raw::r#mod::plain",
        "imported::under_another_name",
        "imported::under_another_name_with_tokio",
        "repeated::unit",
        "repeated::result",
        "repeated::panics",
        "repeated::workers",
        "same::name::test",
        "same::name",
    ]);
}
