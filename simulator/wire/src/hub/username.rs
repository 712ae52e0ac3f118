//! The MQTT user name of a hub connection.

use std::fmt;

use thiserror::Error;

use super::{Identity, IdentityError};
use crate::percent::{self, PercentError};

const API_VERSION: &str = "api-version";
const MODEL_ID: &str = "model-id";
const CLIENT_TYPE: &str = "DeviceClientType";

/// The MQTT user name of a hub connection.
///
/// ```
/// use nanorig_wire::hub::{Identity, Username};
///
/// let text = "contoso.azure-devices.net/dev1/?api-version=2021-04-12&model-id=dtmi%3Acom%3Aexample%3AThermostat%3B1";
/// let username = Username::parse(text)?;
/// assert_eq!(username.identity, Identity::device("dev1"));
/// assert_eq!(username.model_id.as_deref(), Some("dtmi:com:example:Thermostat;1"));
/// assert_eq!(username.to_string(), text);
/// # Ok::<(), nanorig_wire::hub::UsernameError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Username {
    /// Host name of the hub, as sent; compare without case.
    pub host: String,
    /// Who connects; equals the client identifier to the letter.
    pub identity: Identity,
    /// `api-version`, not empty.
    pub api_version: String,
    /// `model-id`, decoded: the DTMI of the device's model.
    pub model_id: Option<String>,
    /// `DeviceClientType`, decoded: the client's user agent.
    pub client_type: Option<String>,
    /// All other keys with decoded values, in order (`auth-chain` among them).
    pub other: Vec<(String, String)>,
}

/// A user name that the hub cannot read.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum UsernameError {
    /// No host name in front.
    #[error("host name is empty")]
    NoHost,
    /// Nothing that looks like `api-version=...` behind host and identity.
    #[error("no query after host and identity")]
    NoQuery,
    /// The query has no `api-version`, or an empty one.
    #[error("api-version is missing or empty")]
    NoApiVersion,
    /// A key without `=`.
    #[error("{pair:?} has no equals sign")]
    NoEqualsSign {
        /// The pair.
        pair: String,
    },
    /// A value that cannot be decoded.
    #[error("value of {key} is badly encoded")]
    Encoding {
        /// Its key.
        key: String,
        /// What is wrong with it.
        source: PercentError,
    },
    /// Device id or module id.
    #[error(transparent)]
    Identity(#[from] IdentityError),
}

impl Username {
    /// A user name with an API version and nothing else.
    #[must_use]
    pub fn new(host: impl Into<String>, identity: Identity, api_version: impl Into<String>) -> Self {
        Self {
            host: host.into(),
            identity,
            api_version: api_version.into(),
            model_id: None,
            client_type: None,
            other: Vec::new(),
        }
    }

    /// Reads every form that SDKs have sent: with and without `?`, and the old one that has a `/`
    /// where later ones have `&`. The first of equal keys wins.
    ///
    /// # Errors
    /// When a part is missing or malformed.
    pub fn parse(text: &str) -> Result<Self, UsernameError> {
        let mut parts = text.splitn(3, '/');
        let host = parts.next().filter(|host| !host.is_empty()).ok_or(UsernameError::NoHost)?;
        let device = parts.next().unwrap_or_default();
        let rest = parts.next().ok_or(UsernameError::NoQuery)?;
        let (module, query) = if is_query(rest) {
            (None, rest)
        } else {
            let (module, query) = rest.split_once('/').ok_or(UsernameError::NoQuery)?;
            (Some(module.to_owned()), query)
        };
        if !is_query(query) {
            return Err(if query.starts_with('?') {
                UsernameError::NoApiVersion
            } else {
                UsernameError::NoQuery
            });
        }
        let identity = Identity { device: device.to_owned(), module };
        identity.check()?;
        let pairs = pairs(query)?;
        let version = pairs.iter().find(|(key, _)| key == API_VERSION).map(|(_, value)| value.clone());
        let version = version.filter(|version| !version.is_empty()).ok_or(UsernameError::NoApiVersion)?;
        let mut username = Self::new(host, identity, version);
        for (key, value) in pairs {
            username.take(key, value);
        }
        Ok(username)
    }

    fn take(&mut self, key: String, value: String) {
        match key.as_str() {
            MODEL_ID if self.model_id.is_none() => self.model_id = Some(value),
            CLIENT_TYPE if self.client_type.is_none() => self.client_type = Some(value),
            API_VERSION | MODEL_ID | CLIENT_TYPE => {}
            _ if self.other.iter().any(|(other, _)| *other == key) => {}
            _ => self.other.push((key, value)),
        }
    }

    /// True when the API version is one that may announce a model: `2020-09-30` or later.
    #[must_use]
    pub fn may_announce_model(&self) -> bool {
        self.api_version.get(..10).is_some_and(|date| date >= "2020-09-30")
    }

    /// Compares the host as DNS does.
    #[must_use]
    pub fn is_for_host(&self, host: &str) -> bool {
        self.host.eq_ignore_ascii_case(host)
    }
}

/// A query starts with `?`, or in old clients with its first key. A module id can be neither in practice.
fn is_query(text: &str) -> bool {
    text.starts_with('?') || text.starts_with("api-version=")
}

