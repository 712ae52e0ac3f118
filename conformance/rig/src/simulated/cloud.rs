//! The cloud of a simulated run: hubs, DPS, their servers and certificates.

mod enrollments;

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddrV4};
use std::sync::{Arc, Mutex, PoisonError};

use nanorig_certs::Pki;
use nanorig_cloud::LinkedHubs;
use nanorig_cloud::dps::{Dps, DpsConfig, LinkedHub};
use nanorig_cloud::durable::Ledger;
use nanorig_cloud::front::mqtt::hub::HubHandler;
use nanorig_cloud::front::mqtt::{Config, DpsConnection, Shell, listen};
use nanorig_cloud::front::tls::{TlsPolicy, TlsSettings, TlsVersions};
use nanorig_cloud::hostile::{Hostiles, Service};
use nanorig_cloud::hub::policy::SharedKeys;
use nanorig_cloud::hub::quota::Tier;
use nanorig_cloud::hub::registry::{Authentication, IdentitySpec, IfMatch, Thumbprint};
use nanorig_cloud::hub::twin::{Replacement, TwinUpdate};
use nanorig_cloud::hub::{HubConfig, HubError, HubHandle, Identity};
use nanorig_dut::setup::{Attestation, CloudSetup, DeviceSetup, HubSetup, IdentitySetup, Setup};
use nanorig_world::World;
use serde_json::{Map, Value};

use super::BuildError;
use super::identity::DeviceSecrets;
use super::network::NetworkStage;

/// Where devices find DPS.
pub(crate) const DPS_HOST: &str = "global.azure-devices-provisioning.net";

/// Domain of hubs.
const HUB_DOMAIN: &str = "azure-devices.net";

/// MQTT over TLS.
const MQTTS: u16 = 8883;

/// Address of DPS; hubs follow.
const FIRST_ADDRESS: Ipv4Addr = Ipv4Addr::new(203, 0, 113, 5);

/// The cloud and what can be changed in it.
pub(crate) struct CloudStage {
    /// Hubs in the order of the scenario, by their names.
    hubs: Vec<(String, HubHandle)>,
    pub(crate) dps: Option<Dps>,
    pub(crate) tls: TlsPolicy,
    pub(crate) hostiles: Hostiles,
    /// Ports that are open, by host.
    open: Mutex<BTreeMap<String, SocketAddrV4>>,
}

impl CloudStage {
    pub(crate) fn build(
        world: &World,
        pki: &Pki,
        setup: &Setup,
        secrets: &DeviceSecrets,
        network: &NetworkStage,
    ) -> Result<Self, BuildError> {
        let hubs: Vec<(String, HubHandle)> = setup
            .cloud
            .hubs
            .iter()
            .map(|hub| Ok((hub.name.clone(), hub_of(world, pki, hub)?)))
            .collect::<Result<_, BuildError>>()?;
        for (hub, (_, handle)) in setup.cloud.hubs.iter().zip(&hubs) {
            for identity in &hub.devices {
                register_listed(handle, setup, secrets, identity)?;
            }
        }
        let linked = LinkedHubs::new(hubs.iter().map(|(_, handle)| handle.clone()));
        let dps = setup.cloud.dps.as_ref().map(|dps| {
            let mut config = DpsConfig::new(dps.id_scope.clone(), String::new());
            config.hubs = hubs
                .iter()
                .map(|(_, handle)| LinkedHub {
                    host: handle.host().to_owned(),
                    latency: std::time::Duration::ZERO,
                })
                .collect();
            config.retry_after = dps.retry_after;
            config.assigning_polls = dps.assigning_polls;
            Dps::new(config, Arc::new(linked))
        });
        let mut hosts: Vec<String> = hubs.iter().map(|(_, handle)| handle.host().to_owned()).collect();
        hosts.extend(dps.is_some().then(|| DPS_HOST.to_owned()));
        let tls = TlsPolicy::new(world, pki.clone(), "cloud", tls_settings(&setup.cloud, &hosts)?)
            .map_err(|error| BuildError::Cloud(error.to_string()))?;
        let stage = Self { hubs, dps, tls, hostiles: Hostiles::new(), open: Mutex::default() };
        match (&stage.dps, &setup.cloud.dps) {
            (Some(dps), Some(dps_setup)) => {
                enrollments::add(dps, world, pki, setup, dps_setup, secrets)?;
            }
            _ => stage.register_device(setup, secrets)?,
        }
        for (index, host) in hosts.iter().enumerate() {
            let offset = u32::try_from(index).map_err(|_| BuildError::Cloud("too many hosts".into()))?;
            let address = Ipv4Addr::from_bits(FIRST_ADDRESS.to_bits() + offset);
            network.name(world, host, address)?;
            stage.start(world, host, address);
        }
        Ok(stage)
    }

