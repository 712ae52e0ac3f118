//! Secrets of connections, for the capture.

use std::fmt::{self, Write as _};

use rustls::KeyLog;

use crate::Capture;

/// Writes the secrets of a party's connections into a capture, so that Wireshark decrypts it.
///
/// Both ends should have one: in TLS 1.3 the server knows its secrets before the client
/// does, and the packets between those moments can be read only with the server's.
#[derive(Clone)]
pub struct KeyLogger(Capture);

impl KeyLogger {
    /// A logger into `capture`.
    #[must_use]
    pub fn new(capture: Capture) -> Self {
        Self(capture)
    }
}

impl KeyLog for KeyLogger {
    fn log(&self, label: &str, client_random: &[u8], secret: &[u8]) {
        self.0.secret(&line(label, client_random, secret));
    }
}

/// A line of the NSS key log format, without its end.
fn line(label: &str, client_random: &[u8], secret: &[u8]) -> String {
    format!("{label} {} {}", hex(client_random), hex(secret))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        write!(text, "{byte:02x}").expect("a String takes everything");
        text
    })
}

impl fmt::Debug for KeyLogger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KeyLogger(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::line;

    #[test]
    fn lines_have_the_form_of_nss() {
        assert_eq!(line("CLIENT_RANDOM", &[0x00, 0xab], &[0xff, 0x10]), "CLIENT_RANDOM 00ab ff10");
    }
}
