//! The connect flags, which are laid out alike in 3.1.1 and 5.0, and the user name and password that they announce.

use std::fmt;

use bytes::Bytes;

use super::reader::Reader;
use super::writer::Writer;
use super::{DecodeError, EncodeError, Fault, QoS};

const USER_NAME: u8 = 0x80;
const PASSWORD: u8 = 0x40;
const WILL_RETAIN: u8 = 0x20;
const WILL_QOS_SHIFT: u8 = 3;
const WILL: u8 = 0x04;
const CLEAN: u8 = 0x02;
const RESERVED: u8 = 0x01;

/// The statements of one version.
pub(crate) struct Clauses {
    pub(crate) flags: &'static str,
    pub(crate) reserved: &'static str,
    pub(crate) will_qos_without_will: &'static str,
    pub(crate) will_qos_3: &'static str,
    pub(crate) will_retain_without_will: &'static str,
    /// `None` where a password needs no user name.
    pub(crate) password_without_user_name: Option<&'static str>,
    pub(crate) user_name: &'static str,
    pub(crate) password: &'static str,
    pub(crate) field_without_flag: FieldWithoutFlag,
}

/// The statement that is broken by bytes behind the last field: they belong to one whose flag is 0.
pub(crate) struct FieldWithoutFlag {
    pub(crate) user_name: &'static str,
    pub(crate) password: &'static str,
    pub(crate) will: &'static str,
    pub(crate) none: &'static str,
}

/// What the flags say. The names are those of 5.0.
#[derive(Clone, Copy)]
pub(crate) struct ConnectFlags {
    pub(crate) clean_start: bool,
    pub(crate) will: Option<WillFlags>,
    pub(crate) user_name: bool,
    pub(crate) password: bool,
}

/// How a will is to be published.
#[derive(Clone, Copy)]
pub(crate) struct WillFlags {
    pub(crate) qos: QoS,
    pub(crate) retain: bool,
}

/// What stands behind the will.
pub(crate) struct Credentials {
    pub(crate) username: Option<String>,
    pub(crate) password: Option<Bytes>,
}

impl ConnectFlags {
    /// Reads the flags and holds them against each other.
    pub(crate) fn decode(reader: &mut Reader<'_>, clauses: &Clauses) -> Result<Self, DecodeError> {
        let offset = reader.offset();
        let found = reader.u8("connect flags", clauses.flags)?;
        let error = |clause, fault| Err(DecodeError { clause, offset, field: "connect flags", fault });
        let is_set = |bit| found & bit != 0;
        if is_set(RESERVED) {
            return error(clauses.reserved, Fault::ReservedBits { found });
        }
        let will_qos = found >> WILL_QOS_SHIFT & 0b11;
        if !is_set(WILL) && will_qos != 0 {
            let fault = Fault::WillPartWithoutWill { part: "will qos", found };
            return error(clauses.will_qos_without_will, fault);
        }
        let Some(qos) = QoS::from_bits(will_qos) else {
            return error(clauses.will_qos_3, Fault::QoS3);
        };
        let retain = is_set(WILL_RETAIN);
        if !is_set(WILL) && retain {
            let fault = Fault::WillPartWithoutWill { part: "will retain", found };
            return error(clauses.will_retain_without_will, fault);
        }
        if let (Some(clause), true, false) =
            (clauses.password_without_user_name, is_set(PASSWORD), is_set(USER_NAME))
        {
            return error(clause, Fault::PasswordWithoutUserName { found });
        }
        Ok(Self {
            clean_start: is_set(CLEAN),
            will: is_set(WILL).then_some(WillFlags { qos, retain }),
            user_name: is_set(USER_NAME),
            password: is_set(PASSWORD),
        })
    }

    /// The byte on the wire.
    pub(crate) fn byte(self) -> u8 {
        let when = |condition, bit| if condition { bit } else { 0 };
        let will =
            |will: WillFlags| WILL | will.qos.bits() << WILL_QOS_SHIFT | when(will.retain, WILL_RETAIN);
        self.will.map_or(0, will)
            | when(self.user_name, USER_NAME)
            | when(self.password, PASSWORD)
            | when(self.clean_start, CLEAN)
    }

    /// Reads what stands behind the will, and the end of the packet.
    pub(crate) fn credentials(
        self,
        reader: &mut Reader<'_>,
        clauses: &Clauses,
    ) -> Result<Credentials, DecodeError> {
        let username = match self.user_name {
            true => Some(reader.text("user name", clauses.user_name)?.to_owned()),
            false => None,
        };
        let password = match self.password {
            true => Some(Bytes::copy_from_slice(reader.binary("password", clauses.password)?)),
            false => None,
        };
        reader.finish(match self {
            Self { user_name: false, .. } => clauses.field_without_flag.user_name,
            Self { password: false, .. } => clauses.field_without_flag.password,
            Self { will: None, .. } => clauses.field_without_flag.will,
            _ => clauses.field_without_flag.none,
        })?;
        Ok(Credentials { username, password })
    }
}

/// Writes what stands behind the will.
pub(crate) fn write_credentials(
    username: Option<&str>,
    password: Option<&Bytes>,
    writer: &mut Writer,
) -> Result<(), EncodeError> {
    if let Some(username) = username {
        writer.text(username, "user name")?;
    }
    match password {
        Some(password) => writer.binary(password, "password"),
        None => Ok(()),
    }
}

/// Shows them to people. The password is a secret.
pub(crate) fn show_credentials(
    username: Option<&str>,
    password: Option<&Bytes>,
    f: &mut fmt::Formatter<'_>,
) -> fmt::Result {
    if let Some(username) = username {
        write!(f, " user={username}")?;
    }
    match password {
        Some(password) => write!(f, " password=<{} bytes>", password.len()),
        None => Ok(()),
    }
}
