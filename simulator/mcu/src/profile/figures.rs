//! The figures of a profile, and how they are read from a file.
//!
//! Each section is declared once: its plain fields, as the device uses them, and the
//! form of the file, in which every figure stands beside its source.

use std::collections::BTreeMap;
use std::time::Duration;

use nanorig_trace::Utc;
use serde::Deserialize;

use super::unit::{BitRate, Bytes, Current, Date, Ppm, Span};

/// Where each figure comes from, by its key such as `tcp.window`.
pub(super) type Sources = BTreeMap<String, String>;

/// A figure with its source, as a file has it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Figure<T> {
    value: T,
    source: String,
}

/// What a file's field becomes.
trait Read<Plain> {
    fn read(self, key: &str, sources: &mut Sources) -> Plain;
}

impl<T: Into<Plain>, Plain> Read<Plain> for Figure<T> {
    fn read(self, key: &str, sources: &mut Sources) -> Plain {
        sources.insert(key.to_owned(), self.source);
        self.value.into()
    }
}

impl<T: Into<Plain>, Plain> Read<Option<Plain>> for Option<Figure<T>> {
    fn read(self, key: &str, sources: &mut Sources) -> Option<Plain> {
        self.map(|figure| figure.read(key, sources))
    }
}

macro_rules! sections {
    ($( $(#[$doc:meta])* $name:literal $Plain:ident from $File:ident {
        $( $(#[$field_doc:meta])* $field:ident: $Type:ty = $FileType:ty, )*
    } )*) => { $(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq)]
        pub struct $Plain {
            $( $(#[$field_doc])* pub $field: $Type, )*
        }

        #[derive(Debug, Deserialize)]
        #[serde(deny_unknown_fields)]
        pub(super) struct $File {
            $( $field: $FileType, )*
        }

        impl $File {
            pub(super) fn read(self, sources: &mut Sources) -> $Plain {
                $Plain {
                    $( $field: self.$field.read(concat!($name, ".", stringify!($field)), sources), )*
                }
            }
        }
    )* };
}

/// What carries the device's frames.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Medium {
    /// IEEE 802.11 station.
    Wifi,
    /// IEEE 802.3.
    Ethernet,
}

impl Medium {
    /// `wifi` or `ethernet`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Wifi => "wifi",
            Self::Ethernet => "ethernet",
        }
    }
}

