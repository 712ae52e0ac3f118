//! The firmware's application: what the device does for a scenario, on the API of the firmware world.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use nanorig_cloud::hub::Identity;
use nanorig_dut::Failure;
use nanorig_dut::setup::Setup;
use nanorig_mcu::client::dps::{Assignment, AssignmentStore, ProvisioningDeviceClient, ProvisioningOptions};
use nanorig_mcu::client::hub::{DeviceClient, DeviceClientOptions, MethodHandler, WritableProperty};
use nanorig_mcu::client::mqtt::QoS;
use nanorig_mcu::heap::HeapBlock;
use nanorig_mcu::tls::{SslStream, TlsVersions};
use nanorig_mcu::{Mcu, TcpStream};

use super::cloud::CloudStage;
use super::identity::DeviceSecrets;
use super::{BuildError, will};

/// The application of one device: its clients, what it serves, what it holds.
pub(crate) struct Application {
    mcu: Mcu,
    provisioning: Option<ProvisioningOptions>,
    hub: DeviceClientOptions,
    store: AssignmentStore,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    client: Option<DeviceClient>,
    /// Kept over a registration, as its back-off must be.
    provisioning: Option<ProvisioningDeviceClient>,
    methods: Vec<(String, MethodHandler)>,
    properties: Vec<WritableProperty>,
    sockets: Vec<HeldSocket>,
    blocks: Vec<HeapBlock>,
}

/// A connection that the application holds open for its own purposes.
#[expect(dead_code, reason = "held for the budget that it takes, until it is dropped")]
pub(crate) enum HeldSocket {
    /// Plain.
    Tcp(TcpStream),
    /// With TLS.
    Tls(Box<SslStream>),
}

impl Application {
    pub(crate) fn new(
        mcu: &Mcu,
        setup: &Setup,
        secrets: &DeviceSecrets,
        cloud: &CloudStage,
    ) -> Result<Self, BuildError> {
        let device = &setup.device;
        let store = AssignmentStore::default();
        let tls = tls_versions(device.tls.as_deref())?;
        let provisioning = setup.cloud.dps.as_ref().map(|dps| {
            let registration = device.registration.as_deref().unwrap_or(&device.id);
            let credentials = secrets.credentials.clone();
            let mut options = ProvisioningOptions::new(dps.id_scope.clone(), registration, credentials);
            options.model_id.clone_from(&device.model);
            options.store = store.clone();
            options.tls = tls;
            options
        });
        let identity = match &device.module {
            Some(module) => Identity::module(device.id.clone(), module.clone()),
            None => Identity::device(device.id.clone()),
        };
        let host = cloud.hub(device.hub.as_deref()).map_err(BuildError::Cloud)?.host().to_owned();
        let mut hub = DeviceClientOptions::new(host, identity, secrets.credentials.clone());
        hub.model_id.clone_from(&device.model);
        hub.tls = tls;
        hub.keep_alive = device.keep_alive;
        hub.clean_session = device.clean_session;
        hub.telemetry_qos = if device.qos == 0 { QoS::AtMostOnce } else { QoS::AtLeastOnce };
        hub.token_lifetime = device.token_lifetime;
        hub.will = device.will.as_ref().map(will::last_will);
        Ok(Self { mcu: mcu.clone(), provisioning, hub, store, state: Mutex::default() })
    }

    /// Where DPS has assigned the device, if it has.
    pub(crate) fn assignment(&self) -> Option<Assignment> {
        self.store.load()
    }

    /// The provisioning client, the same one from call to call.
    pub(crate) fn provisioning(&self) -> Result<ProvisioningDeviceClient, Failure> {
        let options = self
            .provisioning
            .as_ref()
            .ok_or_else(|| Failure::new("no-dps", "the scenario has no DPS; add `dps` to its `cloud`"))?;
        let mut state = self.lock();
        let client = state
            .provisioning
            .get_or_insert_with(|| ProvisioningDeviceClient::new(&self.mcu, options.clone()));
        Ok(client.clone())
    }

    /// The hub client, made at its first use after a boot.
    pub(crate) fn hub(&self) -> DeviceClient {
        let provisioning = self.provisioning().ok();
        let mut state = self.lock();
        if let Some(client) = &state.client {
            return client.clone();
        }
        let mut options = self.hub.clone();
        if let Some(provisioning) = provisioning {
            options.host = None;
            options.provisioning = Some(provisioning);
        }
        let client = DeviceClient::new(&self.mcu, options);
        for (name, handler) in &state.methods {
            let handler = Arc::clone(handler);
            client.add_method(name.clone(), move |request| handler(request));
        }
        for property in &state.properties {
            client.add_writable_property(property.clone());
        }
        state.client = Some(client.clone());
        client
    }

    /// Leaves the hub in order, if the client was ever opened.
    pub(crate) async fn close_hub(&self) {
        let client = self.lock().client.clone();
        if let Some(client) = client {
            client.close().await;
        }
    }

    /// Serves a method from now on, on later clients too.
    pub(crate) fn serve_method(&self, name: &str, handler: MethodHandler) {
        let mut state = self.lock();
        state.methods.retain(|(known, _)| known != name);
        state.methods.push((name.to_owned(), Arc::clone(&handler)));
        if let Some(client) = &state.client {
            client.add_method(name.to_owned(), move |request| handler(request));
        }
    }

    /// Serves a writable property from now on, on later clients too.
    pub(crate) fn serve_property(&self, property: WritableProperty) {
        let mut state = self.lock();
        state.properties.push(property.clone());
        if let Some(client) = &state.client {
            client.add_writable_property(property);
        }
    }

    /// Holds a connection until it is told to close it.
    pub(crate) fn hold_socket(&self, socket: HeldSocket) {
        self.lock().sockets.push(socket);
    }

    /// Closes all connections that it holds; returns how many.
    pub(crate) fn close_sockets(&self) -> usize {
        let sockets = std::mem::take(&mut self.lock().sockets);
        sockets.len()
    }

    /// Holds memory until it is told to free it.
    pub(crate) fn hold_memory(&self, block: HeapBlock) {
        self.lock().blocks.push(block);
    }

    /// Frees all memory that it holds; returns how many bytes.
    pub(crate) fn free_memory(&self) -> usize {
        let blocks = std::mem::take(&mut self.lock().blocks);
        blocks.iter().map(HeapBlock::bytes).sum()
    }

    /// Everything in RAM is gone: the device boots.
    pub(crate) fn forget(&self) {
        let mut state = self.lock();
        state.client = None;
        state.provisioning = None;
        state.sockets.clear();
        state.blocks.clear();
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn tls_versions(wanted: Option<&[String]>) -> Result<TlsVersions, BuildError> {
    let Some(wanted) = wanted else { return Ok(TlsVersions::All) };
    let mut versions = (false, false);
    for version in wanted {
        match version.as_str() {
            "1.2" => versions.0 = true,
            "1.3" => versions.1 = true,
            _ => return Err(BuildError::BadTlsVersion(version.clone())),
        }
    }
    Ok(match versions {
        (true, false) => TlsVersions::Tls12,
        (false, true) => TlsVersions::Tls13,
        _ => TlsVersions::All,
    })
}
