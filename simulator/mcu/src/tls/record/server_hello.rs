//! The version in a ServerHello.

use crate::tls::memory::Version;

const SERVER_HELLO: u8 = 2;
/// Handshake header: type and length (RFC 5246 7.4).
const HEADER: usize = 4;
/// A ServerHello has a few small extensions; a larger one is left to rustls.
const LARGEST: usize = 2_048;
const SUPPORTED_VERSIONS: u16 = 43;
const TLS13: [u8; 2] = [3, 4];

/// Collects the server's first handshake message, however it is split over records.
#[derive(Debug)]
pub(super) enum ServerHello {
    /// So far.
    Collecting(Vec<u8>),
    /// It has been read; `None` when it makes no sense.
    Read(Option<Version>),
}

impl ServerHello {
    pub(super) const fn new() -> Self {
        Self::Collecting(Vec::new())
    }

    pub(super) fn version(&self) -> Option<Version> {
        match self {
            Self::Collecting(_) => None,
            Self::Read(version) => *version,
        }
    }

    /// Takes bytes of clear handshake records.
    pub(super) fn feed(&mut self, bytes: &[u8]) {
        let Self::Collecting(message) = self else { return };
        let room = (HEADER + LARGEST).saturating_sub(message.len());
        message.extend(bytes.iter().take(room));
        let Some(&[kind, a, b, c]) = message.first_chunk() else { return };
        let length = u32::from_be_bytes([0, a, b, c]) as usize;
        if kind != SERVER_HELLO || length > LARGEST {
            *self = Self::Read(None);
        } else if let Some(body) = message.get(HEADER..HEADER + length) {
            *self = Self::Read(version(body));
        }
    }
}

/// The version of a ServerHello's body: that of `supported_versions` (RFC 8446 4.2.1), else TLS 1.2, the only
/// other one that rustls accepts. A HelloRetryRequest has the same form.
fn version(body: &[u8]) -> Option<Version> {
    // legacy_version, random, legacy_session_id, cipher_suite, compression method
    let session_id = usize::from(*body.get(34)?);
    let extensions = body.get(35 + session_id + 3..)?;
    let Some((length, mut rest)) = extensions.split_first_chunk::<2>() else {
        return Some(Version::Tls12);
    };
    rest = rest.get(..usize::from(u16::from_be_bytes(*length)))?;
    while let Some((head, tail)) = rest.split_first_chunk::<4>() {
        let kind = u16::from_be_bytes([head[0], head[1]]);
        let (value, next) = tail.split_at_checked(usize::from(u16::from_be_bytes([head[2], head[3]])))?;
        if kind == SUPPORTED_VERSIONS && value == TLS13 {
            return Some(Version::Tls13);
        }
        rest = next;
    }
    Some(Version::Tls12)
}
