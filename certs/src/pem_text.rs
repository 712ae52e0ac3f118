//! The PEM text form (RFC 7468) of DER documents.

use pem::{EncodeConfig, LineEnding, Pem};

/// The PEM text of `documents`, one block each, lines ending in LF.
pub(crate) fn encode<'a>(label: &str, documents: impl IntoIterator<Item = &'a [u8]>) -> String {
    let blocks: Vec<Pem> = documents.into_iter().map(|der| Pem::new(label, der)).collect();
    pem::encode_many_config(&blocks, EncodeConfig::new().set_line_ending(LineEnding::LF))
}

/// The PEM text of `certificates`, one block each.
pub(crate) fn certificates<'a>(certificates: impl IntoIterator<Item = &'a [u8]>) -> String {
    encode("CERTIFICATE", certificates)
}
