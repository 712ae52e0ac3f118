//! Topics that the hub publishes to.

use super::TopicError;
use crate::hub::{Identity, PropertyBag};
use crate::query::Query;

const TWIN_RESPONSE: &str = "$iothub/twin/res/";
const DESIRED: &str = "$iothub/twin/PATCH/properties/desired/";
const METHOD: &str = "$iothub/methods/POST/";
const DEVICE_BOUND: &str = "messages/devicebound";

/// What the hub delivers, from its topic.
///
/// ```
/// use nanorig_wire::hub::{HubDelivery, Identity};
///
/// let dev1 = Identity::device("dev1");
/// let method = HubDelivery::Method { name: "reboot".to_owned(), rid: "1".to_owned() };
/// assert_eq!(method.format(&dev1), "$iothub/methods/POST/reboot/?$rid=1");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HubDelivery {
    /// The answer to a twin request.
    TwinResponse {
        /// HTTP-like status.
        status: u16,
        /// Request id.
        rid: String,
        /// New version of the reported section, with 204.
        version: Option<i64>,
    },
    /// Desired properties have changed.
    Desired {
        /// New version of the desired section.
        version: i64,
    },
    /// A direct method is called.
    Method {
        /// Method name, not encoded.
        name: String,
        /// Request id: a short hexadecimal number, since clients parse it as a 32-bit one.
        rid: String,
    },
    /// A cloud-to-device message.
    C2d {
        /// Its properties.
        bag: PropertyBag,
    },
}

impl HubDelivery {
    /// Reads a topic that was delivered to `own`.
    ///
    /// # Errors
    /// When the topic does not exist, belongs to another identity, or is malformed.
    pub fn parse(topic: &str, own: &Identity) -> Result<Self, TopicError> {
        if let Some(rest) = topic.strip_prefix(TWIN_RESPONSE) {
            let (status, query) = rest.split_once('/').ok_or_else(|| TopicError::unknown(topic))?;
            let status = status.parse().map_err(|_| TopicError::Status { found: status.to_owned() })?;
            let query = Query::parse(query).map_err(TopicError::query(topic))?;
            let rid = query.required("$rid").map_err(TopicError::query(topic))?.to_owned();
            let version = query.number("$version").map_err(TopicError::query(topic))?;
            return Ok(Self::TwinResponse { status, rid, version });
        }
        if let Some(query) = topic.strip_prefix(DESIRED) {
            let query = Query::parse(query).map_err(TopicError::query(topic))?;
            query.required("$version").map_err(TopicError::query(topic))?;
            let version = query.number("$version").map_err(TopicError::query(topic))?.unwrap_or_default();
            return Ok(Self::Desired { version });
        }
        if let Some(rest) = topic.strip_prefix(METHOD) {
            let (name, query) = rest
                .split_once('/')
                .filter(|(name, _)| !name.is_empty())
                .ok_or_else(|| TopicError::unknown(topic))?;
            let query = Query::parse(query).map_err(TopicError::query(topic))?;
            let rid = query.required("$rid").map_err(TopicError::query(topic))?.to_owned();
            return Ok(Self::Method { name: name.to_owned(), rid });
        }
        let Some((found, rest)) = Identity::split_topic(topic) else {
            return Err(TopicError::unknown(topic));
        };
        match rest.strip_prefix(DEVICE_BOUND) {
            Some(_) if found != *own => Err(TopicError::ForeignIdentity { found, own: own.clone() }),
            Some("") => Ok(Self::C2d { bag: PropertyBag::new() }),
            Some(bag) if bag.starts_with('/') => Ok(Self::C2d { bag: PropertyBag::parse(&bag[1..])? }),
            _ => Err(TopicError::unknown(topic)),
        }
    }

    /// The topic, in the exact layout that the SDKs' parsers need: a slash before `?` and behind
    /// `devicebound`, `$rid` first, nothing behind a method's `$rid`.
    #[must_use]
    pub fn format(&self, own: &Identity) -> String {
        match self {
            Self::TwinResponse { status, rid, version: None } => {
                format!("{TWIN_RESPONSE}{status}/?$rid={rid}")
            }
            Self::TwinResponse { status, rid, version: Some(version) } => {
                format!("{TWIN_RESPONSE}{status}/?$rid={rid}&$version={version}")
            }
            Self::Desired { version } => format!("{DESIRED}?$version={version}"),
            Self::Method { name, rid } => format!("{METHOD}{name}/?$rid={rid}"),
            Self::C2d { bag } => format!("{}/{DEVICE_BOUND}/{}", own.topic_prefix(), bag.encode()),
        }
    }
}

/// Whether a device echoed a method's request id. Some parse it as a hexadecimal number and write it
/// back in capitals, so case and leading zeros do not count.
#[must_use]
pub fn is_same_rid(sent: &str, echoed: &str) -> bool {
    let digits = |rid: &str| rid.bytes().all(|byte| byte.is_ascii_hexdigit());
    if digits(sent) && digits(echoed) {
        sent.trim_start_matches('0').eq_ignore_ascii_case(echoed.trim_start_matches('0'))
    } else {
        sent.eq_ignore_ascii_case(echoed)
    }
}

#[cfg(test)]
mod tests;