sections! {
    /// Memory for native code: lwIP, Mbed TLS, drivers. Sizes in bytes.
    "native_heap" NativeHeap from NativeHeapFile {
        /// All that is free when the application starts, the network driver already running.
        size: usize = Figure<Bytes>,
        /// Largest block at that moment; the rest lies in smaller regions.
        largest: usize = Figure<Bytes>,
    }

    /// Memory for managed objects. Sizes in bytes.
    "managed_heap" ManagedHeap from ManagedHeapFile {
        /// All of it.
        size: usize = Figure<Bytes>,
    }

    /// How many of each thing the network stack can have at once.
    "sockets" Sockets from SocketsFile {
        /// TCP, UDP and listening sockets together.
        slots: u32 = Figure<u32>,
        /// Active TCP control blocks, those in TIME-WAIT included; none where the stack takes them from the heap without limit.
        tcp_pcbs: Option<u32> = Option<Figure<u32>>,
        /// UDP control blocks, the stack's own for DHCP, DNS and SNTP included; none: no limit.
        udp_pcbs: Option<u32> = Option<Figure<u32>>,
    }

    /// TCP. Sizes in bytes.
    "tcp" Tcp from TcpFile {
        /// Largest segment that the device announces.
        mss: usize = Figure<Bytes>,
        /// Receive window of a connection.
        window: usize = Figure<Bytes>,
        /// Send buffer of a connection.
        send_buffer: usize = Figure<Bytes>,
        /// Heap of one control block.
        pcb: usize = Figure<Bytes>,
        /// Heap of a socket's connection object.
        netconn: usize = Figure<Bytes>,
        /// Heap of a socket's receive mailbox.
        mailbox: usize = Figure<Bytes>,
        /// Heap that each segment in flight takes beside its data.
        segment: usize = Figure<Bytes>,
        /// How often an unanswered SYN is repeated.
        syn_retries: u32 = Figure<u32>,
        /// Wait before the first repetition; it doubles with each further one.
        syn_wait: Duration = Figure<Span>,
        /// How long data is repeated before the connection ends.
        give_up: Duration = Figure<Span>,
        /// Maximum segment lifetime; TIME-WAIT lasts twice as long.
        msl: Duration = Figure<Span>,
    }

    /// UDP. Sizes in bytes.
    "udp" Udp from UdpFile {
        /// Datagrams that a socket keeps until they are read; more are dropped.
        queue: u32 = Figure<u32>,
        /// Heap of one control block.
        pcb: usize = Figure<Bytes>,
        /// Heap of an application's idle socket beside its control block.
        socket: usize = Figure<Bytes>,
    }

    /// TLS by Mbed TLS. Sizes in bytes.
    "tls" Tls from TlsFile {
        /// Connections at once.
        contexts: u32 = Figure<u32>,
        /// Whether TLS 1.3 is built in beside TLS 1.2.
        tls13: bool = Figure<bool>,
        /// Largest record content that can be received.
        input: usize = Figure<Bytes>,
        /// Largest record content that can be sent; a client's certificate message must fit.
        output: usize = Figure<Bytes>,
        /// Whether record buffers shrink after a TLS 1.2 handshake (to the size of `output`).
        variable_buffers: bool = Figure<bool>,
        /// After a TLS 1.2 handshake, a larger inbound record content ends the connection.
        record_limit_12: Option<usize> = Option<Figure<Bytes>>,
        /// Heap of one record buffer beside its content (input: 16384 + 381).
        buffer_overhead: usize = Figure<Bytes>,
        /// Heap of a connection's contexts: session, configuration, entropy, generator, record. Charged in the
        /// handshake and after it.
        contexts_size: usize = Figure<Bytes>,
        /// Heap that the library takes once, at its first use.
        startup: usize = Figure<Bytes>,
        /// Handshake state that is set up with the record buffers, beside them.
        handshake_setup: usize = Figure<Bytes>,
        /// What the handshake's peak adds to buffers and `handshake_setup`, TLS 1.2.
        handshake_12: usize = Figure<Bytes>,
        /// The same, TLS 1.3.
        handshake_13: usize = Figure<Bytes>,
        /// What a client certificate adds to the peak.
        handshake_client: usize = Figure<Bytes>,
        /// What an established connection holds beside its record buffers, TLS 1.2.
        steady_12: usize = Figure<Bytes>,
        /// The same, TLS 1.3.
        steady_13: usize = Figure<Bytes>,
        /// What a client certificate adds to an established connection.
        steady_client: usize = Figure<Bytes>,
        /// Size of the peer's certificate chain (DER) with which peak and steady were measured; each byte more costs a byte.
        measured_chain: usize = Figure<Bytes>,
        /// Heap of a parsed certificate beside its DER.
        certificate: usize = Figure<Bytes>,
        /// Processor time of a full handshake with an RSA-2048 chain.
        handshake_time: Duration = Figure<Span>,
    }

    /// The link to the LAN.
    "link" Link from LinkFile {
        /// What carries frames.
        medium: Medium = Figure<Medium>,
        /// Bits per second.
        bandwidth: u64 = Figure<BitRate>,
        /// There and back on the LAN.
        rtt: Duration = Figure<Span>,
        /// Ethernet: from power to a negotiated link. Wi-Fi: start of the driver.
        start: Duration = Figure<Span>,
        /// Wi-Fi: time on one channel of a scan.
        scan_channel: Option<Duration> = Option<Figure<Span>>,
        /// Wi-Fi: authentication, association and the 4-way handshake of WPA2.
        association: Option<Duration> = Option<Figure<Span>>,
    }

    /// From reset to the application.
    "boot" Boot from BootFile {
        /// From reset to the start of the application's main.
        time: Duration = Figure<Span>,
    }

    /// Supply currents, in microamperes.
    "power" Currents from CurrentsFile {
        /// While booting.
        boot: u32 = Figure<Current>,
        /// Awake, network on.
        run: u32 = Figure<Current>,
        /// Network idle between beacons or frames, processor awake.
        modem_sleep: u32 = Figure<Current>,
        /// Processor paused, link kept.
        light_sleep: u32 = Figure<Current>,
        /// All but the clock off.
        deep_sleep: u32 = Figure<Current>,
    }

    /// The clock that runs through deep sleep, and the memory beside it.
    "rtc" Rtc from RtcFile {
        /// What it shows at power-on.
        start: Utc = Figure<Date>,
        /// Largest error while awake, parts per million, either way.
        drift_awake: u32 = Figure<Ppm>,
        /// Largest error in deep sleep, parts per million, either way.
        drift_asleep: u32 = Figure<Ppm>,
        /// Bytes that deep sleep keeps.
        memory: usize = Figure<Bytes>,
    }
}
