//! Writable properties: which values are taken, and what is reported about them. No I/O.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use serde_json::{Map, Value};

use super::{PnpConvention, PropertyAcknowledge, PropertyStatus, Twin, TwinCollection};
use crate::habits::{AckForm, PnpHabits};

/// Says whether a value of a writable property is taken, and if not, why.
pub type ValueCheck = Arc<dyn Fn(&Value) -> Result<(), String> + Send + Sync>;

/// A property that the cloud may write.
#[derive(Clone)]
pub struct WritableProperty {
    /// Component; none is the device itself.
    pub component: Option<String>,
    /// Name.
    pub name: String,
    /// The device's own value, in force until the cloud writes one.
    pub initial: Option<Value>,
    /// Which values are taken.
    pub check: ValueCheck,
}

impl WritableProperty {
    /// A property of the device itself that takes every value.
    #[must_use]
    pub fn new(name: impl Into<String>) -> Self {
        Self { component: None, name: name.into(), initial: None, check: Arc::new(|_| Ok(())) }
    }
}

impl fmt::Debug for WritableProperty {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WritableProperty")
            .field("component", &self.component)
            .field("name", &self.name)
            .field("initial", &self.initial)
            .finish_non_exhaustive()
    }
}

type Key = (Option<String>, String);

/// The device's writable properties.
#[derive(Debug, Default)]
pub(super) struct Properties {
    rules: BTreeMap<Key, WritableProperty>,
    /// Values in force.
    values: BTreeMap<Key, Value>,
    accepts_any: bool,
}

impl Properties {
    pub(super) fn new(accepts_any: bool) -> Self {
        Self { accepts_any, ..Self::default() }
    }

    pub(super) fn add(&mut self, property: WritableProperty) {
        let key = (property.component.clone(), property.name.clone());
        if let Some(initial) = &property.initial {
            self.values.entry(key.clone()).or_insert_with(|| initial.clone());
        }
        self.rules.insert(key, property);
    }

    /// The value in force.
    pub(super) fn value(&self, component: Option<&str>, name: &str) -> Option<Value> {
        self.values.get(&(component.map(str::to_owned), name.to_owned())).cloned()
    }

    /// A property of this patch that nobody knows.
    pub(super) fn unknown(&self, patch: &TwinCollection) -> Option<String> {
        let known = |component: Option<&str>, name: &str| {
            self.rules.contains_key(&(component.map(str::to_owned), name.to_owned()))
        };
        let mut leaves = leaves(patch, &self.rules).into_iter();
        leaves.find(|(component, name, _)| !known(*component, name)).map(|(_, name, _)| name.to_owned())
    }

    /// Applies a patch of this version. Returns what to report.
    pub(super) fn patch(
        &mut self,
        version: i64,
        patch: &TwinCollection,
        habits: &PnpHabits,
    ) -> Map<String, Value> {
        self.apply(version, patch, habits, |_, _| true)
    }

    /// Applies the whole desired section. Returns what to report: what was not acknowledged yet, and initial
    /// values that the cloud does not know.
    pub(super) fn full(&mut self, twin: &Twin, habits: &PnpHabits) -> Map<String, Value> {
        let version = twin.desired.version().unwrap_or(0);
        let unacknowledged = |component: Option<&str>, name: &str| {
            let acknowledged = reported(twin, component, name).and_then(|value| value.get("av")?.as_i64());
            !habits.forgets_missed && acknowledged.is_none_or(|acknowledged| acknowledged < version)
        };
        let mut report = self.apply(version, &twin.desired, habits, unacknowledged);
        if !habits.no_initial_values {
            for rule in self.rules.values() {
                let component = rule.component.as_deref();
                let known = find(&twin.desired, component, &rule.name).is_some()
                    || reported(twin, component, &rule.name).is_some();
                if let (Some(initial), false) = (&rule.initial, known) {
                    let acknowledge = PropertyAcknowledge {
                        version: 0,
                        status: PropertyStatus::InitialValue,
                        description: None,
                        value: initial.clone(),
                    };
                    put(&mut report, component, &rule.name, acknowledge.build_acknowledge(), habits);
                }
            }
        }
        report
    }

    fn apply(
        &mut self,
        version: i64,
        desired: &TwinCollection,
        habits: &PnpHabits,
        reports: impl Fn(Option<&str>, &str) -> bool,
    ) -> Map<String, Value> {
        let mut report = Map::new();
        for (component, name, value) in leaves(desired, &self.rules) {
            if let Some(acknowledge) = self.set(version, component, name, value, habits)
                && reports(component, name)
            {
                put(&mut report, component, name, acknowledge, habits);
            }
        }
        report
    }

