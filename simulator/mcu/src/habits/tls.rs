//! What the firmware decides about TLS.

use std::time::Duration;

/// Decisions of the TLS client.
#[derive(Clone, Debug, PartialEq)]
pub struct TlsHabits {
    /// The chain must lead to a trusted root. RFC 5280 6.1.
    pub verify_chain: bool,
    /// Certificates and roots must be valid now. RFC 5280 4.1.2.5.
    pub verify_dates: bool,
    /// The certificate must be for the host. RFC 6125 6.
    pub verify_name: bool,
    /// The certificate must be for servers. RFC 5280 4.2.1.12.
    pub verify_purpose: bool,
    /// The server must hold the certificate's key. RFC 5246 7.4.3, RFC 8446 4.4.3.
    pub verify_signature: bool,
    /// How the host is compared with the certificate's names.
    pub name_match: NameMatch,
    /// Refuse every leaf but the first one of a host, so that a renewed certificate locks the device out.
    /// Forgotten at reset.
    pub pin_leaf: bool,
    /// Refuse to connect while the clock was never set: dates cannot be checked with it.
    pub require_clock: bool,
    /// Send the host name in the ClientHello. RFC 6066 3.
    pub send_sni: bool,
    /// Send close_notify before the connection is closed. RFC 5246 7.2.1, RFC 8446 6.1.
    pub close_notify: bool,
    /// Take the end of the TCP connection for the end of the data, though no close_notify came. RFC 5246 7.2.1
    /// forbids it.
    pub accept_truncation: bool,
    /// What a record that is too long or fails its authentication does to the connection.
    pub record_errors: RecordErrors,
    /// Takes what has come of a record this long after its first byte for the whole of it; none: reads on until it
    /// is whole. RFC 5246 6.2.1.
    pub record_patience: Option<Duration>,
    /// Put a handshake message together that is spread over several records. RFC 5246 6.2.1, RFC 8446 5.1.
    pub reassemble_handshake: bool,
    /// Resume earlier sessions. Off by default, as in .NET nanoFramework.
    pub resume: Resume,
    /// Longest handshake; none: for ever. Default 60 s.
    pub handshake_timeout: Option<Duration>,
}

impl Default for TlsHabits {
    fn default() -> Self {
        Self {
            verify_chain: true,
            verify_dates: true,
            verify_name: true,
            verify_purpose: true,
            verify_signature: true,
            name_match: NameMatch::Strict,
            pin_leaf: false,
            require_clock: true,
            send_sni: true,
            close_notify: true,
            accept_truncation: false,
            record_errors: RecordErrors::End,
            record_patience: None,
            reassemble_handshake: true,
            resume: Resume::Never,
            handshake_timeout: Some(Duration::from_secs(60)),
        }
    }
}

/// How a host name is compared with the names of a certificate.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum NameMatch {
    /// Subject alternative names only; a wildcard stands for one whole left-most label. RFC 6125 6.4.
    #[default]
    Strict,
    /// Also the subject's common name, though there are alternative names. RFC 6125 6.4.4 forbids it.
    CommonName,
    /// A wildcard stands for any number of labels. RFC 6125 6.4.3 forbids it.
    DeepWildcard,
}

/// What a record that is not in order does to the connection.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RecordErrors {
    /// It ends. RFC 5246 7.2.2, RFC 8446 6.2.
    #[default]
    End,
    /// The reader takes the error for "nothing has come yet" and asks again for ever. No alert is sent.
    TakenForNothing,
}

/// How long TLS sessions are kept to be resumed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Resume {
    /// Every connection does a full handshake.
    #[default]
    Never,
    /// In RAM: until reset or deep sleep.
    UntilReset,
    /// In memory that deep sleep keeps: until power is lost.
    AcrossSleep,
}
