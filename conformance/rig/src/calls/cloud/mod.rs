//! What IoT Hub and DPS can be told: the service's and the operator's side, and misfortunes.

mod c2d_purge;
mod c2d_send;
mod calm;
mod certificate;
mod device_delete;
mod device_disable;
mod device_enable;
mod enrollment_assign;
mod enrollment_disable;
mod enrollment_enable;
mod hub_condition;
mod hub_cut;
mod hub_restart;
mod key_rotate;
mod method_invoke;
mod take_over;
mod twin_desired;

use super::Declared;

/// All of them.
pub(crate) const LIST: &[Declared] = &[
    c2d_purge::CALL,
    c2d_send::CALL,
    calm::CALL,
    certificate::CALL,
    device_disable::CALL,
    device_enable::CALL,
    device_delete::CALL,
    enrollment_assign::CALL,
    enrollment_disable::CALL,
    enrollment_enable::CALL,
    hub_condition::CALL,
    hub_cut::CALL,
    hub_restart::CALL,
    key_rotate::CALL,
    method_invoke::CALL,
    take_over::CALL,
    twin_desired::CALL,
];
