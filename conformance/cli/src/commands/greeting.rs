//! What `nanorig serve` says once it serves: where everything is, what to paste, what to trust.

use nanorig_serve::{Options, Ready};

/// Most devices, and most enrollments, that the greeting lists.
const SHOWN: usize = 5;
/// The port of MQTT that Azure's SDKs have built in.
const SDK_PORT: u16 = 8883;

pub(super) fn greeting(ready: &Ready, remarks: &[String], options: &Options) -> String {
    let Ready { hub, dps, ca_file, service_connection_string, dashboard, .. } = ready;
    let mut text = format!(
        "IoT Hub and DPS on {}\n\n  \
         MQTT over TLS      {}:{}\n  \
         HTTPS, WebSocket   {}:{}\n  \
         DPS id scope       {}\n",
        options.listen, hub.host, hub.mqtts, hub.host, hub.https, dps.id_scope
    );
    for (what, at) in [("names (DNS)", options.dns), ("time (NTP)", options.ntp)] {
        if let Some(at) = at {
            text.push_str(&format!("  {what:<18} {at}\n"));
        }
    }
    for remark in remarks {
        text.push_str(&format!("  note: {remark}\n"));
    }
    if hub.mqtts != SDK_PORT {
        text.push_str(&format!(
            "  note: Azure's SDKs know no port of MQTT but {SDK_PORT}; only clients that can be told {} find it\n",
            hub.mqtts
        ));
    }
    text.push_str(match options.listen.is_loopback() {
        true => "  only this machine reaches it; `--listen 0.0.0.0 --host NAME` opens it to a network\n",
        false => {
            "  the network reaches it, and keys that nobody replaced by `--config` are the same everywhere; \
             the page wants its key\n"
        }
    });
    text.push_str(&devices(ready));
    text.push_str("\nDPS enrollments\n");
    for enrollment in ready.enrollments.iter().take(SHOWN) {
        text.push_str(&format!("  {:<18} {}\n", enrollment.registration_id, enrollment.kind));
    }
    let making = "the page or PUT /nanorig/dps/enrollments/{id}";
    text.push_str(&others(ready.enrollment_count, making, "GET /nanorig/dps"));
    text.push_str(&format!("\nservice\n  {service_connection_string}\n"));
    text.push_str(&format!("\npage\n  {dashboard}\n"));
    text.push_str(&format!("\n{}", trust(&ca_file.display().to_string())));
    text
}

fn devices(ready: &Ready) -> String {
    let mut text = String::from("\ndevices\n");
    for device in ready.devices.iter().take(SHOWN) {
        text.push_str(&format!("  {}\n", device.connection_string));
        if let (Some(chain), Some(key)) = (&device.cert_file, &device.key_file) {
            text.push_str(&format!(
                "    certificate {}\n    key         {}\n",
                chain.display(),
                key.display()
            ));
        }
    }
    text.push_str(&others(ready.device_count, "the page or POST /nanorig/devices", "GET /nanorig/devices"));
    text
}

/// The end of a list of `count`: how to make one where there is none, and where those are that were not listed.
fn others(count: usize, making: &str, listing: &str) -> String {
    match count.saturating_sub(SHOWN) {
        _ if count == 0 => format!("  none: {making} makes one\n"),
        0 => String::new(),
        more => format!("  and {more} more: the page, {listing}\n"),
    }
}

/// How clients come to trust the CA, one line for each world.
fn trust(ca: &str) -> String {
    let header = ca.replace("ca.pem", "ca.h");
    format!(
        "trust {ca}\n  \
         Python    IoTHubDeviceClient.create_from_connection_string(text, server_verification_cert=open({ca:?}).read())\n  \
         Node      client.setOptions({{ ca: fs.readFileSync({ca:?}, 'utf8') }}), or NODE_EXTRA_CA_CERTS={ca}\n  \
         nanoFramework  new DeviceClient(host, id, key, azureCert: new X509Certificate(text of the file))\n  \
         ESP-IDF, Mbed TLS   #include {header:?} and give NANORIG_CA_PEM as the CA\n"
    )
}

