//! Quirks of the MQTT client.

mod acknowledges_in_reverse;
mod always_resubscribes;
mod any_puback_completes;
mod closes_on_unasked_pingresp;
mod connect_reserved_flag;
mod connects_twice;
mod delivered_when_sent;
mod drops_early_publish;
mod dup_on_qos0;
mod forgets_in_flight;
mod forgets_resubscribe;
mod ignores_missing_pingresp;
mod ignores_suback;
mod keep_alive_off;
mod keep_alive_too_long;
mod keeps_state_over_clean_session;
mod loses_will_qos;
mod no_connack_timeout;
mod no_disconnect;
mod no_keep_alive;
mod no_puback;
mod no_puback_for_redelivery;
mod one_packet_per_read;
mod password_without_user_name;
mod pings_only_when_silent;
mod puback_for_known_topics_only;
mod publish_before_connack;
mod random_client_id;
mod repeats_on_live_connection;
mod repeats_without_dup;
mod resends_in_reverse;
mod resends_with_new_id;
mod resends_without_dup;
mod reuses_packet_id;
mod skips_malformed;
mod subscribe_zero_flags;
mod takes_any_first_packet;
mod talks_after_disconnect;
mod talks_after_refusal;
mod waits_for_suback_for_ever;
mod will_without_flag;
mod zero_packet_id;

use super::Quirk;

/// All of them, by name.
pub(super) const LIST: &[Quirk] = &[
    acknowledges_in_reverse::QUIRK,
    always_resubscribes::QUIRK,
    any_puback_completes::QUIRK,
    closes_on_unasked_pingresp::QUIRK,
    connect_reserved_flag::QUIRK,
    connects_twice::QUIRK,
    delivered_when_sent::QUIRK,
    drops_early_publish::QUIRK,
    dup_on_qos0::QUIRK,
    forgets_in_flight::QUIRK,
    forgets_resubscribe::QUIRK,
    ignores_missing_pingresp::QUIRK,
    ignores_suback::QUIRK,
    keep_alive_off::QUIRK,
    keep_alive_too_long::QUIRK,
    keeps_state_over_clean_session::QUIRK,
    loses_will_qos::QUIRK,
    no_connack_timeout::QUIRK,
    no_disconnect::QUIRK,
    no_keep_alive::QUIRK,
    no_puback::QUIRK,
    no_puback_for_redelivery::QUIRK,
    one_packet_per_read::QUIRK,
    password_without_user_name::QUIRK,
    pings_only_when_silent::QUIRK,
    puback_for_known_topics_only::QUIRK,
    publish_before_connack::QUIRK,
    random_client_id::QUIRK,
    repeats_on_live_connection::QUIRK,
    repeats_without_dup::QUIRK,
    resends_in_reverse::QUIRK,
    resends_with_new_id::QUIRK,
    resends_without_dup::QUIRK,
    reuses_packet_id::QUIRK,
    skips_malformed::QUIRK,
    subscribe_zero_flags::QUIRK,
    takes_any_first_packet::QUIRK,
    talks_after_disconnect::QUIRK,
    talks_after_refusal::QUIRK,
    waits_for_suback_for_ever::QUIRK,
    will_without_flag::QUIRK,
    zero_packet_id::QUIRK,
];
