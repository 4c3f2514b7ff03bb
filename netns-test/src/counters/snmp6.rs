//! IPv6.

use super::table::table;

table! {
    /// What IPv6 counts.
    ///
    /// # References
    ///
    /// `snmp6_ipstats_list` in `net/ipv6/proc.c`; RFC 4293
    Ip6
    counters {
        in_receives: "InReceives",
        in_hdr_errors: "InHdrErrors",
        in_too_big_errors: "InTooBigErrors",
        in_no_routes: "InNoRoutes",
        in_addr_errors: "InAddrErrors",
        in_unknown_protos: "InUnknownProtos",
        in_truncated_pkts: "InTruncatedPkts",
        in_discards: "InDiscards",
        in_delivers: "InDelivers",
        out_forw_datagrams: "OutForwDatagrams",
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
        in_mcast_pkts: "InMcastPkts",
        out_mcast_pkts: "OutMcastPkts",
        in_octets: "InOctets",
        out_octets: "OutOctets",
        in_mcast_octets: "InMcastOctets",
        out_mcast_octets: "OutMcastOctets",
        in_bcast_octets: "InBcastOctets",
        out_bcast_octets: "OutBcastOctets",
        in_no_ect_pkts: "InNoECTPkts",
        in_ect1_pkts: "InECT1Pkts",
        in_ect0_pkts: "InECT0Pkts",
        in_ce_pkts: "InCEPkts",
        out_transmits: "OutTransmits",
    }
}

table! {
    /// What `ICMPv6` counts.
    ///
    /// # References
    ///
    /// `snmp6_icmp6_list` in `net/ipv6/proc.c`; RFC 4293
    Icmp6
    counters {
        in_msgs: "InMsgs",
        in_errors: "InErrors",
        out_msgs: "OutMsgs",
        out_errors: "OutErrors",
        in_csum_errors: "InCsumErrors",
        out_rate_limit_host: "OutRateLimitHost",
        in_dest_unreachs: "InDestUnreachs",
        in_pkt_too_bigs: "InPktTooBigs",
        in_time_excds: "InTimeExcds",
        in_parm_problems: "InParmProblems",
        in_echos: "InEchos",
        in_echo_replies: "InEchoReplies",
        in_group_memb_queries: "InGroupMembQueries",
        in_group_memb_responses: "InGroupMembResponses",
        in_group_memb_reductions: "InGroupMembReductions",
        in_router_solicits: "InRouterSolicits",
        in_router_advertisements: "InRouterAdvertisements",
        in_neighbor_solicits: "InNeighborSolicits",
        in_neighbor_advertisements: "InNeighborAdvertisements",
        in_redirects: "InRedirects",
        in_mldv2_reports: "InMLDv2Reports",
        out_dest_unreachs: "OutDestUnreachs",
        out_pkt_too_bigs: "OutPktTooBigs",
        out_time_excds: "OutTimeExcds",
        out_parm_problems: "OutParmProblems",
        out_echos: "OutEchos",
        out_echo_replies: "OutEchoReplies",
        out_group_memb_queries: "OutGroupMembQueries",
        out_group_memb_responses: "OutGroupMembResponses",
        out_group_memb_reductions: "OutGroupMembReductions",
        out_router_solicits: "OutRouterSolicits",
        out_router_advertisements: "OutRouterAdvertisements",
        out_neighbor_solicits: "OutNeighborSolicits",
        out_neighbor_advertisements: "OutNeighborAdvertisements",
        out_redirects: "OutRedirects",
        out_mldv2_reports: "OutMLDv2Reports",
    }
}
