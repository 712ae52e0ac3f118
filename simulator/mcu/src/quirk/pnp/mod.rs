//! Quirks of IoT Plug and Play.

pub(super) mod ack_old_version;
pub(super) mod ack_value_only;
pub(super) mod forgets_missed_updates;
pub(super) mod model_not_announced;
pub(super) mod model_not_registered;
pub(super) mod no_component_commands;
pub(super) mod no_component_marker;
pub(super) mod no_component_subject;
pub(super) mod no_initial_values;
pub(super) mod no_property_ack;
pub(super) mod takes_bad_values;
