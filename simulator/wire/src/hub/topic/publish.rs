//! Topics that a device publishes to.

use super::TopicError;
use crate::hub::{BagStyle, Identity, PropertyBag};
use crate::query::Query;

const TWIN_GET: &str = "$iothub/twin/GET/";
const TWIN_REPORT: &str = "$iothub/twin/PATCH/properties/reported/";
const METHOD_RESPONSE: &str = "$iothub/methods/res/";
const EVENTS: &str = "messages/events";

/// What a device may publish, from its topic.
///
/// ```
/// use nanorig_wire::hub::{DevicePublish, Identity};
///
/// let dev1 = Identity::device("dev1");
/// let topic = "$iothub/methods/res/200/?$rid=1F";
/// let publish = DevicePublish::parse(topic, &dev1)?;
/// assert_eq!(publish, DevicePublish::MethodResponse { status: 200, rid: "1F".to_owned() });
/// assert_eq!(publish.format(&dev1), topic);
/// # Ok::<(), nanorig_wire::hub::TopicError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DevicePublish {
    /// A message to the hub.
    Telemetry {
        /// Its properties.
        bag: PropertyBag,
    },
    /// The device wants its twin.
    TwinGet {
        /// Request id, any text; clients repeat it freely.
        rid: String,
    },
    /// The device changes its reported properties.
    TwinReport {
        /// Request id.
        rid: String,
        /// Version that the change is for, when it is conditional.
        version: Option<i64>,
    },
    /// The device answers a direct method.
    MethodResponse {
        /// Status of its choice.
        status: i32,
        /// Request id of the call; compare with [`is_same_rid`](super::is_same_rid).
        rid: String,
    },
}

impl DevicePublish {
    /// Reads a topic that `own` published to.
    ///
    /// # Errors
    /// When the topic does not exist, belongs to another identity, or is malformed.
    pub fn parse(topic: &str, own: &Identity) -> Result<Self, TopicError> {
        if let Some(query) = topic.strip_prefix(TWIN_GET) {
            let query = Query::parse(query).map_err(TopicError::query(topic))?;
            let rid = query.required("$rid").map_err(TopicError::query(topic))?;
            return Ok(Self::TwinGet { rid: rid.to_owned() });
        }
        if let Some(query) = topic.strip_prefix(TWIN_REPORT) {
            let query = Query::parse(query).map_err(TopicError::query(topic))?;
            let rid = query.required("$rid").map_err(TopicError::query(topic))?;
            let version = query.number("$version").map_err(TopicError::query(topic))?;
            return Ok(Self::TwinReport { rid: rid.to_owned(), version });
        }
        if let Some(rest) = topic.strip_prefix(METHOD_RESPONSE) {
            let (status, query) = rest.split_once('/').ok_or_else(|| TopicError::unknown(topic))?;
            let status = status.parse().map_err(|_| TopicError::Status { found: status.to_owned() })?;
            let query = Query::parse(query).map_err(TopicError::query(topic))?;
            let rid = query.required("$rid").map_err(TopicError::query(topic))?;
            return Ok(Self::MethodResponse { status, rid: rid.to_owned() });
        }
        match Identity::split_topic(topic) {
            Some((found, rest)) if is_events(rest) => Self::parse_telemetry(topic, own, found, rest),
            _ => {
                let events = format!("{}/{EVENTS}", own.topic_prefix());
                let starts = [events.as_str(), TWIN_GET, TWIN_REPORT, METHOD_RESPONSE];
                Err(TopicError::unknown_or_wrong_case(topic, starts))
            }
        }
    }

    fn parse_telemetry(topic: &str, own: &Identity, found: Identity, rest: &str) -> Result<Self, TopicError> {
        if found != *own {
            let events = format!("{}/{EVENTS}", own.topic_prefix());
            return Err(match TopicError::unknown_or_wrong_case(topic, [events.as_str()]) {
                TopicError::Unknown { .. } => TopicError::ForeignIdentity { found, own: own.clone() },
                wrong_case => wrong_case,
            });
        }
        let bag = rest.strip_prefix(EVENTS).unwrap_or_default();
        let bag = PropertyBag::parse(bag.strip_prefix('/').unwrap_or(bag))?;
        Ok(Self::Telemetry { bag })
    }

    /// The topic, as the documentation writes it: `events/` has its slash also without properties.
    #[must_use]
    pub fn format(&self, own: &Identity) -> String {
        match self {
            Self::Telemetry { bag } => {
                let mut topic = Self::telemetry_topic(own);
                bag.append_as(BagStyle::RawDollar, &mut topic);
                topic
            }
            Self::TwinGet { rid } => format!("{TWIN_GET}?$rid={rid}"),
            Self::TwinReport { rid, version: None } => format!("{TWIN_REPORT}?$rid={rid}"),
            Self::TwinReport { rid, version: Some(version) } => {
                format!("{TWIN_REPORT}?$rid={rid}&$version={version}")
            }
            Self::MethodResponse { status, rid } => format!("{METHOD_RESPONSE}{status}/?$rid={rid}"),
        }
    }
}

impl DevicePublish {
    /// The topic of a message without properties; a property bag may follow it.
    #[must_use]
    pub fn telemetry_topic(own: &Identity) -> String {
        let mut topic = own.topic_prefix();
        // Most bags are short, and the topic is made for every message.
        topic.reserve(EVENTS.len() + 64);
        topic.push('/');
        topic.push_str(EVENTS);
        topic.push('/');
        topic
    }
}

fn is_events(rest: &str) -> bool {
    rest.strip_prefix(EVENTS).is_some_and(|tail| tail.is_empty() || tail.starts_with('/'))
}

#[cfg(test)]
mod tests;
