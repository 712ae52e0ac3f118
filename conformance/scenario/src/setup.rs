//! The sections `device`, `cloud` and `network`, key by key.

use std::collections::BTreeMap;
use std::time::Duration;

use nanorig_dut::ParamKind as Kind;
use nanorig_dut::setup::{
    Attestation, CloudSetup, DeviceSetup, DpsSetup, EnrollmentSetup, HubSetup, IdentitySetup, KeySource,
    NetworkSetup, WifiSetup, WillSetup,
};
use serde_json::Value;

use crate::scalar::convert;
use crate::section::{Field, Names, Reader, field, name, names};
use crate::syntax::Node;

fn text(value: Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn texts(value: Value) -> Vec<String> {
    value.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}

fn span(value: Value) -> Duration {
    Duration::from_micros(value.as_u64().unwrap_or_default())
}

fn share(value: Value) -> f64 {
    value.as_f64().unwrap_or_default()
}

/// Whole numbers are range-checked by their kind before they get here.
fn whole<T: TryFrom<i64> + Default>(value: Value) -> T {
    value.as_i64().and_then(|value| T::try_from(value).ok()).unwrap_or_default()
}

fn bytes(value: Value) -> Option<usize> {
    value.as_u64().and_then(|bytes| usize::try_from(bytes).ok())
}

/// Names and values as the application has them: values that are no texts as they are written.
fn pairs(value: &Value) -> BTreeMap<String, String> {
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    value.as_object().into_iter().flatten().map(|(name, value)| (name.clone(), text(value))).collect()
}

/// From what hardly starts to what no such device has.
const HEAP: Kind = Kind::Size { min: 1 << 10, max: 1 << 30 };
const ATTESTATIONS: &[&str] = &["symmetric-key", "symmetric-key-group", "x509", "x509-group"];
const TLS_VERSIONS: &str = "TLS versions, from `\"1.2\"` and `\"1.3\"`.";

fn attestation(value: Value) -> Attestation {
    match value.as_str() {
        Some("symmetric-key-group") => Attestation::SymmetricKeyGroup,
        Some("x509") => Attestation::X509,
        Some("x509-group") => Attestation::X509Group,
        _ => Attestation::SymmetricKey,
    }
}

fn key_source(value: Value) -> KeySource {
    match value.as_str() {
        Some("wrong") => KeySource::Wrong,
        Some("enrolled") | None => KeySource::Enrolled,
        Some(key) => KeySource::Given(key.to_owned()),
    }
}

pub(crate) const DEVICE: &[Field<DeviceSetup>] = &[
    name("profile", Names::Profiles, "Budget profile. Default `esp32-wroom`.", |d, v| d.profile = text(v)),
    name("persona", Names::Personas, "Firmware persona. Default `reference`.", |d, v| d.persona = text(v)),
    names("quirks", Names::Quirks, "Quirks besides those of the persona.", |d, v| d.quirks = texts(v)),
    field("id", Kind::Text, "Device id. Default `nano-01`.", |d, v| d.id = text(v)),
    field("module", Kind::Text, "Module id, for a module identity.", |d, v| d.module = Some(text(v))),
    field("registration", Kind::Text, "DPS registration id. Default: the device id.", |d, v| {
        d.registration = Some(text(v));
    }),
    field(
        "attestation",
        Kind::Choice(ATTESTATIONS),
        "How the device proves who it is. Default `symmetric-key`.",
        |d, v| d.attestation = attestation(v),
    ),
    field("key", Kind::Text, "`enrolled` (default), `wrong`, or a base64 key.", |d, v| d.key = key_source(v)),
    field("secondary-key", Kind::Flag, "The firmware has the secondary key too. Default false.", |d, v| {
        d.secondary_key = v == Value::Bool(true);
    }),
    field("model", Kind::Text, "Plug and Play model id, such as `dtmi:com:example:Thermostat;1`.", |d, v| {
        d.model = Some(text(v));
    }),
    field("hub", Kind::Text, "Hub to use without DPS, by its name. Default: the first.", |d, v| {
        d.hub = Some(text(v));
    }),
    names("roots", Names::Roots, "Roots in the device's store. Default `[g2, msrsa]`.", |d, v| {
        d.roots = texts(v);
    }),
    field("tls", Kind::Texts, TLS_VERSIONS, |d, v| d.tls = Some(texts(v))),
    field("token-lifetime", Kind::Duration, "Life of a SAS token. Default 1h.", |d, v| {
        d.token_lifetime = span(v);
    }),
    field("keep-alive", Kind::Duration, "MQTT Keep Alive. Default 240s.", |d, v| d.keep_alive = span(v)),
    field("clean-session", Kind::Flag, "MQTT clean session. Default false.", |d, v| {
        d.clean_session = v == Value::Bool(true);
    }),
    field("qos", Kind::Integer { min: 0, max: 1 }, "QoS of telemetry. Default 1.", |d, v| d.qos = whole(v)),
    field("passphrase", Kind::Text, "Wi-Fi passphrase in the firmware. Default: the right one.", |d, v| {
        d.passphrase = Some(text(v));
    }),
    field("time-servers", Kind::Texts, "Time servers, in order.", |d, v| d.time_servers = texts(v)),
    field("native-heap", HEAP, "Native heap instead of the profile's.", |d, v| d.native_heap = bytes(v)),
    field("managed-heap", HEAP, "Managed heap instead of the profile's.", |d, v| {
        d.managed_heap = bytes(v);
    }),
    field("sockets", Kind::Integer { min: 1, max: 64 }, "Sockets instead of the profile's.", |d, v| {
        d.sockets = Some(whole(v));
    }),
    names("capabilities", Names::Capabilities, "What the device claims. Default: all it can do.", |d, v| {
        d.capabilities = Some(texts(v));
    }),
];

pub(crate) const WILL: &[Field<WillSetup>] = &[
    field("body", Kind::Json, "Body: a text as it is, anything else as JSON. Default `{}`.", |w, v| {
        w.body = v;
    }),
    field("properties", Kind::Map, "Application properties.", |w, v| w.properties = pairs(&v)),
    field("qos", Kind::Integer { min: 0, max: 1 }, "QoS of the will. Default 1.", |w, v| w.qos = whole(v)),
    field("retain", Kind::Flag, "Retain flag of the will. Default false.", |w, v| {
        w.retain = v == Value::Bool(true);
    }),
];

pub(crate) const CLOUD: &[Field<CloudSetup>] = &[
    name("certificate", Names::Certificates, "Chain that servers present. Default `good`.", |c, v| {
        c.certificate = text(v);
    }),
    name("root", Names::Roots, "Root of that chain. Default `g2`.", |c, v| c.root = text(v)),
    field("tls", Kind::Texts, TLS_VERSIONS, |c, v| c.tls = texts(v)),
];

pub(crate) const HUB: &[Field<HubSetup>] = &[
    field("name", Kind::Text, "First label of the host name. Default `contoso`.", |h, v| h.name = text(v)),
    field(
        "tier",
        Kind::Choice(&["F1", "S1", "S2", "S3"]),
        "Tier for throttling. Default: no limits.",
        |h, v| {
            h.tier = Some(text(v));
        },
    ),
];

pub(crate) const IDENTITY: &[Field<IdentitySetup>] = &[
    field("id", Kind::Text, "Device id.", |i, v| i.id = text(v)),
    field("module", Kind::Text, "Module id.", |i, v| i.module = Some(text(v))),
    field("disabled", Kind::Flag, "True when it may not connect.", |i, v| {
        i.disabled = v == Value::Bool(true)
    }),
    field("desired", Kind::Json, "Desired properties at the start.", |i, v| i.desired = Some(v)),
    field("reported", Kind::Json, "Reported properties at the start.", |i, v| i.reported = Some(v)),
    field("tags", Kind::Json, "Tags.", |i, v| i.tags = Some(v)),
];

pub(crate) const DPS: &[Field<DpsSetup>] = &[
    field("id-scope", Kind::Text, "ID scope. Default `0ne00000000`.", |d, v| d.id_scope = text(v)),
    field(
        "assigning-polls",
        Kind::Integer { min: 0, max: 1_000 },
        "How often a status request answers `assigning`. Default 1.",
        |d, v| d.assigning_polls = whole(v),
    ),
    field(
        "retry-after",
        Kind::Duration,
        "How long the device is told to wait between polls. Default 3s; 0s: nothing is said.",
        |d, v| {
            let seconds = u32::try_from(span(v).as_secs()).unwrap_or(u32::MAX);
            d.retry_after = Some(seconds).filter(|seconds| *seconds > 0);
        },
    ),
];

pub(crate) const ENROLLMENT: &[Field<EnrollmentSetup>] = &[
    field("id", Kind::Text, "Registration id, or the group's id.", |e, v| e.id = text(v)),
    field("device-id", Kind::Text, "Device id to assign. Default: the registration id.", |e, v| {
        e.device_id = Some(text(v));
    }),
    field("disabled", Kind::Flag, "True when it may not be used.", |e, v| {
        e.disabled = v == Value::Bool(true)
    }),
    field("hub", Kind::Text, "Hub to assign, by its name.", |e, v| e.hub = Some(text(v))),
    field(
        "allocation",
        Kind::Choice(&["hashed", "static", "geo-latency"]),
        "Allocation policy. Default `hashed`.",
        |e, v| e.allocation = Some(text(v)),
    ),
    field(
        "reprovision",
        Kind::Choice(&["migrate", "reset", "never"]),
        "Reprovisioning policy. Default `migrate`.",
        |e, v| e.reprovision = Some(text(v)),
    ),
    field("initial-twin", Kind::Json, "What the twin starts with: `{desired, tags}`.", |e, v| {
        e.initial_twin = Some(v);
    }),
    field("payload", Kind::Json, "Payload to return to the device.", |e, v| e.payload = Some(v)),
];

pub(crate) const NETWORK: &[Field<NetworkSetup>] = &[
    field(
        "latency",
        Kind::Duration,
        "One-way delay to the cloud. Default: the profile's link plus 10ms.",
        |n, v| {
            n.latency = Some(span(v));
        },
    ),
    field("jitter", Kind::Duration, "Largest additional random delay. Default 0ms.", |n, v| {
        n.jitter = span(v)
    }),
    field("loss", Kind::Share, "Share of frames lost, each way. Default 0%.", |n, v| n.loss = share(v)),
    field("duplicate", Kind::Share, "Share of frames duplicated. Default 0%.", |n, v| n.duplicate = share(v)),
    field("corrupt", Kind::Share, "Share of frames with a flipped bit. Default 0%.", |n, v| {
        n.corrupt = share(v)
    }),
    field("reorder", Kind::Share, "Share of frames that others overtake. Default 0%.", |n, v| {
        n.reorder = share(v);
    }),
    field(
        "bandwidth",
        Kind::Integer { min: 1_200, max: 10_000_000_000 },
        "Bits per second. Default: the profile's link.",
        |n, v| n.bandwidth = v.as_u64(),
    ),
    field(
        "mtu",
        Kind::Integer { min: 576, max: 1_500 },
        "Largest IP packet in bytes. Default 1500.",
        |n, v| {
            n.mtu = whole(v);
        },
    ),
    field("lease", Kind::Duration, "DHCP lease time. Default 24h.", |n, v| n.lease = span(v)),
    field(
        "dns-servers",
        Kind::Integer { min: 1, max: 4 },
        "DNS servers that DHCP names. Default 1.",
        |n, v| {
            n.dns_servers = whole(v);
        },
    ),
    field("dns-ttl", Kind::Duration, "TTL of the cloud's names. Default 60s.", |n, v| n.dns_ttl = span(v)),
    field("ntp-delay", Kind::Duration, "Delay of the time servers' answers. Default 0s.", |n, v| {
        n.ntp_delay = span(v);
    }),
];

pub(crate) const WIFI: &[Field<WifiSetup>] = &[
    field("ssid", Kind::Text, "Network name. Default `bench`.", |w, v| w.ssid = text(v)),
    field("passphrase", Kind::Text, "Passphrase of the access point.", |w, v| w.passphrase = text(v)),
];

/// Reads the `device` section.
pub(crate) fn device(reader: &mut Reader<'_>, node: &Node, target: &mut DeviceSetup) {
    reader.section(node, "`device`", DEVICE, &["will"], target, |reader, _, node, target| {
        let mut will = WillSetup::default();
        reader.section(node, "`will`", WILL, &[], &mut will, |_, _, _, _| {});
        target.will = Some(will);
    });
}

/// Reads the `cloud` section.
pub(crate) fn cloud(reader: &mut Reader<'_>, node: &Node, target: &mut CloudSetup) {
    reader.section(node, "`cloud`", CLOUD, &["hubs", "dps"], target, |reader, key, node, target| {
        if key == "hubs" {
            target.hubs = list(reader, node, "hubs", hub);
        } else {
            target.dps = Some(dps(reader, node));
        }
    });
}

/// Reads the `network` section.
pub(crate) fn network(reader: &mut Reader<'_>, node: &Node, target: &mut NetworkSetup) {
    reader.section(node, "`network`", NETWORK, &["wifi", "hosts"], target, |reader, key, node, target| {
        if key == "wifi" {
            reader.section(node, "`wifi`", WIFI, &[], &mut target.wifi, |_, _, _, _| {});
        } else {
            hosts(reader, node, target);
        }
    });
}

fn hosts(reader: &mut Reader<'_>, node: &Node, target: &mut NetworkSetup) {
    for (key, value) in reader.entries(node, "`hosts`") {
        let addresses: Vec<_> = reader
            .items(value, "addresses")
            .iter()
            .filter_map(|item| reader.keep(convert(&Kind::Address, item)))
            .filter_map(|value| value.as_str().and_then(|text| text.parse().ok()))
            .collect();
        target.hosts.insert(key.text.clone(), addresses);
    }
}

fn list<T>(reader: &mut Reader<'_>, node: &Node, what: &str, one: fn(&mut Reader<'_>, &Node) -> T) -> Vec<T> {
    reader.items(node, what).iter().map(|item| one(reader, item)).collect()
}

