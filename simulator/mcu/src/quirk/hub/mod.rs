//! Quirks towards IoT Hub: connection, tokens, telemetry, cloud-to-device messages.

mod decodes_before_cutting;
mod drops_messages_offline;
mod falls_back_to_plain;
mod fights_for_identity;
mod forces_clean_session;
mod hammers_on_unauthorized;
mod hides_reasons;
mod module_as_device;
mod no_api_version;
mod no_c2d_subscription;
mod no_content_type;
mod no_message_limit;
mod no_renewal;
mod no_secondary_key;
mod null_property_is_empty;
mod prints_key;
mod publishes_qos2;
mod repeats_c2d;
mod retains_telemetry;
mod reuses_expired_token;
mod sas_expiry_32_bit;
mod sas_resource_in_capitals;
mod sas_signs_other_text;
mod sends_newest_first;
mod space_as_plus;
mod telemetry_wrong_case;
mod unbounded_queue;
mod unencoded_properties;
mod wrong_client_id;
mod wrong_sas_resource;

use super::Quirk;

/// All of them, by name.
pub(super) const LIST: &[Quirk] = &[
    decodes_before_cutting::QUIRK,
    drops_messages_offline::QUIRK,
    falls_back_to_plain::QUIRK,
    fights_for_identity::QUIRK,
    forces_clean_session::QUIRK,
    hammers_on_unauthorized::QUIRK,
    hides_reasons::QUIRK,
    module_as_device::QUIRK,
    no_api_version::QUIRK,
    no_c2d_subscription::QUIRK,
    no_content_type::QUIRK,
    no_message_limit::QUIRK,
    no_renewal::QUIRK,
    no_secondary_key::QUIRK,
    null_property_is_empty::QUIRK,
    prints_key::QUIRK,
    publishes_qos2::QUIRK,
    repeats_c2d::QUIRK,
    retains_telemetry::QUIRK,
    reuses_expired_token::QUIRK,
    sas_expiry_32_bit::QUIRK,
    sas_resource_in_capitals::QUIRK,
    sas_signs_other_text::QUIRK,
    sends_newest_first::QUIRK,
    space_as_plus::QUIRK,
    telemetry_wrong_case::QUIRK,
    unbounded_queue::QUIRK,
    unencoded_properties::QUIRK,
    wrong_client_id::QUIRK,
    wrong_sas_resource::QUIRK,
];
