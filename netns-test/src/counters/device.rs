//! Devices.

use super::table::table;

table! {
    /// What a device counts. The names are the headings of `/proc/net/dev`, with `rx_`
    /// for what is received and `tx_` for what is sent.
    ///
    /// # References
    ///
    /// `dev_seq_printf_stats` in `net/core/net-procfs.c`
    Device
    counters {
        rx_bytes: "rx_bytes",
        rx_packets: "rx_packets",
        rx_errs: "rx_errs",
        rx_drop: "rx_drop",
        rx_fifo: "rx_fifo",
        rx_frame: "rx_frame",
        rx_compressed: "rx_compressed",
        rx_multicast: "rx_multicast",
        tx_bytes: "tx_bytes",
        tx_packets: "tx_packets",
        tx_errs: "tx_errs",
        tx_drop: "tx_drop",
        tx_fifo: "tx_fifo",
        tx_colls: "tx_colls",
        tx_carrier: "tx_carrier",
        tx_compressed: "tx_compressed",
    }
}
