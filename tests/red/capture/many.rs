//! Tests that all fail, and some beside them that pass, as many as a load needs.

use super::endings::send;
use netns_test::netns_test;

/// Five to the third tests, in modules.
macro_rules! hundred {
    ($($a:ident)*) => {$(
        mod $a {
            hundred!(@ a b c d e);
        }
    )*};
    (@ $($b:ident)*) => {$(
        mod $b {
            use super::super::*;
            hundred!(@@ a b c d e);
        }
    )*};
    (@@ $($c:ident)*) => {$(
        #[netns_test]
        fn $c() {
            send(concat!(module_path!(), "::", stringify!($c)));
            panic!("on purpose");
        }
    )*};
}

// 500 of them.
hundred!(f0 f1 f2 f3 f4 f5 f6 f7 f8 f9 f10 f11 f12 f13 f14 f15 f16 f17 f18 f19);