    /// The hub of this name or host name, or the first.
    pub(crate) fn hub(&self, name: Option<&str>) -> Result<HubHandle, String> {
        let found = match name {
            None => self.hubs.first(),
            Some(name) => self.hubs.iter().find(|(own, handle)| own == name || handle.host() == name),
        };
        let known = || self.hubs.iter().map(|(own, _)| own.as_str()).collect::<Vec<_>>().join(", ");
        found
            .map(|(_, handle)| handle.clone())
            .ok_or_else(|| format!("there is no hub `{}`; hubs are {}", name.unwrap_or_default(), known()))
    }

    /// Accepts connections to `host` at `address`.
    pub(crate) fn start(&self, world: &World, host: &str, address: Ipv4Addr) {
        let at = SocketAddrV4::new(address, MQTTS);
        let shell = |service, config| Shell {
            service: Some(service),
            config,
            clock: world.clock,
            recorder: world.recorder.clone(),
            hostiles: self.hostiles.clone(),
            ledger: Ledger::new(),
        };
        let tls = Some(self.tls.clone());
        if let Some((_, hub)) = self.hubs.iter().find(|(_, hub)| hub.host() == host) {
            let (listener, hub) = (world.directory.listen("hub", at), hub.clone());
            tokio::spawn(listen(listener, tls, shell(Service::Hub, Config::hub()), move || {
                HubHandler::new(hub.clone())
            }));
        } else if let Some(dps) = &self.dps {
            let listener = world.directory.listen("dps", at);
            let (dps, recorder, hostiles) = (dps.clone(), world.recorder.clone(), self.hostiles.clone());
            let handler = move || DpsConnection::new(dps.clone(), recorder.clone(), hostiles.clone());
            tokio::spawn(listen(listener, tls, shell(Service::Dps, Config::dps()), handler));
        }
        self.lock_open().insert(host.to_owned(), at);
    }

    /// Nobody answers at the address of `host` any more, as when no machine behind a load balancer is up (azure.md 2.8); open
    /// connections go on.
    pub(crate) fn stop(&self, world: &World, host: &str) {
        if let Some(at) = self.lock_open().remove(host) {
            world.directory.close(at);
        }
    }

    /// Without DPS the device under test is registered at its hub, unless the scenario lists it there.
    fn register_device(&self, setup: &Setup, secrets: &DeviceSecrets) -> Result<(), BuildError> {
        let device = &setup.device;
        let hub = self.hub(device.hub.as_deref()).map_err(BuildError::Cloud)?;
        let identity = Identity::device(device.id.clone());
        if hub.with(|hub, _| hub.identity(&identity).is_err()) {
            register(&hub, identity, authentication(device, secrets)?, true)?;
        }
        if let Some(module) = &device.module {
            let identity = Identity::module(device.id.clone(), module.clone());
            if hub.with(|hub, _| hub.identity(&identity).is_err()) {
                register(&hub, identity, authentication(device, secrets)?, true)?;
            }
        }
        Ok(())
    }

    fn lock_open(&self) -> std::sync::MutexGuard<'_, BTreeMap<String, SocketAddrV4>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn hub_of(world: &World, pki: &Pki, setup: &HubSetup) -> Result<HubHandle, BuildError> {
    let mut config = HubConfig::new(format!("{}.{HUB_DOMAIN}", setup.name));
    config.certificate_authorities = vec![pki.group_ca()];
    if let Some(tier) = &setup.tier {
        let tier = tier.parse::<Tier>().map_err(|error| BuildError::Cloud(error.to_string()))?;
        config.tier = Some(tier);
    }
    Ok(HubHandle::new(world, config))
}