    /// Sets one property. Returns its acknowledgement, `None` when nobody knows it.
    fn set(
        &mut self,
        version: i64,
        component: Option<&str>,
        name: &str,
        value: &Value,
        habits: &PnpHabits,
    ) -> Option<Value> {
        let key = (component.map(str::to_owned), name.to_owned());
        let rule = self.rules.get(&key);
        if rule.is_none() && !self.accepts_any {
            return None;
        }
        if value.is_null() {
            // The cloud has no wish any more: the device's own value is in force again.
            let initial = rule.and_then(|rule| rule.initial.clone());
            match initial {
                Some(initial) => {
                    self.values.insert(key, initial.clone());
                    return acknowledgement(version, PropertyStatus::Completed, None, initial, habits);
                }
                None => {
                    self.values.remove(&key);
                    return Some(Value::Null);
                }
            }
        }
        let verdict = rule.map_or(Ok(()), |rule| (rule.check)(value));
        let (status, description) = match verdict {
            Err(_) if habits.takes_bad_values => (PropertyStatus::Completed, None),
            Err(why) => (PropertyStatus::BadRequest, Some(why)),
            Ok(()) => (PropertyStatus::Completed, None),
        };
        if status == PropertyStatus::Completed {
            self.values.insert(key.clone(), value.clone());
        }
        let in_force = self.values.get(&key).cloned().unwrap_or(Value::Null);
        acknowledgement(version, status, description, in_force, habits)
    }
}

fn acknowledgement(
    version: i64,
    status: PropertyStatus,
    description: Option<String>,
    value: Value,
    habits: &PnpHabits,
) -> Option<Value> {
    let version = match habits.ack {
        AckForm::None => return None,
        AckForm::ValueOnly => return Some(value),
        AckForm::OldVersion => version - 1,
        AckForm::Full => version,
    };
    Some(PropertyAcknowledge { version, status, description, value }.build_acknowledge())
}

/// The properties of a section: those of the device itself, and those of components.
fn leaves<'a>(
    section: &'a TwinCollection,
    rules: &BTreeMap<Key, WritableProperty>,
) -> Vec<(Option<&'a str>, &'a str, &'a Value)> {
    let mut found = Vec::new();
    for (name, value) in section.properties() {
        // A writer that forgot the marker still means the component that the device has.
        let is_known = rules.keys().any(|(component, _)| component.as_deref() == Some(name));
        match value.as_object() {
            Some(members) if is_known || PnpConvention::is_component(value) => {
                let marker = PnpConvention::COMPONENT_MARKER.0;
                let inner = members.iter().filter(|(inner, _)| *inner != marker);
                found.extend(inner.map(|(inner, value)| (Some(name), inner.as_str(), value)));
            }
            _ => found.push((None, name, value)),
        }
    }
    found
}

fn find<'a>(section: &'a TwinCollection, component: Option<&str>, name: &str) -> Option<&'a Value> {
    match component {
        None => section.value(name),
        Some(component) => section.value(component)?.get(name),
    }
}

fn reported<'a>(twin: &'a Twin, component: Option<&str>, name: &str) -> Option<&'a Value> {
    find(&twin.reported, component, name)
}

fn put(
    report: &mut Map<String, Value>,
    component: Option<&str>,
    name: &str,
    value: Value,
    habits: &PnpHabits,
) {
    let properties = Map::from_iter([(name.to_owned(), value)]);
    let patch = match component {
        Some(component) if habits.no_component_marker => serde_json::json!({ component: properties }),
        component => PnpConvention::create_property_patch(properties, component),
    };
    // A null must survive, so this is not the merge of documents.
    let Value::Object(patch) = patch else { return };
    for (member, value) in patch {
        match (report.get_mut(&member), value) {
            (Some(Value::Object(old)), Value::Object(new)) if component.is_some() => old.extend(new),
            (_, value) => {
                report.insert(member, value);
            }
        }
    }
}

