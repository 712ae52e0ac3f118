//! The MQTT user name of a DPS connection.

use std::fmt;

use thiserror::Error;

use super::{RegistrationIdError, check_registration_id};
use crate::percent::{self, PercentError};

/// The MQTT user name of a DPS connection.
///
/// ```
/// use nanorig_wire::dps::Username;
///
/// let username = Username::parse("0ne000A1B2C/registrations/reg1/api-version=2019-03-31")?;
/// assert_eq!(username.id_scope, "0ne000A1B2C");
/// assert_eq!(username.resource(), "0ne000A1B2C/registrations/reg1");
/// # Ok::<(), nanorig_wire::dps::UsernameError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Username {
    /// ID scope.
    pub id_scope: String,
    /// Registration id; equals the client identifier.
    pub registration_id: String,
    /// `api-version`, not empty.
    pub api_version: String,
    /// `ClientVersion` or `DeviceClientType`, decoded; written as the latter.
    pub client_type: Option<String>,
}

/// A user name that DPS cannot read.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum UsernameError {
    /// Not of the form `{idScope}/registrations/{regId}/{query}`.
    #[error("user name is not idScope/registrations/registrationId/query")]
    Shape,
    /// No ID scope in front.
    #[error("id scope is empty")]
    NoIdScope,
    /// The query has no `api-version`, or an empty one.
    #[error("api-version is missing or empty")]
    NoApiVersion,
    /// A value that cannot be decoded.
    #[error("value of {key} is badly encoded")]
    Encoding {
        /// Its key.
        key: String,
        /// What is wrong with it.
        source: PercentError,
    },
    /// The registration id.
    #[error(transparent)]
    RegistrationId(#[from] RegistrationIdError),
}

impl Username {
    /// A user name without a client type.
    #[must_use]
    pub fn new(
        id_scope: impl Into<String>,
        registration_id: impl Into<String>,
        api_version: impl Into<String>,
    ) -> Self {
        Self {
            id_scope: id_scope.into(),
            registration_id: registration_id.into(),
            api_version: api_version.into(),
            client_type: None,
        }
    }

    /// Reads a user name. Its query has no `?`; one is taken, since the hub's has it. The first of
    /// equal keys wins, and unknown keys are ignored.
    ///
    /// # Errors
    /// When a part is missing or malformed.
    pub fn parse(text: &str) -> Result<Self, UsernameError> {
        let mut parts = text.splitn(4, '/');
        let (Some(id_scope), Some("registrations"), Some(registration_id), Some(query)) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(UsernameError::Shape);
        };
        if id_scope.is_empty() {
            return Err(UsernameError::NoIdScope);
        }
        check_registration_id(registration_id)?;
        let mut username = Self::new(id_scope, registration_id, "");
        for pair in query.strip_prefix('?').unwrap_or(query).split('&') {
            let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
            let value = percent::decode(value)
                .map_err(|source| UsernameError::Encoding { key: key.to_owned(), source })?;
            match key {
                "api-version" if username.api_version.is_empty() => username.api_version = value,
                "DeviceClientType" | "ClientVersion" if username.client_type.is_none() => {
                    username.client_type = Some(value);
                }
                _ => {}
            }
        }
        if username.api_version.is_empty() { Err(UsernameError::NoApiVersion) } else { Ok(username) }
    }

    /// What the SAS token of this registration names, not encoded.
    #[must_use]
    pub fn resource(&self) -> String {
        format!("{}/registrations/{}", self.id_scope, self.registration_id)
    }
}

impl fmt::Display for Username {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/api-version={}", self.resource(), percent::encode(&self.api_version))?;
        match &self.client_type {
            Some(client_type) => write!(f, "&DeviceClientType={}", percent::encode(client_type)),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_of_the_sdks() {
        // Python and Node, nanoFramework, C.
        let cases = [
            (
                "0ne1/registrations/reg1/api-version=2019-03-31&ClientVersion=py%2F2",
                "2019-03-31",
                Some("py/2"),
            ),
            (
                "0ne1/registrations/reg1/api-version=2019-03-31&DeviceClientType=nano%201",
                "2019-03-31",
                Some("nano 1"),
            ),
            ("0ne1/registrations/reg1/api-version=2021-06-01", "2021-06-01", None),
            ("0ne1/registrations/reg1/?api-version=2021-06-01", "2021-06-01", None),
        ];
        for (text, api_version, client_type) in cases {
            let mut expected = Username::new("0ne1", "reg1", api_version);
            expected.client_type = client_type.map(str::to_owned);
            assert_eq!(Username::parse(text), Ok(expected), "{text}");
        }
    }

    #[test]
    fn is_written_without_question_mark() {
        let mut username = Username::new("0ne1", "reg1", "2019-03-31");
        username.client_type = Some("nano/1".to_owned());
        let text = "0ne1/registrations/reg1/api-version=2019-03-31&DeviceClientType=nano%2F1";
        assert_eq!(username.to_string(), text);
        assert_eq!(Username::parse(text), Ok(username));
    }

    #[test]
    fn malformed_names_say_what_is_missing() {
        assert_eq!(Username::parse("0ne1/registrations/reg1"), Err(UsernameError::Shape));
        assert_eq!(Username::parse("0ne1/devices/reg1/api-version=1"), Err(UsernameError::Shape));
        assert_eq!(Username::parse("/registrations/reg1/api-version=1"), Err(UsernameError::NoIdScope));
        assert_eq!(Username::parse("0ne1/registrations/reg1/x=1"), Err(UsernameError::NoApiVersion));
        let error = Username::parse("0ne1/registrations//api-version=1").unwrap_err();
        assert_eq!(error.to_string(), "registration id is empty");
    }
}
