//! Topic names and topic filters (section 4.7).

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

/// How a topic name or filter breaks section 4.7.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum TopicFault {
    /// It has no character (MQTT-4.7.3-1).
    #[error("topic is empty")]
    Empty,
    /// It has U+0000 in it (MQTT-4.7.3-2).
    #[error("topic has u+0000 in it")]
    NullCharacter,
    /// It is longer than 65535 bytes (MQTT-4.7.3-3).
    #[error("topic of {bytes} bytes is longer than 65535")]
    TooLong {
        /// Its length.
        bytes: usize,
    },
    /// A topic name has `+` or `#` in it (MQTT-4.7.1-1).
    #[error("wildcard {found:?} in a topic name")]
    WildcardInName {
        /// The wildcard.
        found: char,
    },
    /// `#` is not a level of its own, or not the last one (MQTT-4.7.1-2).
    #[error("multi-level wildcard is not the last level by itself")]
    MultiLevelWildcard,
    /// `+` is not a level of its own (MQTT-4.7.1-3).
    #[error("single-level wildcard is not a level by itself")]
    SingleLevelWildcard,
}

impl TopicFault {
    /// The statement that is broken.
    #[must_use]
    pub const fn clause(self) -> &'static str {
        match self {
            Self::Empty => "MQTT-4.7.3-1",
            Self::NullCharacter => "MQTT-4.7.3-2",
            Self::TooLong { .. } => "MQTT-4.7.3-3",
            Self::WildcardInName { .. } => "MQTT-4.7.1-1",
            Self::MultiLevelWildcard => "MQTT-4.7.1-2",
            Self::SingleLevelWildcard => "MQTT-4.7.1-3",
        }
    }

    pub(crate) const fn is_wildcard(self) -> bool {
        matches!(self, Self::WildcardInName { .. })
    }
}

/// Holds a topic name against section 4.7.
///
/// # Errors
/// When it is empty, too long, or has a wildcard or U+0000 in it.
pub fn check_topic_name(name: &str) -> Result<(), TopicFault> {
    check_length_and_null(name)?;
    match name.chars().find(|c| matches!(c, '+' | '#')) {
        Some(found) => Err(TopicFault::WildcardInName { found }),
        None => Ok(()),
    }
}

/// Holds a topic filter against section 4.7.
///
/// # Errors
/// When it is empty, too long, has U+0000 in it, or a wildcard stands where none may.
pub fn check_topic_filter(filter: &str) -> Result<(), TopicFault> {
    check_length_and_null(filter)?;
    let mut levels = filter.split('/').peekable();
    while let Some(level) = levels.next() {
        if level.contains('#') && (level != "#" || levels.peek().is_some()) {
            return Err(TopicFault::MultiLevelWildcard);
        }
        if level.contains('+') && level != "+" {
            return Err(TopicFault::SingleLevelWildcard);
        }
    }
    Ok(())
}

fn check_length_and_null(topic: &str) -> Result<(), TopicFault> {
    match topic.len() {
        0 => Err(TopicFault::Empty),
        bytes if bytes > usize::from(u16::MAX) => Err(TopicFault::TooLong { bytes }),
        _ if topic.contains('\0') => Err(TopicFault::NullCharacter),
        _ => Ok(()),
    }
}

/// A valid topic filter.
///
/// ```
/// use nanorig_wire::mqtt::TopicFilter;
///
/// let filter: TopicFilter = "sport/+/player1/#".parse()?;
/// assert!(filter.matches("sport/tennis/player1"));
/// assert!(filter.matches("sport/tennis/player1/ranking"));
/// assert!(!filter.matches("sport/tennis/player2"));
/// # Ok::<(), nanorig_wire::mqtt::TopicFault>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TopicFilter(String);

impl TopicFilter {
    /// Takes a filter that is valid.
    ///
    /// # Errors
    /// As [`check_topic_filter`].
    pub fn new(filter: impl Into<String>) -> Result<Self, TopicFault> {
        let filter = filter.into();
        check_topic_filter(&filter)?;
        Ok(Self(filter))
    }

