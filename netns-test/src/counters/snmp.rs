//! IPv4, and the protocols above it.

use super::table::table;

table! {
    /// What IPv4 counts.
    ///
    /// # References
    ///
    /// `snmp4_ipstats_list` in `net/ipv4/proc.c`; RFC 1213, `ip`
    Ip
    gauges {
        forwarding: "Forwarding",
        default_ttl: "DefaultTTL",
    }
    counters {
        in_receives: "InReceives",
        in_hdr_errors: "InHdrErrors",
        in_addr_errors: "InAddrErrors",
        forw_datagrams: "ForwDatagrams",
        in_unknown_protos: "InUnknownProtos",
        in_discards: "InDiscards",
        in_delivers: "InDelivers",
        out_requests: "OutRequests",
        out_discards: "OutDiscards",
        out_no_routes: "OutNoRoutes",
        reasm_timeout: "ReasmTimeout",
        reasm_reqds: "ReasmReqds",
        reasm_oks: "ReasmOKs",
        reasm_fails: "ReasmFails",
        frag_oks: "FragOKs",
        frag_fails: "FragFails",
        frag_creates: "FragCreates",
        out_transmits: "OutTransmits",
    }
}

table! {
    /// What IPv4 counts beyond [`Ip`].
    ///
    /// # References
    ///
    /// `snmp4_ipextstats_list` in `net/ipv4/proc.c`
    IpExt
    counters {
        in_no_routes: "InNoRoutes",
        in_truncated_pkts: "InTruncatedPkts",
        in_mcast_pkts: "InMcastPkts",
        out_mcast_pkts: "OutMcastPkts",
        in_bcast_pkts: "InBcastPkts",
        out_bcast_pkts: "OutBcastPkts",
        in_octets: "InOctets",
        out_octets: "OutOctets",
        in_mcast_octets: "InMcastOctets",
        out_mcast_octets: "OutMcastOctets",
        in_bcast_octets: "InBcastOctets",
        out_bcast_octets: "OutBcastOctets",
        in_csum_errors: "InCsumErrors",
        in_no_ect_pkts: "InNoECTPkts",
        in_ect1_pkts: "InECT1Pkts",
        in_ect0_pkts: "InECT0Pkts",
        in_ce_pkts: "InCEPkts",
        reasm_overlaps: "ReasmOverlaps",
    }
}

table! {
    /// What ICMP counts.
    ///
    /// # References
    ///
    /// `icmp_put` in `net/ipv4/proc.c`; RFC 1213, `icmp`
    Icmp
    counters {
        in_msgs: "InMsgs",
        in_errors: "InErrors",
        in_csum_errors: "InCsumErrors",
        in_dest_unreachs: "InDestUnreachs",
        in_time_excds: "InTimeExcds",
        in_parm_probs: "InParmProbs",
        in_src_quenchs: "InSrcQuenchs",
        in_redirects: "InRedirects",
        in_echos: "InEchos",
        in_echo_reps: "InEchoReps",
        in_timestamps: "InTimestamps",
        in_timestamp_reps: "InTimestampReps",
        in_addr_masks: "InAddrMasks",
        in_addr_mask_reps: "InAddrMaskReps",
        out_msgs: "OutMsgs",
        out_errors: "OutErrors",
        out_rate_limit_global: "OutRateLimitGlobal",
        out_rate_limit_host: "OutRateLimitHost",
        out_dest_unreachs: "OutDestUnreachs",
        out_time_excds: "OutTimeExcds",
        out_parm_probs: "OutParmProbs",
        out_src_quenchs: "OutSrcQuenchs",
        out_redirects: "OutRedirects",
        out_echos: "OutEchos",
        out_echo_reps: "OutEchoReps",
        out_timestamps: "OutTimestamps",
        out_timestamp_reps: "OutTimestampReps",
        out_addr_masks: "OutAddrMasks",
        out_addr_mask_reps: "OutAddrMaskReps",
    }
}

table! {
    /// What TCP counts, over IPv4 and IPv6.
    ///
    /// # References
    ///
    /// `snmp4_tcp_list` in `net/ipv4/proc.c`; RFC 1213, `tcp`
    Tcp
    gauges {
        rto_algorithm: "RtoAlgorithm",
        rto_min: "RtoMin",
        rto_max: "RtoMax",
        max_conn: "MaxConn",
        curr_estab: "CurrEstab",
    }
    counters {
        active_opens: "ActiveOpens",
        passive_opens: "PassiveOpens",
        attempt_fails: "AttemptFails",
        estab_resets: "EstabResets",
        in_segs: "InSegs",
        out_segs: "OutSegs",
        retrans_segs: "RetransSegs",
        in_errs: "InErrs",
        out_rsts: "OutRsts",
        in_csum_errors: "InCsumErrors",
    }
}

table! {
    /// What UDP counts, or UDP-Lite, over IPv4 or IPv6.
    ///
    /// # References
    ///
    /// `snmp4_udp_list` in `net/ipv4/proc.c`; `snmp6_udp6_list` in `net/ipv6/proc.c`
    Udp
    counters {
        in_datagrams: "InDatagrams",
        no_ports: "NoPorts",
        in_errors: "InErrors",
        out_datagrams: "OutDatagrams",
        rcvbuf_errors: "RcvbufErrors",
        sndbuf_errors: "SndbufErrors",
        in_csum_errors: "InCsumErrors",
        ignored_multi: "IgnoredMulti",
        mem_errors: "MemErrors",
    }
}
