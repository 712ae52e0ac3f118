//! Topics of DPS.

use std::fmt;

use thiserror::Error;

use crate::query::{Query, QueryError};

/// The filter that a device subscribes to before its first request.
pub const RESPONSES_FILTER: &str = "$dps/registrations/res/#";

const REGISTER: &str = "$dps/registrations/PUT/iotdps-register/";
const STATUS: &str = "$dps/registrations/GET/iotdps-get-operationstatus/";
const RESPONSE: &str = "$dps/registrations/res/";

/// A topic that DPS does not know.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum TopicError {
    /// No such topic.
    #[error("topic {topic:?} does not exist")]
    Unknown {
        /// The topic.
        topic: String,
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
}

impl TopicError {
    fn query(topic: &str) -> impl FnOnce(QueryError) -> Self {
        move |source| Self::Query { topic: topic.to_owned(), source }
    }
}

/// What a device asks, from its topic. A request id that comes again is no repetition:
/// azure-sdk-for-c sends `1` each time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Request {
    /// Register, or register again.
    Register {
        /// Request id.
        rid: String,
    },
    /// How far is that operation?
    Status {
        /// Request id.
        rid: String,
        /// Operation id from an earlier answer.
        operation_id: String,
    },
}

impl Request {
    /// Reads a topic that a device published to.
    ///
    /// # Errors
    /// When the topic does not exist, or a key is missing.
    pub fn parse(topic: &str) -> Result<Self, TopicError> {
        if let Some(query) = topic.strip_prefix(REGISTER) {
            let query = Query::parse(query).map_err(TopicError::query(topic))?;
            let rid = query.required("$rid").map_err(TopicError::query(topic))?.to_owned();
            return Ok(Self::Register { rid });
        }
        if let Some(query) = topic.strip_prefix(STATUS) {
            let query = Query::parse(query).map_err(TopicError::query(topic))?;
            let rid = query.required("$rid").map_err(TopicError::query(topic))?.to_owned();
            let operation_id = query.required("operationId").map_err(TopicError::query(topic))?.to_owned();
            return Ok(Self::Status { rid, operation_id });
        }
        Err(TopicError::Unknown { topic: topic.to_owned() })
    }

    /// The request id.
    #[must_use]
    pub fn rid(&self) -> &str {
        match self {
            Self::Register { rid } | Self::Status { rid, .. } => rid,
        }
    }
}

/// The topic.
impl fmt::Display for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Register { rid } => write!(f, "{REGISTER}?$rid={rid}"),
            Self::Status { rid, operation_id } => write!(f, "{STATUS}?$rid={rid}&operationId={operation_id}"),
        }
    }
}

/// What DPS answers, from its topic.
///
/// ```
/// use nanorig_wire::dps::Response;
///
/// let response = Response { status: 202, rid: "1".to_owned(), retry_after: Some(3) };
/// assert_eq!(response.to_string(), "$dps/registrations/res/202/?$rid=1&retry-after=3");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Response {
    /// HTTP-like status.
    pub status: u16,
    /// Request id.
    pub rid: String,
    /// Seconds to wait before the next request, with 202 and 429.
    pub retry_after: Option<u32>,
}

impl Response {
    /// Reads a topic that DPS published to, as strictly as the C# SDK: `$rid` comes first. The
    /// letters of `retry-after` may have any case.
    ///
    /// # Errors
    /// When the topic does not exist or is malformed.
    pub fn parse(topic: &str) -> Result<Self, TopicError> {
        let rest = topic.strip_prefix(RESPONSE).and_then(|rest| rest.split_once('/'));
        let Some((status, query)) = rest else { return Err(TopicError::Unknown { topic: topic.to_owned() }) };
        let status = status.parse().map_err(|_| TopicError::Status { found: status.to_owned() })?;
        let query = Query::parse(query).map_err(TopicError::query(topic))?;
        let rid = query.first("$rid").map_err(TopicError::query(topic))?.to_owned();
        let retry_after = query.number_in_any_case("retry-after").map_err(TopicError::query(topic))?;
        Ok(Self { status, rid, retry_after })
    }
}

/// The topic: `$rid` first and `retry-after` last, since nanoFramework reads the number behind the last `=`.
impl fmt::Display for Response {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{RESPONSE}{}/?$rid={}", self.status, self.rid)?;
        match self.retry_after {
            Some(seconds) => write!(f, "&retry-after={seconds}"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests;
