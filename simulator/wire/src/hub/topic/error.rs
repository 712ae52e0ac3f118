//! Why a topic is none of the hub's.

use thiserror::Error;

use crate::hub::{BagError, Identity, QueryError};

/// A topic or filter that the hub does not know, or not for this identity. The hub closes the connection.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum TopicError {
    /// No such topic.
    #[error("topic {topic:?} does not exist")]
    Unknown {
        /// The topic.
        topic: String,
    },
    /// Upper and lower case are not those of the topic table or of the identity.
    #[error("topic {topic:?} differs from {expected:?} in case")]
    WrongCase {
        /// The topic.
        topic: String,
        /// How it should start.
        expected: String,
    },
    /// A topic of another device or module.
    #[error("topic belongs to {found} and the connection to {own}")]
    ForeignIdentity {
        /// Whose topic it is.
        found: Identity,
        /// Whose connection it is.
        own: Identity,
    },
    /// The part behind `?`.
    #[error("bad query in topic {topic:?}")]
    Query {
        /// The topic.
        topic: String,
        /// What is wrong with it.
        source: QueryError,
    },
    /// A status that is no number.
    #[error("status {found:?} is no number")]
    Status {
        /// The level that should be a number.
        found: String,
    },
    /// The property bag.
    #[error("bad property bag")]
    Bag(#[from] BagError),
}

impl TopicError {
    pub(super) fn unknown(topic: &str) -> Self {
        Self::Unknown { topic: topic.to_owned() }
    }

    /// Tells a case error from a topic that does not exist: `starts` are the ways a topic can start.
    pub(super) fn unknown_or_wrong_case<'a>(topic: &str, starts: impl IntoIterator<Item = &'a str>) -> Self {
        let same = |start: &&str| {
            topic.get(..start.len()).is_some_and(|head| head.eq_ignore_ascii_case(start) && head != *start)
        };
        match starts.into_iter().find(same) {
            Some(expected) => Self::WrongCase { topic: topic.to_owned(), expected: expected.to_owned() },
            None => Self::unknown(topic),
        }
    }

    pub(super) fn query(topic: &str) -> impl FnOnce(QueryError) -> Self {
        move |source| Self::Query { topic: topic.to_owned(), source }
    }
}