fn tls_settings(setup: &CloudSetup, hosts: &[String]) -> Result<TlsSettings, BuildError> {
    let unknown = |noun, name: &str| BuildError::UnknownName { noun, name: name.to_owned() };
    let mut settings = TlsSettings::hub(hosts.iter().map(String::as_str));
    settings.chain =
        setup.certificate.parse().map_err(|_| unknown("certificate chain", &setup.certificate))?;
    settings.root = setup.root.parse().map_err(|_| unknown("root", &setup.root))?;
    let mut versions = (false, false);
    for version in &setup.tls {
        match version.as_str() {
            "1.2" => versions.0 = true,
            "1.3" => versions.1 = true,
            _ => return Err(BuildError::BadTlsVersion(version.clone())),
        }
    }
    settings.versions = match versions {
        (true, false) => TlsVersions::Tls12,
        (false, true) => TlsVersions::Tls13,
        _ => TlsVersions::Both,
    };
    Ok(settings)
}

/// How the hub knows the device under test.
fn authentication(setup: &DeviceSetup, secrets: &DeviceSecrets) -> Result<Authentication, BuildError> {
    let derived = |key: &nanorig_wire::sas::SharedKey| match setup.attestation {
        Attestation::SymmetricKeyGroup => key.derive(setup.registration.as_deref().unwrap_or(&setup.id)),
        _ => key.clone(),
    };
    Ok(match (setup.attestation, &secrets.certificate) {
        (Attestation::X509, Some(certificate)) => {
            let primary = Thumbprint::parse(&certificate.sha256_thumbprint());
            let primary = Some(primary.map_err(|error| BuildError::Cloud(error.to_string()))?);
            Authentication::SelfSigned { primary, secondary: None }
        }
        (Attestation::X509Group, _) => Authentication::CertificateAuthority,
        _ => Authentication::Sas(SharedKeys {
            primary: derived(&secrets.enrolled),
            secondary: derived(&secrets.secondary),
        }),
    })
}

/// An identity that the scenario lists: the device under test with its own authentication, others with keys of their own.
fn register_listed(
    hub: &HubHandle,
    setup: &Setup,
    secrets: &DeviceSecrets,
    listed: &IdentitySetup,
) -> Result<(), BuildError> {
    let identity = match &listed.module {
        Some(module) => Identity::module(listed.id.clone(), module.clone()),
        None => Identity::device(listed.id.clone()),
    };
    let own = listed.id == setup.device.id;
    let authentication = if own {
        authentication(&setup.device, secrets)?
    } else {
        Authentication::Sas(SharedKeys {
            primary: secrets.secondary.clone(),
            secondary: secrets.secondary.clone(),
        })
    };
    register(hub, identity.clone(), authentication, !listed.disabled)?;
    hub.with(|hub, now| {
        let update = TwinUpdate {
            desired: listed.desired.clone(),
            tags: listed.tags.clone(),
            replacement: Replacement::Merge,
        };
        if update.desired.is_some() || update.tags.is_some() {
            hub.update_twin(now, &identity, &update, &IfMatch::Any)?;
        }
        if let Some(reported) = &listed.reported {
            hub.seed_reported(now, &identity, reported)?;
        }
        Ok::<_, HubError>(())
    })
    .map_err(|error| BuildError::Cloud(error.to_string()))
}

fn register(
    hub: &HubHandle,
    identity: Identity,
    authentication: Authentication,
    enabled: bool,
) -> Result<(), BuildError> {
    let spec = IdentitySpec { enabled, ..IdentitySpec::with(authentication) };
    hub.with(|hub, now| hub.create_identity(now, identity, spec).map(drop))
        .map_err(|error| BuildError::Cloud(error.to_string()))
}

/// A JSON map, empty for anything else.
pub(super) fn as_map(value: Option<&Value>) -> Map<String, Value> {
    value.and_then(Value::as_object).cloned().unwrap_or_default()
}
