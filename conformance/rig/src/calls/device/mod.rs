//! What the device under test can be told: thin calls on the API of the firmware world.

mod boot;
mod dps_register;
mod heap_free;
mod heap_take;
mod hub_close;
mod hub_open;
mod hub_start;
mod method_serve;
mod property_serve;
mod reset;
mod resources;
mod sleep;
mod socket_close;
mod tcp_open;
mod telemetry_send;
mod tls_open;
mod twin_get;
mod twin_report;

use super::Declared;

/// All of them.
pub(crate) const LIST: &[Declared] = &[
    boot::CALL,
    reset::CALL,
    sleep::CALL,
    dps_register::CALL,
    hub_open::CALL,
    hub_start::CALL,
    hub_close::CALL,
    telemetry_send::CALL,
    twin_get::CALL,
    twin_report::CALL,
    property_serve::CALL,
    method_serve::CALL,
    tcp_open::CALL,
    tls_open::CALL,
    socket_close::CALL,
    heap_take::CALL,
    heap_free::CALL,
    resources::CALL,
];
