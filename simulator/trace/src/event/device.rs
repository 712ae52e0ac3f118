//! What the device says about itself: the events of its agent line protocol.

use std::net::Ipv4Addr;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::spec::events;
use crate::{Body, Utc};

/// Memory and sockets at one moment. Sizes in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Resources {
    /// Native heap in use.
    pub native_used: u64,
    /// Largest use of the native heap since boot.
    pub native_peak: u64,
    /// Size of the native heap.
    pub native_limit: u64,
    /// Largest block that the native heap can still give.
    pub native_largest: u64,
    /// Managed heap in use.
    pub managed_used: u64,
    /// Largest use of the managed heap since boot.
    pub managed_peak: u64,
    /// Size of the managed heap.
    pub managed_limit: u64,
    /// Sockets in use.
    pub sockets: u32,
    /// Most sockets in use at once since boot.
    pub sockets_peak: u32,
    /// Sockets that the device has.
    pub sockets_limit: u32,
    /// TLS contexts in use.
    pub tls_contexts: u32,
    /// Most TLS contexts in use at once since boot.
    pub tls_contexts_peak: u32,
    /// TLS contexts that the device has.
    pub tls_contexts_limit: u32,
}

events! {
    /// What the device says about itself.
    pub enum DeviceEvent {
        /// The firmware started.
        "boot" => Boot {
            /// `power-on`, `reset`, `deep-sleep`, `software` or `watchdog`.
            reason: String = ["power-on", "reset", "deep-sleep", "software", "watchdog"],
            /// Boots since power-on, counted from 1.
            count: u32,
        },
        /// The application's main started.
        "main" => Main {},
        /// The network link came up or went down.
        "link" => Link {
            /// True when frames can flow.
            up: bool,
            /// `wifi` or `ethernet`.
            medium: String = ["wifi", "ethernet"],
            /// Why, such as `associated`, `wrong-passphrase`, `access-point-lost`.
            detail: String,
        },
        /// An IPv4 address is in use.
        "address" => Address {
            /// The device's address.
            ip: Ipv4Addr,
            /// Prefix length of its subnet.
            prefix: u8,
            /// Default gateway.
            gateway: Option<Ipv4Addr>,
            /// DNS servers, in order of preference.
            dns: Vec<Ipv4Addr>,
            /// Lease time in seconds, 0 when static.
            lease_s: u32,
        },
        /// The IPv4 address is no longer used.
        "address-lost" => AddressLost {
            /// `nak`, `expired` or `link-down`.
            reason: String,
        },
        /// A name was resolved, or not.
        "resolved" => Resolved {
            /// The name asked for.
            host: String,
            /// What was found, empty on failure.
            addresses: Vec<Ipv4Addr>,
            /// Empty, or `nxdomain`, `servfail`, `timeout`, `malformed`, `no-address`.
            error: String,
        },
        /// The clock was set.
        "clock-set" => ClockSet {
            /// The device's time before.
            before: Utc,
            /// The device's time after.
            after: Utc,
            /// Server that gave the time.
            server: String,
        },
        /// A time server's answer was not used.
        "time-rejected" => TimeRejected {
            /// The server.
            server: String,
            /// Which sanity check failed.
            reason: String,
        },
        /// A TLS handshake succeeded.
        "tls-connected" => TlsConnected {
            /// Host name that was checked.
            host: String,
            /// `TLSv1.2` or `TLSv1.3`.
            version: String,
            /// Cipher suite, IANA name.
            suite: String,
            /// True when an earlier session was resumed.
            resumed: bool,
        },
        /// A TLS connection failed, at the handshake or later.
        "tls-failed" => TlsFailed {
            /// Host name that was to be checked.
            host: String,
            /// `unknown-issuer`, `expired`, `not-yet-valid`, `wrong-name`, `wrong-purpose`, `bad-signature`, `bad-certificate`, `record-too-large`, `out-of-memory`, `timeout`, `closed`, `clock-not-set`, `alert`, `no-context` or `protocol`.
            error: String,
            /// More, for people.
            detail: String,
        },
        /// A client's connection status changed.
        "status" => Status {
            /// `hub`, `dps` or `mqtt`.
            client: String = ["hub", "dps", "mqtt"],
            /// `Connected`, `Disconnected`, `Reconnecting` or `Failed`.
            status: String = ["Connected", "Disconnected", "Reconnecting", "Failed"],
            /// `ok`, `network`, `tls`, `unauthorized`, `throttled`, `server-unavailable`, `disabled`, `token-renewal`, `timeout`, `protocol`, `closed-by-app` or `out-of-resources`.
            reason: String,
        },
        /// A server refused a subscription, and the application knows.
        "subscription-refused" => SubscriptionRefused {
            /// `hub`, `dps` or `mqtt`.
            client: String,
            /// The topic filter.
            filter: String,
        },
        /// The next attempt to connect is planned.
        "retry" => Retry {
            /// `hub`, `dps`, `dhcp`, `mqtt`.
            client: String,
            /// Number of the attempt, counted from 1.
            attempt: u32,
            /// Delay before it, in milliseconds.
            delay_ms: u64,
        },
        /// DPS assigned the device.
        "registered" => Registered {
            /// Assigned hub's host name.
            hub: String,
            /// Device id there.
            device_id: String,
        },
        /// DPS did not assign the device.
        "registration-failed" => RegistrationFailed {
            /// `failed`, `disabled`, `unauthorized`, `not-found`, `throttled`, `timeout` or `network`.
            error: String,
            /// Error code of the service, 0 when there is none.
            code: u32,
            /// What the service said.
            message: String,
        },
        /// A message to the hub was confirmed (QoS 1) or handed to the network (QoS 0).
        "telemetry-sent" => TelemetrySent {
            /// Running number that the application gave the message, counted from 1.
            number: u64,
            /// True when the hub has confirmed it.
            confirmed: bool,
        },
        /// Desired properties were handled.
        "desired" => Desired {
            /// `$version` of the desired section.
            version: i64,
            /// `patch` or `full`.
            via: String = ["patch", "full"],
            /// False when the device left them aside because it already has this or a later version.
            applied: bool,
            /// The properties.
            properties: Value,
        },
        /// A direct method was called.
        "method" => Method {
            /// Its name as received.
            name: String,
            /// Request id as received.
            rid: String,
            /// Status that was answered.
            status: i32,
            /// The call's payload.
            payload: Value,
        },
        /// A cloud-to-device message was received.
        "c2d" => C2d {
            /// The message's properties, application and system; a property without `=` has null.
            properties: Value,
            /// Its body: the JSON value when content type and encoding say so, else text or `{"hex": ...}`.
            body: Body,
        },
        /// A message arrived on a subscribed topic of a generic broker.
        "message" => Message {
            /// The topic.
            topic: String,
            /// Its body: text or `{"hex": ...}`.
            body: Body,
        },
        /// Memory and sockets at this moment.
        "resources" => ResourcesNow {
            /// When it was taken: `boot`, `sample`, `connected`, `closed` or what the application says.
            point: String,
            /// The figures.
            resources: Resources,
        },
        /// Something did not fit the device's budget.
        "budget-exceeded" => BudgetExceeded {
            /// `native-heap`, `managed-heap`, `sockets`, `tls-contexts`, `tcp-pcbs`, `udp-pcbs` or `record`.
            budget: String,
            /// What wanted it.
            what: String,
            /// Bytes or pieces wanted.
            wanted: u64,
            /// Bytes or pieces left; for a heap, its largest free block.
            left: u64,
        },
        /// The power state changed.
        "power" => Power {
            /// `run`, `modem-sleep`, `light-sleep`, `deep-sleep` or `off`.
            state: String = ["run", "modem-sleep", "light-sleep", "deep-sleep", "off"],
        },
        /// A line of the device's console.
        "console" => Console {
            /// The text.
            text: String,
        },
        /// The application stopped on an error that nothing handled.
        "fault" => Fault {
            /// What.
            message: String,
        },
    }
}
