//! The SAS token of a CONNECT.

use nanorig_wire::sas::SasToken;

use crate::view::{At, Connection};

/// The token of the first CONNECT; none when there is no password.
pub(super) fn token(connection: &Connection<'_>) -> Option<(At, Result<SasToken, String>)> {
    let (at, connect) = connection.connect()?;
    let password = connect.password.as_ref().filter(|password| !password.is_empty())?;
    let token = std::str::from_utf8(password)
        .map_err(|_| "the password is no text".to_owned())
        .and_then(|text| SasToken::parse(text).map_err(|error| error.to_string()));
    Some((at, token))
}

/// Expiry of a well-formed token in seconds since 1970.
pub(super) fn expiry(connection: &Connection<'_>) -> Option<i64> {
    token(connection)?.1.ok().map(|token| token.expiry_secs)
}

#[cfg(test)]
pub(super) mod tests {
    use nanorig_trace::event::ConnId;
    use nanorig_wire::mqtt::Connect;
    use nanorig_wire::sas::{SasToken, SharedKey};

    use crate::testing::{HUB_NAME, Story, hub_connect};

    /// CONNECT with a token for the device that runs out at this second of the story.
    pub(in crate::hub) fn connect_until(story: &Story, second: i64) -> Connect {
        let started = story.utc().unix_secs() - i64::try_from(story.seconds()).unwrap();
        connect_with(&format!("{HUB_NAME}/devices/nano-01"), started + second)
    }

    pub(in crate::hub) fn connect_with(resource: &str, expiry: i64) -> Connect {
        let key = SharedKey::from_bytes((0..32).collect::<Vec<u8>>()).unwrap();
        let mut connect = hub_connect();
        connect.password = Some(SasToken::sign(resource, expiry, &key, None).into());
        connect
    }

    /// A session with such a token.
    pub(in crate::hub) fn session_until(story: &mut Story, second: i64) -> ConnId {
        let connect = connect_until(story, second);
        story.session_with("hub", connect, true)
    }
}
