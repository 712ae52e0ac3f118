//! The TLS side of a connection, as its server saw it.

use nanorig_wire::tls::{ClientHello, DecodeError};

use super::At;

/// A ClientHello that arrived.
#[derive(Clone, Debug)]
pub struct Hello {
    /// When.
    pub at: At,
    /// Its content, or why it is malformed.
    pub content: Result<ClientHello, DecodeError>,
}

/// The chain that the server presented.
#[derive(Clone, Copy, Debug)]
pub struct Certificate<'t> {
    /// When it was chosen.
    pub at: At,
    /// `good`, or the name of what is wrong with it.
    pub kind: &'t str,
    /// Root that it leads to.
    pub root: &'t str,
    /// Bytes of all its certificates.
    pub chain_bytes: u32,
    /// DNS names that the leaf is for; none in traces of earlier versions.
    pub names: Option<&'t [String]>,
}

/// Something that the server does in TLS because it was told to.
#[derive(Clone, Copy, Debug)]
pub struct TlsOddity<'t> {
    /// When it began.
    pub at: At,
    /// What: `stalled`, `small-records`, `small-segments`, `corrupt-record` or `oversized-record`.
    pub what: &'t str,
}

/// A completed handshake.
#[derive(Clone, Copy, Debug)]
pub struct TlsSession<'t> {
    /// When it completed on the server's side.
    pub at: At,
    /// `TLSv1.2` or `TLSv1.3`.
    pub version: &'t str,
    /// Cipher suite, IANA name.
    pub suite: &'t str,
    /// Server name that the device asked for.
    pub sni: Option<&'t str>,
    /// Common name of the certificate that the device presented.
    pub client_certificate: Option<&'t str>,
    /// True when an earlier session was resumed.
    pub resumed: bool,
}

/// A failure of the handshake or of a later record.
#[derive(Clone, Copy, Debug)]
pub struct TlsFailure<'t> {
    /// When.
    pub at: At,
    /// Alert that the device sent.
    pub alert: Option<&'t str>,
    /// What the server's TLS library says.
    pub detail: &'t str,
}
