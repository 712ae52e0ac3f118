//! Puts a simulated rig together.

use nanorig_certs::{Pki, RootName};
use nanorig_dut::Capabilities;
use nanorig_dut::setup::{Attestation, DeviceSetup, Setup};
use nanorig_mcu::habits::Habits;
use nanorig_mcu::persona::Persona;
use nanorig_mcu::profile::{Medium, Profile};
use nanorig_mcu::quirk::Quirk;
use nanorig_mcu::tls::RootStore;
use nanorig_mcu::{Mcu, McuConfig, WifiCredentials};
use nanorig_trace::event::RunEvent;
use nanorig_trace::{DutIdentity, Record, Recorder, Utc};
use nanorig_world::World;

use super::application::Application;
use super::cloud::CloudStage;
use super::identity::DeviceSecrets;
use super::network::NetworkStage;
use super::performer::Calls;
use super::stage::{Parts, Stage};
use super::{BuildError, Options, SimulatedBench, SimulatedDevice, panics, will};

/// A simulated rig, ready to run.
pub struct Simulated {
    /// The emulated board.
    pub device: SimulatedDevice,
    /// The cloud and the network.
    pub bench: SimulatedBench,
    /// Where everybody writes.
    pub recorder: Recorder,
    stage: Stage,
    started: Utc,
}

/// What a run leaves behind.
pub struct Evidence {
    /// All records.
    pub records: Vec<Record>,
    /// The packets as pcapng, when they were captured.
    pub capture: Option<Vec<u8>>,
    /// Who was tested.
    pub dut: DutIdentity,
    /// Calendar time at the start.
    pub started: Utc,
}

impl Simulated {
    /// Builds what `setup` describes. Call it on a current-thread runtime; a paused one makes time virtual.
    ///
    /// # Errors
    /// A name that nothing has, or values that do not go together.
    pub fn build(setup: &Setup, options: &Options) -> Result<Self, BuildError> {
        panics::watch();
        let started = Utc::parse(&setup.start).map_err(|_| BuildError::BadStart(setup.start.clone()))?;
        let world = World::new(options.seed, started);
        let world = if options.capture { world.with_capture() } else { world };
        let device = &setup.device;
        let profile = match &options.board {
            Some(board) => board.profile.clone(),
            None => profile(&device.profile)?,
        };
        let name = profile.name.to_string();
        let profile = sized(profile, device);
        let pki = Pki::new(started.unix_secs());
        let common_name = device.registration.as_deref().unwrap_or(&device.id);
        let secrets = DeviceSecrets::new(&pki, device, common_name)?;
        let (network, port) = NetworkStage::build(&world, &setup.network, &device.time_servers, &profile)?;
        let cloud = CloudStage::build(&world, &pki, setup, &secrets, &network)?;
        let config = mcu_config(setup, &pki, &network)?;
        let capabilities = capabilities(device, &profile)?;
        let mcu = Mcu::new(&world, port, profile, config);
        let application = Application::new(&mcu, setup, &secrets, &cloud)?;
        let identity = DutIdentity {
            kind: "sim".into(),
            profile: name,
            profile_file: options.board.as_ref().map(|board| board.file.clone()),
            persona: device.persona.clone(),
            quirks: device.quirks.clone(),
            capabilities: capabilities.iter().map(str::to_owned).collect(),
            device_id: common_name.to_owned(),
            will: device.will.as_ref().map(will::configured),
            secondary_key: device.secondary_key,
        };
        let recorder = world.recorder.clone();
        let stage = Stage::new(Parts { world, setup: setup.clone(), mcu, application, cloud, network });
        Ok(Self {
            device: SimulatedDevice { calls: Calls::new(stage.clone()), identity, capabilities },
            bench: SimulatedBench { calls: Calls::new(stage.clone()) },
            recorder,
            stage,
            started,
        })
    }

