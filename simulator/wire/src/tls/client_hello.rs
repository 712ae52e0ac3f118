//! The ClientHello handshake message (RFC 8446 4.1.2, RFC 5246 7.4.1.2).

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use bytes::Bytes;

use super::ExtensionType;
use crate::octets::{DecodeError, Octets, Problem};

/// Handshake type of a ClientHello.
pub(super) const CLIENT_HELLO: u8 = 1;
/// `TLS_EMPTY_RENEGOTIATION_INFO_SCSV` (RFC 5746 3.3).
const RENEGOTIATION_SCSV: u16 = 0x00ff;

/// What a TLS client offers.
///
/// The fields behind [`extensions`](Self::extensions) come from extensions; each is absent (`None` or empty)
/// exactly when its extension is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientHello {
    /// Highest version, said in the old way: 0x0303 for TLS 1.2 and also for TLS 1.3.
    pub legacy_version: u16,
    /// Random of the client.
    pub random: [u8; 32],
    /// Session id, at most 32 octets.
    pub session_id: Bytes,
    /// Cipher suites in order of preference, signalling values included.
    pub cipher_suites: Vec<u16>,
    /// Compression methods; NULL (0) is always among them.
    pub compression_methods: Vec<u8>,
    /// Types of all extensions in the order sent.
    pub extensions: Vec<ExtensionType>,
    /// Versions in order of preference (`supported_versions`).
    pub versions: Vec<u16>,
    /// Key exchange groups in order of preference (`supported_groups`).
    pub groups: Vec<u16>,
    /// Signature schemes in order of preference (`signature_algorithms`).
    pub signature_schemes: Vec<u16>,
    /// Host name that the client wants to reach (`server_name`).
    pub sni: Option<String>,
    /// Application protocols in order of preference.
    pub alpn: Vec<Bytes>,
    /// Code of the record length wanted: 1 to 4 for 2^9 to 2^12 (`max_fragment_length`).
    pub max_fragment_length: Option<u8>,
    /// Longest record that the client accepts, at least 64 (`record_size_limit`).
    pub record_size_limit: Option<u16>,
    /// Ticket of an earlier session, empty when only a new one is wanted (`session_ticket`).
    pub session_ticket: Option<Bytes>,
    /// Verify data of the connection that is renegotiated, empty at first (`renegotiation_info`).
    pub renegotiation_info: Option<Bytes>,
    /// Data of all other extensions, by type.
    pub other: BTreeMap<ExtensionType, Bytes>,
}

impl ClientHello {
    /// Reads a handshake message: type, length and body, without record headers.
    ///
    /// # Errors
    /// The first field that is not as its clause says.
    pub fn parse(handshake: &[u8]) -> Result<Self, DecodeError> {
        let mut octets = Octets::new(handshake, "RFC 8446 4");
        match octets.u8("msg_type")? {
            CLIENT_HELLO => {}
            other => {
                let problem = Problem::Value { found: u64::from(other), allowed: "1 (client_hello)" };
                return Err(octets.error_at(0, "msg_type", problem));
            }
        }
        let length = octets.u24("length")?;
        let mut body = octets.slice(length, "ClientHello")?.under("RFC 8446 4.1.2");
        octets.finish("ClientHello")?;
        let legacy_version = body.u16("legacy_version")?;
        let random = body.array("random")?;
        let session_id = counted_u8(&mut body, "legacy_session_id", 0..=32, "0 to 32")?;
        let suites_at = body.offset();
        let cipher_suites = list_u16(&mut body, "cipher_suites")?;
        if cipher_suites.is_empty() {
            return Err(body.error_at(suites_at, "cipher_suites", Problem::Missing));
        }
        let methods_at = body.offset();
        let compression_methods =
            counted_u8(&mut body, "legacy_compression_methods", 1..=255, "1 to 255")?.to_vec();
        if !compression_methods.contains(&0) {
            // RFC 5246 7.4.1.2: all implementations must support NULL.
            return Err(body.error_at(methods_at, "legacy_compression_methods", Problem::Missing));
        }
        let mut hello = Self {
            legacy_version,
            random,
            session_id: Bytes::copy_from_slice(session_id),
            cipher_suites,
            compression_methods,
            ..Self::bare()
        };
        if !body.is_empty() {
            let length = body.u16("extensions")?;
            let mut extensions = body.slice(usize::from(length), "extensions")?.under("RFC 8446 4.2");
            body.finish("extensions")?;
            while !extensions.is_empty() {
                hello.parse_extension(&mut extensions)?;
            }
        }
        Ok(hello)
    }

