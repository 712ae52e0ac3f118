//! Quirks of DHCP, DNS and SNTP.

mod dns_failure_is_final;
mod ignores_dns_ttl;
mod ignores_kiss_of_death;
mod ignores_leased_values;
mod keeps_address_after_nak;
mod keeps_expired_address;
mod no_cname;
mod no_dhcp_backoff;
mod no_dhcp_jitter;
mod no_dhcp_rebinding;
mod no_dhcp_renewal;
mod no_dns_over_tcp;
mod no_first_time_delay;
mod not_era_aware;
mod one_address_only;
mod one_name_server;
mod one_time_server;
mod polls_time_too_fast;
mod takes_bad_time;
mod takes_spoofed_dns;
mod trusts_any_time_step;

use super::Quirk;

/// All of them, by name.
pub(super) const LIST: &[Quirk] = &[
    dns_failure_is_final::QUIRK,
    ignores_dns_ttl::QUIRK,
    ignores_kiss_of_death::QUIRK,
    ignores_leased_values::QUIRK,
    keeps_address_after_nak::QUIRK,
    keeps_expired_address::QUIRK,
    no_cname::QUIRK,
    no_dhcp_backoff::QUIRK,
    no_dhcp_jitter::QUIRK,
    no_dhcp_rebinding::QUIRK,
    no_dhcp_renewal::QUIRK,
    no_dns_over_tcp::QUIRK,
    no_first_time_delay::QUIRK,
    not_era_aware::QUIRK,
    one_address_only::QUIRK,
    one_name_server::QUIRK,
    one_time_server::QUIRK,
    polls_time_too_fast::QUIRK,
    takes_bad_time::QUIRK,
    takes_spoofed_dns::QUIRK,
    trusts_any_time_step::QUIRK,
];