    /// Ends the run and gives its evidence. A task that panicked is a harness error in it: what the run saw
    /// afterwards is worth nothing.
    #[must_use]
    pub fn finish(self) -> Evidence {
        for panic in panics::take() {
            let message = format!("a part of the simulated world panicked: {panic}");
            tracing::error!(message, "the run proves nothing");
            self.recorder.record(RunEvent::HarnessError { message });
        }
        self.stage.mcu.record_resources("end");
        let capture = self.stage.world.capture.as_ref().map(nanorig_world::Capture::finish);
        Evidence { records: self.recorder.take(), capture, dut: self.device.identity, started: self.started }
    }
}

fn profile(name: &str) -> Result<Profile, BuildError> {
    Profile::named(name).ok_or_else(|| BuildError::UnknownName { noun: "profile", name: name.to_owned() })
}

/// The profile with the sizes that the scenario gives instead.
fn sized(mut profile: Profile, setup: &DeviceSetup) -> Profile {
    if let Some(size) = setup.native_heap {
        // What the firmware fragments at its start is a matter of the firmware, not of the heap's size.
        let fragmented = profile.native_heap.size - profile.native_heap.largest;
        profile.native_heap.size = size;
        profile.native_heap.largest = size.saturating_sub(fragmented).max(size / 2);
    }
    if let Some(size) = setup.managed_heap {
        profile.managed_heap.size = size;
    }
    if let Some(sockets) = setup.sockets {
        profile.sockets.slots = u32::try_from(sockets).unwrap_or(u32::MAX);
    }
    profile
}

fn mcu_config(setup: &Setup, pki: &Pki, network: &NetworkStage) -> Result<McuConfig, BuildError> {
    let device = &setup.device;
    let mut config = McuConfig::new(&device.id);
    config.habits = habits(device)?;
    config.roots = roots(device, pki)?;
    let wifi = &setup.network.wifi;
    config.wifi = WifiCredentials {
        ssid: wifi.ssid.clone(),
        passphrase: device.passphrase.clone().unwrap_or_else(|| wifi.passphrase.clone()),
    };
    config.access_point = network.access_point.clone();
    config.time_servers.clone_from(&device.time_servers);
    Ok(config)
}

fn habits(setup: &DeviceSetup) -> Result<Habits, BuildError> {
    let unknown = |noun, name: &str| BuildError::UnknownName { noun, name: name.to_owned() };
    let persona = Persona::named(&setup.persona).ok_or_else(|| unknown("persona", &setup.persona))?;
    let mut habits = persona.habits();
    for name in &setup.quirks {
        let quirk = Quirk::named(name).ok_or_else(|| unknown("quirk", name))?;
        (quirk.apply)(&mut habits);
    }
    Ok(habits)
}

fn roots(setup: &DeviceSetup, pki: &Pki) -> Result<RootStore, BuildError> {
    let root = |name: &String| {
        name.parse::<RootName>().map_err(|_| BuildError::UnknownName { noun: "root", name: name.clone() })
    };
    let names = setup.roots.iter().map(root).collect::<Result<Vec<_>, _>>()?;
    Ok(RootStore::test(pki, &names))
}

/// What the emulated firmware can do on this profile, or what the scenario says that it claims.
fn capabilities(setup: &DeviceSetup, profile: &Profile) -> Result<Capabilities, BuildError> {
    let unknown = |name: &str| BuildError::UnknownName { noun: "capability", name: name.to_owned() };
    if let Some(claimed) = &setup.capabilities {
        return Capabilities::new(claimed.iter().map(String::as_str)).map_err(unknown);
    }
    let mut names =
        vec!["mqtt311", "net.dhcp", "net.dns", "net.sntp", "netfault", "pwr", "recon", "res", "sec", "time"];
    if profile.link.medium == Medium::Wifi {
        names.push("net.wifi");
    }
    if let Some(tls) = &profile.tls {
        names.extend(["hub.c2d", "hub.d2c", "hub.methods", "hub.modules", "hub.twin", "tls.mtls", "tls12"]);
        if tls.tls13 {
            names.push("tls13");
        }
        match setup.attestation {
            Attestation::SymmetricKey | Attestation::SymmetricKeyGroup => names.push("dps.symkey"),
            Attestation::X509 | Attestation::X509Group => names.push("dps.x509"),
        }
        if setup.model.is_some() {
            names.push("pnp");
        }
    }
    Capabilities::new(names).map_err(unknown)
}