/// Joins two reported patches into one that has the effect of both, nulls included.
pub(super) fn join(first: &mut Map<String, Value>, second: Map<String, Value>) {
    for (name, value) in second {
        match (first.get_mut(&name), value) {
            (Some(Value::Object(old)), Value::Object(new)) => join(old, new),
            (_, value) => {
                first.insert(name, value);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn collection(value: Value) -> TwinCollection {
        TwinCollection::from_value(value).unwrap()
    }

    fn thermostat() -> Properties {
        let mut properties = Properties::new(false);
        for component in [None, Some("thermostat1".to_owned())] {
            properties.add(WritableProperty {
                component,
                initial: Some(json!(20)),
                check: Arc::new(|value| match value.as_f64() {
                    Some(degrees) if (5.0..=30.0).contains(&degrees) => Ok(()),
                    _ => Err("not between 5 and 30".into()),
                }),
                ..WritableProperty::new("target")
            });
        }
        properties
    }

    #[test]
    fn a_good_value_is_taken_and_a_bad_one_leaves_the_old_in_force() {
        let mut properties = thermostat();
        let habits = PnpHabits::default();
        let report = properties.patch(3, &collection(json!({ "target": 21, "unknown": 1 })), &habits);
        assert_eq!(Value::Object(report), json!({ "target": { "value": 21, "ac": 200, "av": 3 } }));
        let report = properties.patch(4, &collection(json!({ "target": 31 })), &habits);
        let refused = json!({ "target": { "value": 21, "ac": 400, "av": 4, "ad": "not between 5 and 30" } });
        assert_eq!(Value::Object(report), refused);
        assert_eq!(properties.value(None, "target"), Some(json!(21)));
    }

    #[test]
    fn components_have_their_marker_with_and_without_one_in_the_request() {
        for desired in [
            json!({ "thermostat1": { "__t": "c", "target": 22 } }),
            json!({ "thermostat1": { "target": 22 } }),
        ] {
            let report = thermostat().patch(5, &collection(desired), &PnpHabits::default());
            let expected =
                json!({ "thermostat1": { "__t": "c", "target": { "value": 22, "ac": 200, "av": 5 } } });
            assert_eq!(Value::Object(report), expected);
        }
    }

    #[test]
    fn initial_values_are_reported_once() {
        let twin = |desired: Value, reported: Value| Twin {
            desired: collection(desired),
            reported: collection(reported),
        };
        let initial = json!({ "value": 20, "ac": 203, "av": 0 });
        let report = thermostat().full(&twin(json!({ "$version": 1 }), json!({})), &PnpHabits::default());
        let expected = json!({ "target": initial, "thermostat1": { "__t": "c", "target": initial } });
        assert_eq!(Value::Object(report), expected);
        let known = thermostat().full(&twin(json!({ "$version": 1 }), expected), &PnpHabits::default());
        assert!(known.is_empty(), "{known:?}");
    }

    #[test]
    fn what_was_missed_is_acknowledged_and_what_was_not_is_left() {
        let twin = |av: i64| Twin {
            desired: collection(json!({ "target": 25, "$version": 7 })),
            reported: collection(json!({
                "target": { "value": 20, "ac": 200, "av": av },
                "thermostat1": { "__t": "c", "target": { "value": 20, "ac": 203, "av": 0 } },
            })),
        };
        let report = thermostat().full(&twin(6), &PnpHabits::default());
        assert_eq!(Value::Object(report), json!({ "target": { "value": 25, "ac": 200, "av": 7 } }));
        let mut device = thermostat();
        assert!(device.full(&twin(7), &PnpHabits::default()).is_empty());
        assert_eq!(device.value(None, "target"), Some(json!(25)), "the value counts nevertheless");
    }

    #[test]
    fn null_brings_the_initial_value_back() {
        let mut properties = thermostat();
        let habits = PnpHabits::default();
        properties.patch(3, &collection(json!({ "target": 21 })), &habits);
        let report = properties.patch(4, &collection(json!({ "target": null })), &habits);
        assert_eq!(Value::Object(report), json!({ "target": { "value": 20, "ac": 200, "av": 4 } }));
    }

    #[test]
    fn an_application_that_takes_everything_reports_everything() {
        let mut properties = Properties::new(true);
        let report =
            properties.patch(2, &collection(json!({ "a": { "b": 1 }, "c": null })), &PnpHabits::default());
        assert_eq!(
            Value::Object(report),
            json!({ "a": { "value": { "b": 1 }, "ac": 200, "av": 2 }, "c": null })
        );
    }

    #[test]
    fn joined_reports_keep_their_nulls() {
        let Value::Object(mut first) = json!({ "a": 1, "b": { "c": 1 } }) else { panic!() };
        let Value::Object(second) = json!({ "a": null, "b": { "d": null } }) else { panic!() };
        join(&mut first, second);
        assert_eq!(Value::Object(first), json!({ "a": null, "b": { "c": 1, "d": null } }));
    }
}
