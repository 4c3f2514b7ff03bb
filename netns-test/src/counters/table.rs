//! One table a group: the fields, with the kernel's names beside them.

/// A struct of the gauges (`i64`) and counters (`u64`) of one group.
macro_rules! table {
    (
        $(#[$meta:meta])*
        $name:ident
        $(gauges { $($gauge:ident: $gauge_name:literal,)* })?
        counters { $($counter:ident: $counter_name:literal,)* }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
        #[non_exhaustive]
        pub struct $name {
            $($(
                #[doc = concat!("`", $gauge_name, "`: a gauge or setting; `-` leaves the newer value.")]
                pub $gauge: i64,
            )*)?
            $(
                #[doc = concat!("`", $counter_name, "`")]
                pub $counter: u64,
            )*
        }

        impl $name {
            $(
                /// What is no counter.
                pub(super) const GAUGES: &[&str] = &[$($gauge_name),*];
            )?

            pub(super) fn of(group: &super::listed::Group) -> Self {
                Self {
                    $($($gauge: group.gauge($gauge_name).unwrap_or(0),)*)?
                    $($counter: group.get($counter_name).unwrap_or(0),)*
                }
            }
        }
    };
}

pub(super) use table;