fn hub(reader: &mut Reader<'_>, node: &Node) -> HubSetup {
    let mut hub = HubSetup::default();
    reader.section(node, "a hub", HUB, &["devices"], &mut hub, |reader, _, node, hub| {
        hub.devices = list(reader, node, "devices", identity);
    });
    hub
}

fn identity(reader: &mut Reader<'_>, node: &Node) -> IdentitySetup {
    let mut identity = IdentitySetup::default();
    reader.section(node, "a device of a hub", IDENTITY, &[], &mut identity, |_, _, _, _| {});
    require_id(reader, node, &identity.id);
    identity
}

fn dps(reader: &mut Reader<'_>, node: &Node) -> DpsSetup {
    let mut dps = DpsSetup::default();
    let nested = &["enrollments", "groups"];
    reader.section(node, "`dps`", DPS, nested, &mut dps, |reader, key, node, dps| {
        let enrollments = list(reader, node, key, enrollment);
        if key == "enrollments" {
            dps.enrollments = enrollments;
        } else {
            dps.groups = enrollments;
        }
    });
    dps
}

fn enrollment(reader: &mut Reader<'_>, node: &Node) -> EnrollmentSetup {
    let mut enrollment = EnrollmentSetup::default();
    reader.section(node, "an enrollment", ENROLLMENT, &[], &mut enrollment, |_, _, _, _| {});
    require_id(reader, node, &enrollment.id);
    enrollment
}

fn require_id(reader: &mut Reader<'_>, node: &Node, id: &str) {
    if id.is_empty() {
        let message = "an `id` is missing".to_owned();
        let help = "add `id: NAME`".to_owned();
        reader.fault(crate::scalar::fault("scenario::missing-key", message, node, "has no `id`", help));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_that_teaches_scenarios_names_every_key() {
        let page = include_str!("../../../scenarios/README.md");
        fn keys<T>(fields: &[Field<T>]) -> impl Iterator<Item = &'static str> {
            fields.iter().map(|field| field.name)
        }
        let all = keys(DEVICE).chain(keys(WILL)).chain(keys(CLOUD)).chain(keys(HUB)).chain(keys(IDENTITY));
        let all = all.chain(keys(DPS)).chain(keys(ENROLLMENT)).chain(keys(NETWORK)).chain(keys(WIFI));
        let missing: Vec<&str> = all.filter(|key| !page.contains(&format!("`{key}`"))).collect();
        assert!(missing.is_empty(), "scenarios/README.md does not name {missing:?}");
    }
}
