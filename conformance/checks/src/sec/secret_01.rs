//! SEC-SECRET-01: keys and signatures stay out of logs and errors.
//!
//! A trace holds no keys. It holds what they signed: a word that makes the signature of a token that the device sent is the
//! key, or the key of its group.

use std::collections::BTreeSet;

use nanorig_trace::event::DeviceEvent;
use nanorig_wire::sas::{SasToken, SharedKey};

use crate::view::Connection;
use crate::{Check, Finding, Tally, View};

pub(crate) const CHECK: Check = Check { id: "SEC-SECRET-01", always: true, judge };

/// Base64 letters without padding of the shortest and the longest key, 16 and 64 bytes.
const LETTERS: std::ops::RangeInclusive<usize> = 22..=86;
/// What stands before a private key in PEM, of any kind.
const PEM: &str = "PRIVATE KEY-----";

fn judge(view: &View<'_>) -> Finding {
    let signed = Signed::of(view);
    let mut tally = Tally::default();
    let mut harmless: BTreeSet<String> = BTreeSet::new();
    for (at, event) in view.device_events() {
        let Some(line) = line(event) else { continue };
        if let Some(secret) = signed.secret_in(line, &mut harmless) {
            tally.bad(at, format!("this line holds {secret}"));
        } else if !signed.tokens.is_empty() {
            tally.good(at, "a line without a secret");
        }
    }
    tally.finish(
        "no line of logs and errors has a key or a signature",
        "a secret stands in logs or errors",
        "the device wrote no log and no error, or used no key that could stand there",
    )
}

/// What the device wrote for people.
fn line(event: &DeviceEvent) -> Option<&str> {
    let text = match event {
        DeviceEvent::Console { text } => text,
        DeviceEvent::Fault { message } | DeviceEvent::RegistrationFailed { message, .. } => message,
        DeviceEvent::TlsFailed { detail, .. } => detail,
        _ => return None,
    };
    (!text.is_empty()).then_some(text)
}

/// What the device proved itself with.
#[derive(Default)]
struct Signed {
    tokens: Vec<SasToken>,
    /// `sig` as it was sent, and decoded.
    signatures: BTreeSet<String>,
    /// Ids from which the key of a group derives a device's.
    ids: BTreeSet<String>,
}

impl Signed {
    fn of(view: &View<'_>) -> Self {
        let mut signed = Self::default();
        for service in ["hub", "dps"] {
            view.connections_to(service).for_each(|connection| signed.add(connection));
        }
        signed
    }

    fn add(&mut self, connection: &Connection<'_>) {
        let Some((_, connect)) = connection.connect() else { return };
        let Some(text) = connect.password.as_ref().and_then(|text| std::str::from_utf8(text).ok()) else {
            return;
        };
        let Ok(token) = SasToken::parse(text) else { return };
        let raw = text.split(['&', ' ']).find_map(|field| field.strip_prefix("sig=")).unwrap_or_default();
        self.signatures.extend(nanorig_wire::percent::decode(raw));
        self.signatures.insert(raw.to_owned());
        self.ids.insert(connect.client_id.clone());
        self.tokens.push(token);
    }

    /// What kind of secret the line holds. Words that are none are remembered in `harmless`.
    fn secret_in(&self, line: &str, harmless: &mut BTreeSet<String>) -> Option<&'static str> {
        if line.contains(PEM) {
            return Some("a private key");
        }
        if self.signatures.iter().any(|signature| line.contains(signature.as_str())) {
            return Some("the signature of a token");
        }
        for word in words(line) {
            if harmless.contains(word) {
                continue;
            }
            if self.is_key(word) {
                return Some("the device's key");
            }
            harmless.insert(word.to_owned());
        }
        None
    }

    fn is_key(&self, word: &str) -> bool {
        let padding = "=".repeat(word.len().wrapping_neg() % 4);
        let Ok(key) = SharedKey::from_base64(&format!("{word}{padding}")) else { return false };
        let derived = || self.ids.iter().map(|id| key.derive(id));
        self.tokens.iter().any(|token| token.verify(&key) || derived().any(|key| token.verify(&key)))
    }
}

