//! Extensions of a ClientHello by their numbers.

/// The type of a TLS extension (IANA "TLS ExtensionType Values").
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ExtensionType(pub u16);

impl ExtensionType {
    /// `server_name` (RFC 6066 3).
    pub const SERVER_NAME: Self = Self(0);
    /// `max_fragment_length` (RFC 6066 4).
    pub const MAX_FRAGMENT_LENGTH: Self = Self(1);
    /// `supported_groups` (RFC 8446 4.2.7).
    pub const SUPPORTED_GROUPS: Self = Self(10);
    /// `signature_algorithms` (RFC 8446 4.2.3).
    pub const SIGNATURE_ALGORITHMS: Self = Self(13);
    /// `application_layer_protocol_negotiation` (RFC 7301 3.1).
    pub const ALPN: Self = Self(16);
    /// `encrypt_then_mac` (RFC 7366).
    pub const ENCRYPT_THEN_MAC: Self = Self(22);
    /// `extended_master_secret` (RFC 7627 5.1).
    pub const EXTENDED_MASTER_SECRET: Self = Self(23);
    /// `record_size_limit` (RFC 8449 4).
    pub const RECORD_SIZE_LIMIT: Self = Self(28);
    /// `session_ticket` (RFC 5077 3.2).
    pub const SESSION_TICKET: Self = Self(35);
    /// `pre_shared_key` (RFC 8446 4.2.11), always the last.
    pub const PRE_SHARED_KEY: Self = Self(41);
    /// `supported_versions` (RFC 8446 4.2.1).
    pub const SUPPORTED_VERSIONS: Self = Self(43);
    /// `key_share` (RFC 8446 4.2.8).
    pub const KEY_SHARE: Self = Self(51);
    /// `renegotiation_info` (RFC 5746 3.2).
    pub const RENEGOTIATION_INFO: Self = Self(0xff01);
}
