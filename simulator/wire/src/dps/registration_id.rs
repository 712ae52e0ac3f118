//! Registration ids.

use thiserror::Error;

/// A text that is no registration id.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum RegistrationIdError {
    /// It has no character.
    #[error("registration id is empty")]
    Empty,
    /// It has more than 128 characters.
    #[error("registration id of {chars} characters is longer than 128")]
    TooLong {
        /// Its length.
        chars: usize,
    },
    /// A character other than letters, digits and `- . _ :`.
    #[error("registration id has {found:?} in it")]
    Character {
        /// The character.
        found: char,
    },
    /// It ends in a character other than a letter, a digit or `-`.
    #[error("registration id ends in {found:?}")]
    End {
        /// The character.
        found: char,
    },
}

/// Holds a registration id against the rules of DPS. Ids compare without case.
///
/// # Errors
/// When it is empty, too long, has a wrong character or a wrong end.
pub fn check_registration_id(id: &str) -> Result<(), RegistrationIdError> {
    let last = id.chars().next_back().ok_or(RegistrationIdError::Empty)?;
    if let Some(found) = id.chars().find(|c| !c.is_ascii_alphanumeric() && !"-._:".contains(*c)) {
        return Err(RegistrationIdError::Character { found });
    }
    if !last.is_ascii_alphanumeric() && last != '-' {
        return Err(RegistrationIdError::End { found: last });
    }
    match id.len() {
        chars if chars > 128 => Err(RegistrationIdError::TooLong { chars }),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_in_pairs() {
        assert_eq!(check_registration_id("sn-007-888-abc-mac-a1-b2-c3-d4-e5-f6"), Ok(()));
        assert_eq!(check_registration_id("a.b_c:d-"), Ok(()));
        assert_eq!(check_registration_id("a."), Err(RegistrationIdError::End { found: '.' }));
        assert_eq!(check_registration_id("a/b"), Err(RegistrationIdError::Character { found: '/' }));
        assert_eq!(check_registration_id(""), Err(RegistrationIdError::Empty));
        assert_eq!(check_registration_id(&"r".repeat(128)), Ok(()));
        assert_eq!(check_registration_id(&"r".repeat(129)), Err(RegistrationIdError::TooLong { chars: 129 }));
    }
}