    /// The filter's text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether messages on `topic` go to this subscription.
    ///
    /// Levels are compared letter by letter without normalization (MQTT-4.7.3-4), and a wildcard
    /// in front never matches a topic that starts with `$` (MQTT-4.7.2-1).
    #[must_use]
    pub fn matches(&self, topic: &str) -> bool {
        if topic.starts_with('$') && self.0.starts_with(['+', '#']) {
            return false;
        }
        let mut names = topic.split('/');
        for level in self.0.split('/') {
            match (level, names.next()) {
                // Also the parent: "sport/#" matches "sport" (4.7.1.2).
                ("#", _) => return true,
                ("+", Some(_)) => {}
                (level, Some(name)) if level == name => {}
                _ => return false,
            }
        }
        names.next().is_none()
    }
}

impl fmt::Display for TopicFilter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for TopicFilter {
    type Err = TopicFault;

    fn from_str(text: &str) -> Result<Self, TopicFault> {
        Self::new(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn examples_of_section_4_7_1() {
        for valid in [
            "sport/tennis/player1/#",
            "sport/#",
            "#",
            "sport/tennis/#",
            "+",
            "+/tennis/#",
            "sport/+/player1",
            "/",
            "/+",
        ] {
            assert_eq!(check_topic_filter(valid), Ok(()), "{valid}");
        }
        for invalid in ["sport/tennis#", "sport/tennis/#/ranking", "##"] {
            assert_eq!(check_topic_filter(invalid), Err(TopicFault::MultiLevelWildcard), "{invalid}");
        }
        for invalid in ["sport+", "+a/b", "a/++"] {
            assert_eq!(check_topic_filter(invalid), Err(TopicFault::SingleLevelWildcard), "{invalid}");
        }
    }

    #[test]
    fn matches_as_section_4_7_says() {
        let matching = [
            ("sport/tennis/player1/#", "sport/tennis/player1"),
            ("sport/tennis/player1/#", "sport/tennis/player1/ranking"),
            ("sport/tennis/player1/#", "sport/tennis/player1/score/wimbledon"),
            ("sport/#", "sport"),
            ("sport/tennis/+", "sport/tennis/player1"),
            ("sport/+", "sport/"),
            ("+/+", "/finance"),
            ("/+", "/finance"),
            ("$SYS/#", "$SYS/monitor/Clients"),
            ("$SYS/monitor/+", "$SYS/monitor/Clients"),
            ("devices/+/messages/devicebound/#", "devices/dev1/messages/devicebound/%24.mid=1"),
            ("$iothub/twin/#", "$iothub/twin/res/200/?$rid=1"),
        ];
        for (filter, topic) in matching {
            assert!(TopicFilter::new(filter).unwrap().matches(topic), "{filter} {topic}");
        }
        let others = [
            ("sport/tennis/+", "sport/tennis/player1/ranking"),
            ("sport/+", "sport"),
            ("+", "/finance"),
            ("#", "$SYS/monitor/Clients"),
            ("+/monitor/Clients", "$SYS/monitor/Clients"),
            ("accounts", "ACCOUNTS"),
            ("accounts", "Accounts/"),
            ("a/b/c", "a/b"),
        ];
        for (filter, topic) in others {
            assert!(!TopicFilter::new(filter).unwrap().matches(topic), "{filter} {topic}");
        }
    }

    #[test]
    fn names_have_no_wildcard_and_no_null() {
        assert_eq!(check_topic_name("a b/$c/é"), Ok(()));
        assert_eq!(check_topic_name(""), Err(TopicFault::Empty));
        assert_eq!(check_topic_name("a/+"), Err(TopicFault::WildcardInName { found: '+' }));
        assert_eq!(check_topic_name("a#"), Err(TopicFault::WildcardInName { found: '#' }));
        assert_eq!(check_topic_name("a\0"), Err(TopicFault::NullCharacter));
        assert_eq!(TopicFault::NullCharacter.clause(), "MQTT-4.7.3-2");
    }

    #[test]
    fn length_65535_is_the_last() {
        assert_eq!(check_topic_name(&"a".repeat(65535)), Ok(()));
        assert_eq!(check_topic_name(&"a".repeat(65536)), Err(TopicFault::TooLong { bytes: 65536 }));
        assert_eq!(check_topic_filter(&"a".repeat(65536)), Err(TopicFault::TooLong { bytes: 65536 }));
    }
}
