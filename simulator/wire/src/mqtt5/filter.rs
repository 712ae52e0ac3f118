//! Topic filters, shared ones among them (4.7 and 4.8.2).

use crate::mqtt::reader::Reader;
use crate::mqtt::{DecodeError, Fault, TopicFault, check_topic_filter};

const SHARED: &str = "$share/";

/// True for a filter that is meant to be shared, well formed or not.
#[must_use]
pub fn is_shared(filter: &str) -> bool {
    filter.starts_with(SHARED)
}

/// True for `$share/{name}/{filter}` with a good name and filter.
fn is_well_shared(filter: &str) -> bool {
    let parts = filter.strip_prefix(SHARED).and_then(|rest| rest.split_once('/'));
    parts.is_some_and(|(name, filter)| {
        !name.is_empty() && !name.contains(['+', '#']) && check_topic_filter(filter).is_ok()
    })
}

/// Holds a topic filter against sections 4.7 and 4.8.2.
///
/// # Errors
/// The clause that is broken, and how.
pub fn check_filter(filter: &str) -> Result<(), (&'static str, Fault)> {
    check_topic_filter(filter).map_err(|fault| (filter_clause(fault), fault.into()))?;
    if is_shared(filter) && !is_well_shared(filter) {
        // MQTT-4.8.2-1 is about the name, MQTT-4.8.2-2 about what follows it.
        return Err(("MQTT-4.8.2-1", Fault::ShareName));
    }
    Ok(())
}

/// The statement of MQTT 5.0, which numbers the wildcards otherwise than 3.1.1.
const fn filter_clause(fault: TopicFault) -> &'static str {
    match fault {
        TopicFault::MultiLevelWildcard => "MQTT-4.7.1-1",
        TopicFault::SingleLevelWildcard => "MQTT-4.7.1-2",
        TopicFault::WildcardInName { .. } => "MQTT-4.7.0-1",
        other => other.clause(),
    }
}

/// Reads a topic filter of SUBSCRIBE or UNSUBSCRIBE.
pub(super) fn read(reader: &mut Reader<'_>, clause: &'static str) -> Result<String, DecodeError> {
    let offset = reader.offset();
    let filter = reader.text("topic filter", clause)?;
    match check_filter(filter) {
        Ok(()) => Ok(filter.to_owned()),
        Err((clause, fault)) => Err(DecodeError { clause, offset, field: "topic filter", fault }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shared_subscriptions_of_section_4_8_2() {
        for good in ["$share/consumer1/sport/tennis/+", "$share/consumer1//finance"] {
            assert_eq!(check_filter(good), Ok(()), "{good}");
        }
        for bad in ["$share/", "$share/a", "$share//a", "$share/a/", "$share/a+/b"] {
            assert!(check_filter(bad).is_err(), "{bad}");
        }
        assert_eq!(check_filter("$share/a"), Err(("MQTT-4.8.2-1", Fault::ShareName)));
        assert_eq!(check_filter("$shared/a"), Ok(()));
    }

    #[test]
    fn wildcards_break_the_statements_of_5_0() {
        assert_eq!(check_filter("a/b#").map_err(|(clause, _)| clause), Err("MQTT-4.7.1-1"));
        assert_eq!(check_filter("a+").map_err(|(clause, _)| clause), Err("MQTT-4.7.1-2"));
        assert_eq!(check_filter("").map_err(|(clause, _)| clause), Err("MQTT-4.7.3-1"));
    }
}
