//! Enrollments of the provisioning service as the scenario lists them.

use nanorig_certs::Pki;
use nanorig_cloud::dps::{
    Allocation, Attestation as Individual, Dps, EnrollmentGroup, EnrollmentSettings, GroupAttestation,
    IndividualEnrollment, Precondition, ReprovisionPolicy, StoreError,
};
use nanorig_dut::setup::{Attestation, DpsSetup, EnrollmentSetup, Setup};
use nanorig_world::World;
use serde_json::{Value, json};

use super::as_map;
use crate::simulated::BuildError;
use crate::simulated::identity::DeviceSecrets;

/// Adds all enrollments; when the scenario lists none, the one that the device needs.
pub(super) fn add(
    dps: &Dps,
    world: &World,
    pki: &Pki,
    setup: &Setup,
    listed: &DpsSetup,
    secrets: &DeviceSecrets,
) -> Result<(), BuildError> {
    let device = &setup.device;
    let own = device.registration.clone().unwrap_or_else(|| device.id.clone());
    let grouped = matches!(device.attestation, Attestation::SymmetricKeyGroup | Attestation::X509Group);
    let mut individuals = listed.enrollments.clone();
    let mut groups = listed.groups.clone();
    if individuals.is_empty() && groups.is_empty() {
        let list = if grouped { &mut groups } else { &mut individuals };
        let id = if grouped { "group".to_owned() } else { own };
        list.push(EnrollmentSetup { id, ..EnrollmentSetup::default() });
    }
    let utc = world.clock.utc();
    let stored = dps.enrollments(|enrollments| -> Result<(), StoreError> {
        for individual in &individuals {
            let attestation = match &secrets.certificate {
                Some(certificate) if !grouped => Individual::Certificates(vec![certificate.leaf().clone()]),
                _ => Individual::SymmetricKeys {
                    primary: secrets.enrolled.clone(),
                    secondary: secrets.secondary.clone(),
                },
            };
            let enrollment = IndividualEnrollment {
                registration_id: individual.id.clone(),
                device_id: individual.device_id.clone(),
                attestation,
                settings: settings(individual, setup),
            };
            enrollments.put_individual(enrollment, Precondition::None, utc)?;
        }
        for group in &groups {
            let attestation = match device.attestation {
                Attestation::X509Group | Attestation::X509 => {
                    GroupAttestation::SignedBy(vec![pki.group_ca()])
                }
                _ => GroupAttestation::SymmetricKeys {
                    primary: secrets.enrolled.clone(),
                    secondary: secrets.secondary.clone(),
                },
            };
            let group =
                EnrollmentGroup { id: group.id.clone(), attestation, settings: settings(group, setup) };
            enrollments.put_group(group, Precondition::None, utc)?;
        }
        Ok(())
    });
    stored.map_err(|error| BuildError::Cloud(error.to_string()))
}

fn settings(listed: &EnrollmentSetup, setup: &Setup) -> EnrollmentSettings {
    let host = |name: &str| {
        let known = setup.cloud.hubs.iter().any(|hub| hub.name == name);
        if known { format!("{name}.{}", super::HUB_DOMAIN) } else { name.to_owned() }
    };
    let allocation = match (listed.allocation.as_deref(), &listed.hub) {
        (Some("geo-latency"), _) => Allocation::GeoLatency,
        (_, Some(hub)) => Allocation::Static(host(hub)),
        _ => Allocation::Hashed,
    };
    let reprovision = match listed.reprovision.as_deref() {
        Some("reset") => ReprovisionPolicy::Reset,
        Some("never") => ReprovisionPolicy::Never,
        _ => ReprovisionPolicy::Migrate,
    };
    EnrollmentSettings {
        disabled: listed.disabled,
        allocation,
        reprovision,
        initial_twin: listed.initial_twin.as_ref().map(twin),
        ..EnrollmentSettings::default()
    }
}

/// `{desired, tags}` of a scenario in the form of the service API.
fn twin(listed: &Value) -> Value {
    json!({
        "tags": as_map(listed.get("tags")),
        "properties": { "desired": as_map(listed.get("desired")) },
    })
}