    /// The handshake message: type, length and body. Extensions go in the order of
    /// [`extensions`](Self::extensions); a field whose extension is not listed there is left out.
    ///
    /// # Panics
    /// A list is longer than its length field can say.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut body = Vec::new();
        body.extend(self.legacy_version.to_be_bytes());
        body.extend(self.random);
        put_u8(&mut body, &self.session_id);
        put_u16(&mut body, &words(&self.cipher_suites));
        put_u8(&mut body, &self.compression_methods);
        let mut extensions = Vec::new();
        for kind in &self.extensions {
            extensions.extend(kind.0.to_be_bytes());
            put_u16(&mut extensions, &self.extension_data(*kind));
        }
        if !extensions.is_empty() {
            put_u16(&mut body, &extensions);
        }
        let length = u32::try_from(body.len()).ok().filter(|length| length >> 24 == 0);
        let length = length.expect("a handshake message has at most 2^24-1 octets");
        let mut out = (u32::from(CLIENT_HELLO) << 24 | length).to_be_bytes().to_vec();
        out.append(&mut body);
        out
    }

    /// True when an extension of this type was sent.
    #[must_use]
    pub fn has(&self, kind: ExtensionType) -> bool {
        self.extensions.contains(&kind)
    }

    /// Highest version that the client says it accepts, values reserved by RFC 8701 (GREASE) left aside.
    #[must_use]
    pub fn highest_version(&self) -> u16 {
        let listed = self.versions.iter().copied().filter(|version| !is_grease(*version)).max();
        listed.unwrap_or(self.legacy_version)
    }

    /// True when the client signals that it renegotiates securely, by the extension or by the signalling suite
    /// (RFC 5746 3.4).
    #[must_use]
    pub fn renegotiates_securely(&self) -> bool {
        self.renegotiation_info.is_some() || self.cipher_suites.contains(&RENEGOTIATION_SCSV)
    }

    /// Longest plaintext of a record that the client asks for, by either extension.
    #[must_use]
    pub fn wanted_record_bytes(&self) -> Option<usize> {
        let by_code = self.max_fragment_length.map(|code| 1usize << (8 + code));
        self.record_size_limit.map(usize::from).or(by_code)
    }

    fn bare() -> Self {
        Self {
            legacy_version: 0,
            random: [0; 32],
            session_id: Bytes::new(),
            cipher_suites: Vec::new(),
            compression_methods: Vec::new(),
            extensions: Vec::new(),
            versions: Vec::new(),
            groups: Vec::new(),
            signature_schemes: Vec::new(),
            sni: None,
            alpn: Vec::new(),
            max_fragment_length: None,
            record_size_limit: None,
            session_ticket: None,
            renegotiation_info: None,
            other: BTreeMap::new(),
        }
    }

    fn parse_extension(&mut self, octets: &mut Octets<'_>) -> Result<(), DecodeError> {
        let start = octets.offset();
        let kind = ExtensionType(octets.u16("extension_type")?);
        if self.has(kind) {
            return Err(octets.error_at(start, "extension_type", Problem::Repeated { code: kind.0 }));
        }
        if self.extensions.last() == Some(&ExtensionType::PRE_SHARED_KEY) {
            // RFC 8446 4.2.11: pre_shared_key must be the last extension.
            let problem =
                Problem::Value { found: u64::from(kind.0), allowed: "nothing after pre_shared_key" };
            return Err(octets.error_at(start, "extension_type", problem));
        }
        self.extensions.push(kind);
        let length = octets.u16("extension_data")?;
        let mut data = octets.slice(usize::from(length), "extension_data")?;
        match kind {
            ExtensionType::SERVER_NAME => self.sni = server_name(&mut data.under("RFC 6066 3"))?,
            ExtensionType::MAX_FRAGMENT_LENGTH => {
                let mut data = data.under("RFC 6066 4");
                let at = data.offset();
                match data.u8("max_fragment_length")? {
                    code @ 1..=4 => self.max_fragment_length = Some(code),
                    other => {
                        let problem = Problem::Value { found: u64::from(other), allowed: "1 to 4" };
                        return Err(data.error_at(at, "max_fragment_length", problem));
                    }
                }
                data.finish("max_fragment_length")?;
            }
            ExtensionType::RECORD_SIZE_LIMIT => {
                let mut data = data.under("RFC 8449 4");
                let at = data.offset();
                match data.u16("record_size_limit")? {
                    limit @ 64.. => self.record_size_limit = Some(limit),
                    other => {
                        let problem = Problem::Value { found: u64::from(other), allowed: "at least 64" };
                        return Err(data.error_at(at, "record_size_limit", problem));
                    }
                }
                data.finish("record_size_limit")?;
            }
            ExtensionType::SUPPORTED_VERSIONS => {
                let mut data = data.under("RFC 8446 4.2.1");
                let list = counted_u8(&mut data, "versions", 2..=254, "2 to 254")?;
                self.versions = split_words(list).ok_or_else(|| odd(&data, "versions", list.len()))?;
                data.finish("versions")?;
            }
            ExtensionType::SUPPORTED_GROUPS => {
                self.groups = whole_list_u16(&mut data.under("RFC 8446 4.2.7"), "named_group_list")?;
            }
            ExtensionType::SIGNATURE_ALGORITHMS => {
                let mut data = data.under("RFC 8446 4.2.3");
                self.signature_schemes = whole_list_u16(&mut data, "supported_signature_algorithms")?;
            }
            ExtensionType::ALPN => self.alpn = protocols(&mut data.under("RFC 7301 3.1"))?,
            ExtensionType::SESSION_TICKET => {
                let ticket = data.take(data.left(), "ticket")?;
                self.session_ticket = Some(Bytes::copy_from_slice(ticket));
            }
            ExtensionType::RENEGOTIATION_INFO => {
                let mut data = data.under("RFC 5746 3.2");
                let verify = counted_u8(&mut data, "renegotiated_connection", 0..=255, "0 to 255")?;
                data.finish("renegotiated_connection")?;
                self.renegotiation_info = Some(Bytes::copy_from_slice(verify));
            }
            _ => {
                let octets = data.take(data.left(), "extension_data")?;
                self.other.insert(kind, Bytes::copy_from_slice(octets));
            }
        }
        Ok(())
    }

    fn extension_data(&self, kind: ExtensionType) -> Vec<u8> {
        let mut out = Vec::new();
        match kind {
            ExtensionType::SERVER_NAME => {
                if let Some(name) = &self.sni {
                    let mut entry = vec![0];
                    put_u16(&mut entry, name.as_bytes());
                    put_u16(&mut out, &entry);
                }
            }
            ExtensionType::MAX_FRAGMENT_LENGTH => out.extend(self.max_fragment_length),
            ExtensionType::RECORD_SIZE_LIMIT => {
                out.extend(self.record_size_limit.into_iter().flat_map(u16::to_be_bytes));
            }
            ExtensionType::SUPPORTED_VERSIONS => put_u8(&mut out, &words(&self.versions)),
            ExtensionType::SUPPORTED_GROUPS => put_u16(&mut out, &words(&self.groups)),
            ExtensionType::SIGNATURE_ALGORITHMS => put_u16(&mut out, &words(&self.signature_schemes)),
            ExtensionType::ALPN => {
                let mut list = Vec::new();
                self.alpn.iter().for_each(|protocol| put_u8(&mut list, protocol));
                put_u16(&mut out, &list);
            }
            ExtensionType::SESSION_TICKET => out.extend(self.session_ticket.iter().flatten()),
            ExtensionType::RENEGOTIATION_INFO => {
                put_u8(&mut out, self.renegotiation_info.as_deref().unwrap_or_default());
            }
            _ => out.extend(self.other.get(&kind).into_iter().flatten()),
        }
        out
    }
}