fn pairs(query: &str) -> Result<Vec<(String, String)>, UsernameError> {
    // Only the form without "?" has "/" between its keys; elsewhere "/" belongs to a value.
    let separators: &[char] = if query.starts_with('?') { &['&'] } else { &['&', '/'] };
    let query = query.strip_prefix('?').unwrap_or(query);
    let pair = |pair: &str| {
        let (key, value) =
            pair.split_once('=').ok_or_else(|| UsernameError::NoEqualsSign { pair: pair.to_owned() })?;
        let value = percent::decode(value)
            .map_err(|source| UsernameError::Encoding { key: key.to_owned(), source })?;
        Ok((key.to_owned(), value))
    };
    // A separator too many, as at the end, separates nothing.
    query.split(separators).filter(|text| !text.is_empty()).map(pair).collect()
}

/// The form with `?`, keys in the order api-version, model-id, DeviceClientType, others.
impl fmt::Display for Username {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/?{API_VERSION}={}", self.host, self.identity, percent::encode(&self.api_version))?;
        let known = [(MODEL_ID, &self.model_id), (CLIENT_TYPE, &self.client_type)];
        for (key, value) in known {
            if let Some(value) = value {
                write!(f, "&{key}={}", percent::encode(value))?;
            }
        }
        self.other.iter().try_for_each(|(key, value)| write!(f, "&{key}={}", percent::encode(value)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOST: &str = "contoso.azure-devices.net";

    fn parse(tail: &str) -> Result<Username, UsernameError> {
        Username::parse(&format!("{HOST}/{tail}"))
    }

    #[test]
    fn forms_of_device_and_module() {
        let device = parse("dev1/?api-version=2021-04-12").unwrap();
        assert_eq!(device, Username::new(HOST, Identity::device("dev1"), "2021-04-12"));
        assert_eq!(parse("dev1/?api-version=2021-04-12&"), Ok(device));
        let module = parse("dev1/mod1/?api-version=2021-04-12").unwrap();
        assert_eq!(module.identity, Identity::module("dev1", "mod1"));
        assert_eq!(module.to_string(), format!("{HOST}/dev1/mod1/?api-version=2021-04-12"));
    }

    #[test]
    fn old_clients_leave_out_the_question_mark() {
        assert_eq!(parse("dev1/api-version=2016-11-14").unwrap().api_version, "2016-11-14");
        let username = parse("dev1/api-version=2017-06-30/DeviceClientType=old%2F1").unwrap();
        assert_eq!(username.api_version, "2017-06-30");
        assert_eq!(username.client_type.as_deref(), Some("old/1"));
    }

    #[test]
    fn order_of_python_and_a_raw_slash_in_a_value() {
        let username = parse(
            "dev1/?api-version=2020-09-30&DeviceClientType=azure-iot-device-iothub-py%2F2.14.0%28x%29&model-id=dtmi%3Aa%3BB%3B1",
        )
        .unwrap();
        assert_eq!(username.client_type.as_deref(), Some("azure-iot-device-iothub-py/2.14.0(x)"));
        assert!(username.may_announce_model());
        let raw = parse("dev1/?api-version=2020-09-30&DeviceClientType=py/2").unwrap();
        assert_eq!(raw.client_type.as_deref(), Some("py/2"));
    }

    #[test]
    fn first_of_equal_keys_wins_and_unknown_keys_are_kept() {
        let username = parse("dev1/?api-version=1&x=%20&api-version=2&x=3&auth-chain=leaf%3Bedge1").unwrap();
        assert_eq!(username.api_version, "1");
        let other = [("x", " "), ("auth-chain", "leaf;edge1")].map(|(k, v)| (k.to_owned(), v.to_owned()));
        assert_eq!(username.other, other);
    }

    #[test]
    fn malformed_names_say_what_is_missing() {
        assert_eq!(Username::parse(""), Err(UsernameError::NoHost));
        assert_eq!(Username::parse("host"), Err(UsernameError::NoQuery));
        assert_eq!(parse("dev1"), Err(UsernameError::NoQuery));
        assert_eq!(parse("dev1/"), Err(UsernameError::NoQuery));
        assert_eq!(parse("dev1/mod1/"), Err(UsernameError::NoQuery));
        assert_eq!(parse("dev1/?model-id=x"), Err(UsernameError::NoApiVersion));
        assert_eq!(parse("dev1/?api-version="), Err(UsernameError::NoApiVersion));
        assert_eq!(
            parse("dev1/?api-version=&api-version=1"),
            Err(UsernameError::NoApiVersion),
            "the first wins"
        );
        assert_eq!(parse("/?api-version=1").unwrap_err().to_string(), "device id is empty");
        assert_eq!(parse("dev1/?api-version=1&x").unwrap_err().to_string(), "\"x\" has no equals sign");
        assert!(matches!(parse("dev1/?api-version=%"), Err(UsernameError::Encoding { .. })));
    }

    #[test]
    fn models_came_with_2020_09_30_and_hosts_compare_without_case() {
        let named =
            |version: &str| Username::new("Contoso.Azure-Devices.net", Identity::device("d"), version);
        assert!(named("2020-09-30").may_announce_model());
        assert!(named("2021-05-01-preview").may_announce_model());
        assert!(!named("2019-10-01").may_announce_model());
        assert!(!named("x").may_announce_model());
        assert!(named("x").is_for_host(HOST));
    }
}
