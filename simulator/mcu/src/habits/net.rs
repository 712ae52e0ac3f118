//! What the firmware decides about its network: link, DHCP, DNS, SNTP, TCP.

use std::time::Duration;

/// Decisions below TLS.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct NetHabits {
    /// Wi-Fi station.
    pub wifi: WifiHabits,
    /// DHCP client.
    pub dhcp: DhcpHabits,
    /// Resolver.
    pub dns: DnsHabits,
    /// Time.
    pub sntp: SntpHabits,
    /// TCP connections.
    pub tcp: TcpHabits,
}

/// How the Wi-Fi station joins again after a failure or a loss.
#[derive(Clone, Debug, PartialEq)]
pub struct WifiHabits {
    /// Wait before the second attempt; it doubles with each further one. Zero: at once, as ESP-IDF's
    /// station does in .NET nanoFramework. Default 1 s.
    pub first_retry: Duration,
    /// Longest wait. Default 60 s.
    pub longest_retry: Duration,
}

impl Default for WifiHabits {
    fn default() -> Self {
        Self { first_retry: Duration::from_secs(1), longest_retry: Duration::from_secs(60) }
    }
}

/// DHCP client, RFC 2131.
#[derive(Clone, Debug, PartialEq)]
pub struct DhcpHabits {
    /// Wait for an answer to the first message; it doubles with each repetition. RFC 2131 4.1: 4 s.
    pub first_wait: Duration,
    /// Longest wait between repetitions. RFC 2131 4.1: 64 s.
    pub longest_wait: Duration,
    /// Each wait is moved by up to this much, either way. RFC 2131 4.1: 1 s. Zero: devices repeat in step.
    pub jitter: Duration,
    /// Whether waits double. RFC 2131 4.1.
    pub back_off: bool,
    /// Ask the leasing server for more time at T1. RFC 2131 4.4.5.
    pub renew_at_t1: bool,
    /// Ask every server at T2. RFC 2131 4.4.5.
    pub rebind_at_t2: bool,
    /// Give the address up at once on DHCPNAK. RFC 2131 4.4.5.
    pub obey_nak: bool,
    /// Give the address up when the lease ends. RFC 2131 4.4.5.
    pub obey_expiry: bool,
    /// Use the gateway and name servers of the lease, not earlier ones.
    pub use_leased_values: bool,
}

impl Default for DhcpHabits {
    fn default() -> Self {
        Self {
            first_wait: Duration::from_secs(4),
            longest_wait: Duration::from_secs(64),
            jitter: Duration::from_secs(1),
            back_off: true,
            renew_at_t1: true,
            rebind_at_t2: true,
            obey_nak: true,
            obey_expiry: true,
            use_leased_values: true,
        }
    }
}

/// Resolver, RFC 1035.
#[derive(Clone, Debug, PartialEq)]
pub struct DnsHabits {
    /// Forget an answer when its TTL is over. False: it is kept until the next boot.
    pub honour_ttl: bool,
    /// Follow CNAME records to the addresses. RFC 1035 3.6.2.
    pub follow_cname: bool,
    /// Ignore answers whose id is not the query's. RFC 5452 9.1.
    pub check_id: bool,
    /// Ignore answers to another question. RFC 5452 9.1.
    pub check_question: bool,
    /// Ignore answers from another address or port than was asked. RFC 5452 9.1.
    pub check_source: bool,
    /// Ask again over TCP when the answer was truncated. RFC 1035 4.2.1, RFC 7766 5.
    pub tcp_on_truncation: bool,
    /// Ask the next server when one is silent or fails.
    pub try_next_server: bool,
    /// Connect to the next address of a name when one does not answer.
    pub try_next_address: bool,
    /// Treat NXDOMAIN and SERVFAIL as passing: the next attempt asks again. False: a name that failed
    /// once fails until the next boot.
    pub failures_are_transient: bool,
    /// Wait for an answer before the query is repeated. Default 2 s.
    pub wait: Duration,
    /// Queries to one server before the next one. Default 2.
    pub tries: u32,
    /// Least time between two queries for a name that just failed. Default 5 s, so that two servers see less than a query
    /// each second.
    pub failure_pause: Duration,
}

impl Default for DnsHabits {
    fn default() -> Self {
        Self {
            honour_ttl: true,
            follow_cname: true,
            check_id: true,
            check_question: true,
            check_source: true,
            tcp_on_truncation: true,
            try_next_server: true,
            try_next_address: true,
            failures_are_transient: true,
            wait: Duration::from_secs(2),
            tries: 2,
            failure_pause: Duration::from_secs(5),
        }
    }
}

/// Time client, RFC 4330 and RFC 5905.
#[derive(Clone, Debug, PartialEq)]
pub struct SntpHabits {
    /// The first query comes up to this long after the link is up, at random. RFC 4330 10 asks for a random
    /// start; lwIP's class is 2 s.
    pub first_query_within: Duration,
    /// Time between two synchronisations. Default 1 h, as lwIP's on ESP-IDF.
    pub poll: Duration,
    /// Least time between two queries to one server. RFC 4330 10: 15 s.
    pub least_gap: Duration,
    /// Wait for an answer. Default 5 s.
    pub wait: Duration,
    /// Reply's origin timestamp must be the query's transmit timestamp. RFC 5905 8.
    pub check_origin: bool,
    /// Reply's mode must be 4 (server). RFC 4330 5.
    pub check_mode: bool,
    /// Reply's stratum must be 1 to 15. RFC 4330 5.
    pub check_stratum: bool,
    /// Reply must not say that its clock is unsynchronised (LI 3). RFC 4330 5.
    pub check_leap: bool,
    /// Reply's transmit timestamp must not be zero. RFC 4330 5.
    pub check_transmit: bool,
    /// Reply must come from the address and port that was asked.
    pub check_source: bool,
    /// Stop using a server on DENY or RSTR, slow down on RATE. RFC 5905 7.4.
    pub obey_kiss: bool,
    /// Ask the second server when the first is silent, refuses or lies.
    pub use_second_server: bool,
    /// A change larger than this needs two servers that agree; none: every step is taken. Default 1 day.
    pub step_needs_agreement: Option<Duration>,
    /// Read timestamps below 1968 as the era after 2036. RFC 4330 3.
    pub era_aware: bool,
}

impl Default for SntpHabits {
    fn default() -> Self {
        Self {
            first_query_within: Duration::from_secs(2),
            poll: Duration::from_secs(3_600),
            least_gap: Duration::from_secs(15),
            wait: Duration::from_secs(5),
            check_origin: true,
            check_mode: true,
            check_stratum: true,
            check_leap: true,
            check_transmit: true,
            check_source: true,
            obey_kiss: true,
            use_second_server: true,
            step_needs_agreement: Some(Duration::from_secs(86_400)),
            era_aware: true,
        }
    }
}

/// TCP connections.
#[derive(Clone, Debug, PartialEq)]
pub struct TcpHabits {
    /// Longest wait for a connection to one address; none: as long as the stack repeats its SYN. Default 10 s.
    pub connect_timeout: Option<Duration>,
    /// A connection by name takes a second socket while it is set up, as `TcpClient(host, port)` of .NET
    /// nanoFramework does for IPv6.
    pub second_socket_on_connect: bool,
}

impl Default for TcpHabits {
    fn default() -> Self {
        Self { connect_timeout: Some(Duration::from_secs(10)), second_socket_on_connect: false }
    }
}
