//! Quirks of DHCP, DNS and SNTP.

pub(super) mod dns_failure_is_final;
pub(super) mod ignores_dns_ttl;
pub(super) mod ignores_kiss_of_death;
pub(super) mod ignores_leased_values;
pub(super) mod keeps_address_after_nak;
pub(super) mod keeps_expired_address;
pub(super) mod no_cname;
pub(super) mod no_dhcp_backoff;
pub(super) mod no_dhcp_jitter;
pub(super) mod no_dhcp_rebinding;
pub(super) mod no_dhcp_renewal;
pub(super) mod no_dns_over_tcp;
pub(super) mod no_first_time_delay;
pub(super) mod not_era_aware;
pub(super) mod one_address_only;
pub(super) mod one_name_server;
pub(super) mod one_time_server;
pub(super) mod polls_time_too_fast;
pub(super) mod takes_bad_time;
pub(super) mod takes_spoofed_dns;
pub(super) mod trusts_any_time_step;
