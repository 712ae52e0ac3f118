//! What calls work on.

use std::net::Ipv4Addr;
use std::ops::Deref;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use nanorig_cloud::dps::Dps;
use nanorig_cloud::hub::{HubHandle, Identity};
use nanorig_dut::setup::Setup;
use nanorig_mcu::Mcu;
use nanorig_trace::event::NetworkEvent;
use nanorig_world::{Fault, World};

use super::Application;
use super::cloud::CloudStage;
use super::network::NetworkStage;

/// Everything of one run that calls can reach. A cheap handle.
#[derive(Clone)]
pub(crate) struct Stage(Arc<Parts>);

/// The parts of a stage.
pub(crate) struct Parts {
    pub(crate) world: World,
    pub(crate) setup: Setup,
    pub(crate) mcu: Mcu,
    pub(crate) application: Application,
    pub(crate) cloud: CloudStage,
    pub(crate) network: NetworkStage,
}

impl Deref for Stage {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}

impl Stage {
    pub(crate) fn new(parts: Parts) -> Self {
        Self(Arc::new(parts))
    }

    /// The hub of this name, or the one where the device belongs.
    pub(crate) fn hub(&self, name: Option<&str>) -> Result<HubHandle, String> {
        let assigned = || self.application.assignment().map(|assignment| assignment.hub);
        let wanted = name.map(str::to_owned).or_else(assigned).or_else(|| self.setup.device.hub.clone());
        self.cloud.hub(wanted.as_deref())
    }

    /// The device's identity at its hub.
    pub(crate) fn identity(&self) -> Identity {
        let device = &self.setup.device;
        let id =
            self.application.assignment().map_or_else(|| device.id.clone(), |assigned| assigned.device_id);
        match &device.module {
            Some(module) => Identity::module(id, module.clone()),
            None => Identity::device(id),
        }
    }

    /// The provisioning service, if the scenario has one.
    pub(crate) fn dps(&self) -> Option<&Dps> {
        self.cloud.dps.as_ref()
    }

    /// Inserts a link fault that ends by itself after `span`, or with [`remove_faults`](Self::remove_faults).
    pub(crate) fn insert_fault(&self, name: &'static str, fault: Box<dyn Fault>, span: Option<Duration>) {
        let id = self.network.link.insert(fault);
        match span {
            Some(span) => {
                let (link, clock) = (self.network.link.clone(), self.world.clock);
                tokio::spawn(async move {
                    clock.sleep(span).await;
                    link.remove(id);
                });
            }
            None => self.lock_faults().push((name, id)),
        }
    }

    /// Ends the faults of this name, or all of them.
    pub(crate) fn remove_faults(&self, name: Option<&str>) {
        self.lock_faults().retain(|(fault, id)| {
            let ends = name.is_none_or(|name| name == *fault);
            if ends {
                self.network.link.remove(*id);
            }
            !ends
        });
    }

    /// Gives a host of the cloud another address; the old one goes silent.
    pub(crate) fn move_host(&self, host: &str, to: Ipv4Addr) -> Result<(), String> {
        let from = self.network.address_of(host).ok_or_else(|| format!("the cloud has no host `{host}`"))?;
        self.cloud.stop(&self.world, host);
        self.world.directory.blackhole(from);
        self.world.recorder.record(NetworkEvent::HostMoved { host: host.to_owned(), from, to });
        self.network.name(&self.world, host, to).map_err(|error| error.to_string())?;
        self.cloud.start(&self.world, host, to);
        Ok(())
    }

    /// Nobody answers at a host's address from now on.
    pub(crate) fn stop_host(&self, host: &str) {
        self.cloud.stop(&self.world, host);
    }

    /// Accepts connections to a host again.
    pub(crate) fn start_host(&self, host: &str) {
        if let Some(address) = self.network.address_of(host) {
            self.cloud.start(&self.world, host, address);
        }
    }

    fn lock_faults(&self) -> std::sync::MutexGuard<'_, Vec<(&'static str, nanorig_world::fault::FaultId)>> {
        self.network.faults.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
