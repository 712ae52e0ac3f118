//! Who a connection belongs to: a device, or a module of a device.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// The longest device id or module id, in characters.
pub const MAX_ID_CHARS: usize = 128;

/// A device, or a module of a device. Ids are case-sensitive.
///
/// Its text, `dev` or `dev/mod`, is the MQTT client identifier.
///
/// ```
/// use nanorig_wire::hub::Identity;
///
/// let module: Identity = "dev1/mod1".parse()?;
/// assert_eq!(module, Identity::module("dev1", "mod1"));
/// assert_eq!(module.resource("contoso.azure-devices.net"), "contoso.azure-devices.net/devices/dev1/modules/mod1");
/// # Ok::<(), nanorig_wire::hub::IdentityError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Identity {
    /// Device id.
    pub device: String,
    /// Module id, when this is a module.
    pub module: Option<String>,
}

/// A text that names no device or module.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum IdentityError {
    /// An id without characters.
    #[error("{part} is empty")]
    Empty {
        /// `device id` or `module id`.
        part: &'static str,
    },
    /// An id of more than [`MAX_ID_CHARS`].
    #[error("{part} of {chars} characters is longer than 128")]
    TooLong {
        /// `device id` or `module id`.
        part: &'static str,
        /// Its length.
        chars: usize,
    },
    /// A character that ids cannot have.
    #[error("{part} has {found:?} in it")]
    Character {
        /// `device id` or `module id`.
        part: &'static str,
        /// The character.
        found: char,
    },
}

impl Identity {
    /// A device.
    #[must_use]
    pub fn device(device: impl Into<String>) -> Self {
        Self { device: device.into(), module: None }
    }

    /// A module of a device.
    #[must_use]
    pub fn module(device: impl Into<String>, module: impl Into<String>) -> Self {
        Self { device: device.into(), module: Some(module.into()) }
    }

    /// The MQTT client identifier: `dev` or `dev/mod`.
    #[must_use]
    pub fn client_id(&self) -> String {
        self.to_string()
    }

    /// What a SAS token for exactly this identity names, not encoded.
    #[must_use]
    pub fn resource(&self, host: &str) -> String {
        format!("{host}/{}", self.topic_prefix())
    }

    /// Holds both ids against the rules of the identity registry.
    ///
    /// # Errors
    /// When one is empty, too long or has a character that ids cannot have.
    pub fn check(&self) -> Result<(), IdentityError> {
        check_id("device id", &self.device)?;
        self.module.as_deref().map_or(Ok(()), |module| check_id("module id", module))
    }

    /// False for ids with `+` or `#`, which the registry takes but no MQTT topic can carry.
    #[must_use]
    pub fn fits_topics(&self) -> bool {
        !self.device.contains(['+', '#']) && !self.module.as_ref().is_some_and(|id| id.contains(['+', '#']))
    }

    /// `devices/dev` or `devices/dev/modules/mod`; ids are not encoded in topics.
    pub(super) fn topic_prefix(&self) -> String {
        let device = ["devices/", &self.device];
        match &self.module {
            None => device.concat(),
            Some(module) => [&device[..], &["/modules/", module]].concat().concat(),
        }
    }

    /// Takes `devices/dev/` or `devices/dev/modules/mod/` off a topic.
    pub(super) fn split_topic(topic: &str) -> Option<(Self, &str)> {
        let (device, rest) = topic.strip_prefix("devices/")?.split_once('/')?;
        match rest.strip_prefix("modules/").and_then(|rest| rest.split_once('/')) {
            Some((module, rest)) => Some((Self::module(device, module), rest)),
            None => Some((Self::device(device), rest)),
        }
    }
}

fn check_id(part: &'static str, id: &str) -> Result<(), IdentityError> {
    if id.is_empty() {
        return Err(IdentityError::Empty { part });
    }
    let allowed = |c: char| c.is_ascii_alphanumeric() || "-.+%_#*?!(),=@$':".contains(c);
    if let Some(found) = id.chars().find(|c| !allowed(*c)) {
        return Err(IdentityError::Character { part, found });
    }
    match id.len() {
        chars if chars > MAX_ID_CHARS => Err(IdentityError::TooLong { part, chars }),
        _ => Ok(()),
    }
}

impl fmt::Display for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.device)?;
        match &self.module {
            Some(module) => write!(f, "/{module}"),
            None => Ok(()),
        }
    }
}

impl FromStr for Identity {
    type Err = IdentityError;

    /// Reads a client identifier and checks its ids.
    fn from_str(text: &str) -> Result<Self, IdentityError> {
        let identity = match text.split_once('/') {
            None => Self::device(text),
            Some((device, module)) => Self::module(device, module),
        };
        identity.check().map(|()| identity)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn client_identifiers_are_read_and_written() {
        for text in ["dev1", "dev1/mod1", "a-b.c+d%e_f#g*h?i!j(k)l,m=n@o$p'q:r"] {
            assert_eq!(text.parse::<Identity>().unwrap().client_id(), text);
        }
        let error = "a/b/c".parse::<Identity>().unwrap_err();
        assert_eq!(error, IdentityError::Character { part: "module id", found: '/' });
        assert_eq!("dev1/".parse::<Identity>().unwrap_err().to_string(), "module id is empty");
        assert_eq!("dev 1".parse::<Identity>().unwrap_err().to_string(), "device id has ' ' in it");
        assert!("gerät".parse::<Identity>().is_err());
    }

    #[test]
    fn the_longest_id_has_128_characters() {
        assert!("d".repeat(128).parse::<Identity>().is_ok());
        let error = "d".repeat(129).parse::<Identity>().unwrap_err();
        assert_eq!(error, IdentityError::TooLong { part: "device id", chars: 129 });
    }

    #[test]
    fn ids_with_wildcards_fit_no_topic() {
        assert!(Identity::module("d", "m").fits_topics());
        assert!(!Identity::device("a+b").fits_topics());
        assert!(!Identity::module("d", "#").fits_topics());
    }
}