/// True for the values that RFC 8701 reserves so that peers learn to ignore what they do not know.
fn is_grease(value: u16) -> bool {
    value & 0x0f0f == 0x0a0a && value >> 8 == value & 0xff
}

fn server_name(data: &mut Octets<'_>) -> Result<Option<String>, DecodeError> {
    let length = data.u16("server_name_list")?;
    let mut list = data.slice(usize::from(length), "server_name_list")?;
    data.finish("server_name_list")?;
    let mut host_name = None;
    while !list.is_empty() {
        let at = list.offset();
        let kind = list.u8("name_type")?;
        let length = list.u16("HostName")?;
        let name = list.take(usize::from(length), "HostName")?;
        if kind != 0 {
            continue;
        }
        if host_name.is_some() {
            return Err(list.error_at(at, "name_type", Problem::Repeated { code: 0 }));
        }
        if name.is_empty() {
            return Err(list.error_at(at, "HostName", Problem::Missing));
        }
        if let Some(&octet) = name.iter().find(|octet| !octet.is_ascii_graphic()) {
            return Err(list.error_at(at + 3, "HostName", Problem::Text { octet }));
        }
        host_name = Some(name.iter().map(|&octet| char::from(octet)).collect());
    }
    match host_name {
        Some(name) => Ok(Some(name)),
        None => Err(list.error("HostName", Problem::Missing)),
    }
}

