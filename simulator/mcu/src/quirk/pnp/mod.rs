//! Quirks of IoT Plug and Play.

mod ack_old_version;
mod ack_value_only;
mod forgets_missed_updates;
mod model_not_announced;
mod model_not_registered;
mod no_component_commands;
mod no_component_marker;
mod no_component_subject;
mod no_initial_values;
mod no_property_ack;
mod takes_bad_values;

use super::Quirk;

/// All of them, by name.
pub(super) const LIST: &[Quirk] = &[
    ack_old_version::QUIRK,
    ack_value_only::QUIRK,
    forgets_missed_updates::QUIRK,
    model_not_announced::QUIRK,
    model_not_registered::QUIRK,
    no_component_commands::QUIRK,
    no_component_marker::QUIRK,
    no_component_subject::QUIRK,
    no_initial_values::QUIRK,
    no_property_ack::QUIRK,
    takes_bad_values::QUIRK,
];