/// Words that are long enough for a key, without padding. A text in base64 may follow a path or another word.
fn words(line: &str) -> impl Iterator<Item = &str> {
    let letter = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '/');
    line.split(move |c| !letter(c)).filter(|word| LETTERS.contains(&word.len()))
}

#[cfg(test)]
mod tests {
    use nanorig_trace::event::DeviceEvent;
    use nanorig_wire::sas::{SasToken, SharedKey};

    use crate::testing::{HUB_NAME, Story, hub_connect};
    use crate::{Finding, Verdict};

    const KEY: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

    /// A device that signs with a key derived from this one, or with the key itself, and then writes a line.
    fn writes(derived: bool, line: &str) -> Story {
        let mut story = Story::new();
        let key = SharedKey::from_base64(KEY).unwrap();
        let key = if derived { key.derive("nano-01") } else { key };
        let mut connect = hub_connect();
        let token = SasToken::sign(&format!("{HUB_NAME}/devices/nano-01"), 1_800_000_000, &key, None);
        connect.password = Some(token.into());
        story.at(1.0).session_with("hub", connect, false);
        story.at(2.0).event(DeviceEvent::Console { text: line.into() });
        story
    }

    fn signature() -> String {
        let key = SharedKey::from_base64(KEY).unwrap();
        let token = SasToken::sign(&format!("{HUB_NAME}/devices/nano-01"), 1_800_000_000, &key, None);
        token.split('&').find_map(|field| field.strip_prefix("sig=")).unwrap().to_owned()
    }

    #[test]
    fn lines_without_a_secret_pass() {
        let other = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh4=";
        for line in ["connected", &format!("sr={HUB_NAME} key {other}"), &KEY[..16]] {
            writes(false, line).expect("SEC-SECRET-01", Verdict::Pass);
        }
    }

    #[test]
    fn the_key_its_group_s_and_a_signature_fail() {
        for line in [format!("key={KEY};"), format!("key {}", KEY.trim_end_matches('=')), signature()] {
            writes(false, &line).expect("SEC-SECRET-01", Verdict::Fail);
        }
        let decoded = nanorig_wire::percent::decode(&signature()).unwrap();
        writes(false, &decoded).expect("SEC-SECRET-01", Verdict::Fail);
        let group = writes(true, &format!("group key {KEY}")).expect("SEC-SECRET-01", Verdict::Fail);
        assert!(!shows(&group, KEY), "a report does not repeat it: {group:?}");
    }

    fn shows(finding: &Finding, text: &str) -> bool {
        finding.summary.contains(text) || finding.evidence.iter().any(|evidence| evidence.text.contains(text))
    }

    #[test]
    fn a_private_key_fails_and_a_public_one_does_not() {
        writes(false, "-----BEGIN EC PRIVATE KEY-----").expect("SEC-SECRET-01", Verdict::Fail);
        writes(false, "-----BEGIN PUBLIC KEY-----").expect("SEC-SECRET-01", Verdict::Pass);
    }

    #[test]
    fn errors_are_read_as_logs_are() {
        let mut story = writes(false, "connected");
        let message = format!("refused with {KEY}");
        story.event(DeviceEvent::RegistrationFailed { error: "unauthorized".into(), code: 401, message });
        story.expect("SEC-SECRET-01", Verdict::Fail);
    }

    #[test]
    fn without_a_line_or_a_token_it_is_inconclusive() {
        writes(false, "").expect("SEC-SECRET-01", Verdict::Inconclusive);
        let mut story = Story::new();
        story.at(1.0).event(DeviceEvent::Console { text: KEY.into() });
        story.expect("SEC-SECRET-01", Verdict::Inconclusive);
    }
}
