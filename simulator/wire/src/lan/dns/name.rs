//! Domain names.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::str::FromStr;

/// Longest name in octets with length octets and the final zero (RFC 1035 2.3.4).
pub(super) const NAME_LIMIT: usize = 255;
/// Longest label in octets (RFC 1035 2.3.4).
pub(super) const LABEL_LIMIT: usize = 63;

/// A domain name, written without the final dot; the root is `.`.
///
/// Letters keep their case, and comparisons ignore it (RFC 1035 2.3.3). Labels hold visible ASCII without
/// dots: the names of a cloud need no more, and what a peer sends beyond that is refused by the decoder.
///
/// ```
/// use nanorig_wire::lan::dns::Name;
/// let name: Name = "Contoso.azure-devices.net.".parse()?;
/// assert_eq!(name.as_str(), "Contoso.azure-devices.net");
/// assert_eq!(name, "contoso.Azure-Devices.net".parse::<Name>()?);
/// # Ok::<(), nanorig_wire::lan::dns::NameError>(())
/// ```
#[derive(Clone)]
pub struct Name(String);

/// Why a text is not a domain name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NameError {
    /// A label is empty or too long.
    #[error("label `{label}` has {} octets where 1 to 63 are allowed (RFC 1035 2.3.4)", .label.len())]
    Label {
        /// The label.
        label: String,
    },
    /// The whole name is too long.
    #[error("name takes {octets} octets where 255 are allowed (RFC 1035 2.3.4)")]
    Length {
        /// Octets that it would take on the wire.
        octets: usize,
    },
    /// A character that labels do not have here.
    #[error("character {found:?} is not visible ASCII (RFC 1035 2.3.1)")]
    Character {
        /// The character.
        found: char,
    },
}

impl Name {
    /// The root of all names.
    #[must_use]
    pub fn root() -> Self {
        Self(".".to_owned())
    }

    /// The name as text, without the final dot.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Its labels, the most specific first; none for the root.
    pub fn labels(&self) -> impl Iterator<Item = &str> {
        self.0.split('.').filter(|label| !label.is_empty())
    }

    /// A name of labels that the decoder has checked one by one.
    pub(super) fn from_checked(text: String) -> Self {
        if text.is_empty() { Self::root() } else { Self(text) }
    }
}

impl FromStr for Name {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        if text == "." {
            return Ok(Self::root());
        }
        let text = text.strip_suffix('.').unwrap_or(text);
        if let Some(found) = text.chars().find(|c| !c.is_ascii_graphic()) {
            return Err(NameError::Character { found });
        }
        let bad = |label: &&str| label.is_empty() || label.len() > LABEL_LIMIT;
        if let Some(label) = text.split('.').find(bad) {
            return Err(NameError::Label { label: label.to_owned() });
        }
        match text.len() + 2 {
            octets if octets > NAME_LIMIT => Err(NameError::Length { octets }),
            _ => Ok(Self(text.to_owned())),
        }
    }
}

impl PartialEq for Name {
    fn eq(&self, other: &Self) -> bool {
        self.0.eq_ignore_ascii_case(&other.0)
    }
}

impl Eq for Name {}

impl PartialEq<str> for Name {
    fn eq(&self, other: &str) -> bool {
        self.0.eq_ignore_ascii_case(other.strip_suffix('.').filter(|rest| !rest.is_empty()).unwrap_or(other))
    }
}

impl Hash for Name {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.to_ascii_lowercase().hash(state);
    }
}

impl PartialOrd for Name {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Name {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.to_ascii_lowercase().cmp(&other.0.to_ascii_lowercase())
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}