#[cfg(test)]
mod tests {
    use std::net::IpAddr;
    use std::path::Path;

    use nanorig_serve::{Config, Ports, start};

    use super::*;

    const KEY: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

    /// The greeting of a server at `listen` with this configuration.
    async fn greeted(listen: &str, config: &str) -> (String, Ready) {
        let folder = tempfile::tempdir().unwrap();
        let options = Options {
            listen: listen.parse::<IpAddr>().unwrap(),
            ports: Ports::Ephemeral,
            hosts: vec!["cloud.example".to_owned()],
            config: Some(
                Config::parse(config, Path::new("serve.toml"), &|path| std::fs::read(path)).unwrap(),
            ),
            ..Options::new(folder.path())
        };
        let server = start(&options).await.unwrap();
        (greeting(&server.ready, &server.remarks, &options), server.ready)
    }

    #[tokio::test]
    async fn it_lists_what_is_there_and_where_the_rest_is() {
        let devices = (0..42).map(|n| format!("[[hub.device]]\nid='dev{n:02}'\nkey='{KEY}'\n"));
        let config = format!(
            "ready_made = false\n[[hub]]\n{}[[dps.enrollment]]\nid='reg1'\nkey='{KEY}'\n",
            devices.collect::<String>()
        );
        let (text, _) = greeted("127.0.0.1", &config).await;
        let listed: Vec<&str> = text.lines().filter(|line| line.contains(";DeviceId=")).collect();
        let wanted: Vec<String> = (0..5)
            .map(|n| format!("  HostName=cloud.example;DeviceId=dev{n:02};SharedAccessKey={KEY}"))
            .collect();
        assert_eq!(listed, wanted);
        assert!(text.contains("\n  and 37 more: the page, GET /nanorig/devices\n"), "{text}");
        assert!(text.contains("\nDPS enrollments\n  reg1               symmetricKey\n\n"), "{text}");
        let (text, _) = greeted("127.0.0.1", "ready_made = false").await;
        assert!(text.contains("\ndevices\n  none: the page or POST /nanorig/devices makes one\n"), "{text}");
        assert!(text.contains("\nDPS enrollments\n  none: the page or PUT"), "{text}");
    }

    #[tokio::test]
    async fn the_ready_made_come_first_with_their_files() {
        let (text, ready) =
            greeted("127.0.0.1", "[[hub]]\n[[hub.device]]\nid='a-first-one'\nca_signed=true").await;
        let devices = text.split("\ndevices\n").nth(1).unwrap();
        let files = ready.devices[1].cert_file.as_ref().unwrap().display().to_string();
        let key = ready.devices[1].key_file.as_ref().unwrap().display().to_string();
        let wanted = format!(
            "  HostName=cloud.example;DeviceId=device-sas;SharedAccessKey={KEY}\n  \
             HostName=cloud.example;DeviceId=device-x509;x509=true\n    \
             certificate {files}\n    key         {key}\n  \
             HostName=cloud.example;DeviceId=a-first-one;x509=true\n\n"
        );
        assert!(devices.starts_with(&wanted), "{devices}");
    }

    #[tokio::test]
    async fn it_says_who_reaches_the_server_and_by_which_port() {
        let (text, _) = greeted("127.0.0.1", "").await;
        assert!(text.contains("\n  only this machine reaches it;"), "{text}");
        let (text, ready) = greeted("0.0.0.0", "").await;
        assert!(text.starts_with("IoT Hub and DPS on 0.0.0.0\n"), "{text}");
        assert!(!text.contains("only this machine"), "{text}");
        let line = "\n  the network reaches it, and keys that nobody replaced by `--config` are the same everywhere; \
                    the page wants its key\n";
        assert!(text.contains(line), "{text}");
        let page = format!(
            "\npage\n  https://cloud.example:{}/#key={}\n",
            ready.hub.https,
            ready.control_key.unwrap()
        );
        assert!(text.contains(&page), "{text}");
        let port =
            format!("no port of MQTT but 8883; only clients that can be told {} find it\n", ready.hub.mqtts);
        assert!(text.contains(&port), "{text}");
    }
}
