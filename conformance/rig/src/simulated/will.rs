//! The will of the device: as its client takes it, and as the trace tells it.

use nanorig_dut::setup::WillSetup;
use nanorig_mcu::client::hub::{LastWill, Message};
use nanorig_mcu::client::mqtt::QoS;
use nanorig_trace::ConfiguredWill;
use serde_json::Value;

/// The will that the firmware's client is made with.
pub(super) fn last_will(setup: &WillSetup) -> LastWill {
    let mut message = match &setup.body {
        Value::String(text) => Message::new(text.clone()),
        body => Message::json(body),
    };
    message.properties = setup.properties.clone().into_iter().collect();
    message.qos = Some(if setup.qos == 0 { QoS::AtMostOnce } else { QoS::AtLeastOnce });
    LastWill { message, retain: setup.retain }
}

/// What the trace says about it.
pub(super) fn configured(setup: &WillSetup) -> ConfiguredWill {
    ConfiguredWill {
        payload: last_will(setup).message.body.into(),
        properties: setup.properties.clone(),
        qos: setup.qos,
        retain: setup.retain,
    }
}
