//! The hub client against a scripted server, in virtual time.

mod connection;
mod endings;
mod features;
mod identities;
mod reconnect;

use std::net::Ipv4Addr;

use super::*;
use crate::McuConfig;
use crate::client::Credentials;
use crate::client::testbed::{Bed, MiniHub};

const HOST: &str = "contoso.azure-devices.net";
const IP: Ipv4Addr = Ipv4Addr::new(10, 1, 0, 1);

struct Bench {
    bed: Bed,
    hub: MiniHub,
    client: DeviceClient,
}

impl Bench {
    async fn new() -> Self {
        Self::with(|_| (), |_| ()).await
    }

    async fn habits(set: impl FnOnce(&mut crate::habits::CloudHabits)) -> Self {
        Self::with(|config| set(&mut config.habits.cloud), |_| ()).await
    }

    async fn with(
        set: impl FnOnce(&mut McuConfig),
        configure: impl FnOnce(&mut DeviceClientOptions),
    ) -> Self {
        let bed = Bed::with(set).await;
        let hub = MiniHub::new(bed.world.clock);
        bed.serve(HOST, IP, &hub);
        let mut options =
            DeviceClientOptions::new(HOST, Identity::device("dev1"), Credentials::key(Bed::key()));
        configure(&mut options);
        let client = DeviceClient::new(&bed.mcu, options);
        Self { bed, hub, client }
    }

    /// With an open connection.
    async fn open() -> Self {
        let bench = Self::new().await;
        bench.client.open().await.unwrap();
        bench.bed.sleep(1).await;
        bench
    }
}
