//! A thermostat, written as its firmware is written: it wakes, finds its hub, takes its target from its twin,
//! answers a method, sends readings, and sleeps again. Half an hour of that takes no time:
//! `cargo run --release --example thermostat`

mod world;

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use nanorig_mcu::client::Credentials;
use nanorig_mcu::client::dps::{AssignmentStore, ProvisioningDeviceClient, ProvisioningOptions};
use nanorig_mcu::client::hub::{
    DeviceClient, DeviceClientOptions, Message, MethodResponse, WritableProperty,
};
use nanorig_mcu::{Mcu, NetworkHelper, NetworkKind, Power};
use serde_json::{Value, json};

const DEVICE: &str = "thermostat-7";
const TARGET: &str = "targetTemperature";

/// The application's main: it runs after each boot.
async fn firmware(mcu: Mcu, credentials: Credentials, flash: AssignmentStore) {
    if let Err(error) = report(&mcu, credentials, flash).await {
        mcu.print(format!("no luck this time: {error}"));
    }
    mcu.print("going to sleep");
    Power::deep_sleep(&mcu, Duration::from_secs(15 * 60)).await;
}

async fn report(mcu: &Mcu, credentials: Credentials, flash: AssignmentStore) -> Result<(), Box<dyn Error>> {
    NetworkHelper::connect_with_time(mcu, NetworkKind::Wifi, Duration::from_secs(60)).await?;

    // Flash keeps what DPS said, so that only the first boot asks.
    let mut options = ProvisioningOptions::new("0ne00000000", DEVICE, credentials);
    options.store = flash;
    let provisioning = ProvisioningDeviceClient::new(mcu, options);
    let hub = DeviceClient::new(mcu, DeviceClientOptions::provisioned(provisioning));

    let possible = |value: &Value| match value.as_f64() {
        Some(5.0..=30.0) => Ok(()),
        _ => Err("5 to 30 degrees".to_owned()),
    };
    let initial = Some(json!(19.0));
    hub.add_writable_property(WritableProperty {
        initial,
        check: Arc::new(possible),
        ..WritableProperty::new(TARGET)
    });
    let console = mcu.clone();
    hub.add_method("blink", move |request| {
        console.print(format!("blinking, as {} says", request.payload));
        async { MethodResponse::ok(json!({ "blinked": 3 })) }
    });
    hub.open().await?;

    for _ in 0..3 {
        mcu.clock().sleep(Duration::from_secs(10)).await;
        let temperature = (190.0 + mcu.rng().unit() * 40.0).round() / 10.0;
        let target = hub.property_value(None, TARGET).and_then(|value| value.as_f64()).unwrap_or(19.0);
        let reading = json!({ "temperature": temperature, "heating": temperature < target });
        hub.send_message(Message::json(&reading)).await?;
        mcu.print(format!("target {target:.1}, sent {reading}"));
    }
    hub.close().await;
    Ok(())
}

/// Lets the thermostat wake three times, with somebody at the other end. Returns its console.
pub(crate) async fn half_an_hour() -> Result<Vec<String>, Box<dyn Error>> {
    let office = world::Office::new(DEVICE)?;
    let (key, flash) = (office.cloud.enroll(DEVICE)?, AssignmentStore::default());
    let application = move |mcu| firmware(mcu, Credentials::key(key.clone()), flash.clone());
    Power::set_main(&office.mcu, application);
    Power::on(&office.mcu).await;
    office.mcu.clock().sleep(Duration::from_secs(20)).await;
    office.call(DEVICE, "blink", json!({ "colour": "green" })).await?;
    office.wish(DEVICE, json!({ TARGET: 23.5 }))?;
    office.mcu.clock().sleep(Duration::from_secs(20 * 60)).await;
    office.wish(DEVICE, json!({ TARGET: 99 }))?;
    office.mcu.clock().sleep(Duration::from_secs(12 * 60)).await;
    Ok(office.console())
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() -> Result<(), Box<dyn Error>> {
    for line in half_an_hour().await? {
        println!("{line}");
    }
    Ok(())
}