fn protocols(data: &mut Octets<'_>) -> Result<Vec<Bytes>, DecodeError> {
    let length = data.u16("protocol_name_list")?;
    let mut list = data.slice(usize::from(length), "protocol_name_list")?;
    data.finish("protocol_name_list")?;
    let mut names = Vec::new();
    while !list.is_empty() {
        names.push(Bytes::copy_from_slice(counted_u8(&mut list, "ProtocolName", 1..=255, "1 to 255")?));
    }
    if names.is_empty() {
        return Err(list.error("ProtocolName", Problem::Missing));
    }
    Ok(names)
}

/// A list of octets behind one octet of length.
fn counted_u8<'a>(
    octets: &mut Octets<'a>,
    field: &'static str,
    lengths: std::ops::RangeInclusive<usize>,
    allowed: &'static str,
) -> Result<&'a [u8], DecodeError> {
    let at = octets.offset();
    let length = usize::from(octets.u8(field)?);
    if !lengths.contains(&length) {
        return Err(octets.error_at(at, field, Problem::Length { found: length, allowed }));
    }
    octets.take(length, field)
}

/// A list of words behind two octets of length.
fn list_u16(octets: &mut Octets<'_>, field: &'static str) -> Result<Vec<u16>, DecodeError> {
    let length = usize::from(octets.u16(field)?);
    let list = octets.take(length, field)?;
    split_words(list).ok_or_else(|| odd(octets, field, length))
}

/// A list of at least one word that fills its extension.
fn whole_list_u16(octets: &mut Octets<'_>, field: &'static str) -> Result<Vec<u16>, DecodeError> {
    let list = list_u16(octets, field)?;
    octets.finish(field)?;
    if list.is_empty() {
        return Err(octets.error(field, Problem::Missing));
    }
    Ok(list)
}

fn odd(octets: &Octets<'_>, field: &'static str, found: usize) -> DecodeError {
    octets.error(field, Problem::Length { found, allowed: "an even number" })
}

fn split_words(list: &[u8]) -> Option<Vec<u16>> {
    match list.as_chunks::<2>() {
        (pairs, []) => Some(pairs.iter().copied().map(u16::from_be_bytes).collect()),
        _ => None,
    }
}

fn words(list: &[u16]) -> Vec<u8> {
    list.iter().copied().flat_map(u16::to_be_bytes).collect()
}

fn put_u8(out: &mut Vec<u8>, data: &[u8]) {
    out.push(u8::try_from(data.len()).expect("the list has at most 255 octets"));
    out.extend(data);
}

fn put_u16(out: &mut Vec<u8>, data: &[u8]) {
    out.extend(u16::try_from(data.len()).expect("the list has at most 65535 octets").to_be_bytes());
    out.extend(data);
}
