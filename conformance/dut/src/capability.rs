//! What a device can claim to support (the PICS of ISO/IEC 9646).

use std::collections::BTreeSet;

/// One capability.
#[derive(Debug)]
pub struct CapabilitySpec {
    /// Name as written.
    pub name: &'static str,
    /// What claiming it means.
    pub summary: &'static str,
}

const fn capability(name: &'static str, summary: &'static str) -> CapabilitySpec {
    CapabilitySpec { name, summary }
}

/// Every capability there is. A name that is not here is an error wherever it is written.
pub const CAPABILITIES: &[CapabilitySpec] = &[
    capability("amqp", "AMQP 1.0 client"),
    capability("coap", "CoAP end point"),
    capability("dps.symkey", "provisions with a symmetric key"),
    capability("dps.tpm", "provisions with a TPM"),
    capability("dps.x509", "provisions with a certificate"),
    capability("http.client", "HTTP/1.1 client"),
    capability("http.server", "HTTP/1.1 server"),
    capability("hub.c2d", "receives cloud-to-device messages"),
    capability("hub.d2c", "sends telemetry to IoT Hub"),
    capability("hub.fileupload", "uploads files by way of IoT Hub"),
    capability("hub.methods", "answers direct methods"),
    capability("hub.modules", "connects as a module"),
    capability("hub.twin", "uses its device twin"),
    capability("mqtt.early", "sends packets before CONNACK"),
    capability("mqtt.generic", "talks to brokers other than IoT Hub"),
    capability("mqtt.ws", "MQTT over WebSocket"),
    capability("mqtt31", "MQTT 3.1"),
    capability("mqtt311", "MQTT 3.1.1"),
    capability("mqtt5", "MQTT 5.0"),
    capability("net.dhcp", "gets its address by DHCP"),
    capability("net.dns", "resolves names by DNS"),
    capability("net.sntp", "gets the time by SNTP"),
    capability("net.wifi", "joins a Wi-Fi network"),
    capability("netfault", "its link can be disturbed"),
    capability("pnp", "IoT Plug and Play"),
    capability("pwr", "deep sleep"),
    capability("recon", "reconnects by itself"),
    capability("res", "reports its memory and sockets"),
    capability("sec", "security hygiene is judged"),
    capability("signalr", "SignalR client"),
    capability("tcp.raw", "plain TCP connections"),
    capability("time", "its clock can be set from outside"),
    capability("tls.mfln", "negotiates smaller TLS records"),
    capability("tls.mtls", "presents a client certificate"),
    capability("tls.resume", "resumes TLS sessions"),
    capability("tls12", "TLS 1.2"),
    capability("tls13", "TLS 1.3"),
    capability("udp.raw", "plain UDP datagrams"),
    capability("ws.client", "WebSocket client"),
    capability("ws.server", "WebSocket server"),
];

/// A set of capabilities that are known to exist.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Capabilities(BTreeSet<&'static str>);

impl Capabilities {
    /// The set of these names.
    ///
    /// # Errors
    /// The first name that no capability has.
    pub fn new<'a>(names: impl IntoIterator<Item = &'a str>) -> Result<Self, &'a str> {
        let known = |name: &'a str| {
            CAPABILITIES.iter().find(|spec| spec.name == name).map(|spec| spec.name).ok_or(name)
        };
        names.into_iter().map(known).collect::<Result<_, _>>().map(Self)
    }

    /// True when `name` is claimed.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.0.contains(name)
    }

    /// All names, in alphabetical order.
    pub fn iter(&self) -> impl Iterator<Item = &'static str> + '_ {
        self.0.iter().copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_capability_is_refused_by_name() {
        assert_eq!(Capabilities::new(["hub.twin", "hub.twins"]), Err("hub.twins"));
        let set = Capabilities::new(["hub.twin"]).expect("it exists");
        assert!(set.has("hub.twin") && !set.has("pnp"));
    }

    #[test]
    fn capabilities_are_sorted_and_unique() {
        assert!(CAPABILITIES.is_sorted_by(|a, b| a.name < b.name));
    }
}
