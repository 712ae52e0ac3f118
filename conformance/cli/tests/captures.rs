//! Captures, opened by Wireshark's own dissectors.

#[expect(dead_code, reason = "this file needs a part of it")]
mod binary;

use std::path::{Path, PathBuf};
use std::process::Command;

use binary::nanorig;
use tempfile::TempDir;

/// What a field of matching packets holds, one line a packet.
fn fields(capture: &Path, filter: &str, names: &[&str]) -> Vec<String> {
    let mut arguments = vec!["-Y", filter, "-T", "fields"];
    arguments.extend(names.iter().flat_map(|name| ["-e", name]));
    tshark(capture, &arguments).lines().map(str::to_owned).collect()
}

fn tshark(capture: &Path, arguments: &[&str]) -> String {
    let mut command = Command::new("tshark");
    command.arg("-r").arg(capture).args(arguments);
    let output = match command.output() {
        Ok(output) => output,
        Err(error) => panic!("tshark cannot be started ({error}); `cargo xtask test` installs it"),
    };
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {errors}");
    let complaint = errors.lines().find(|line| !line.starts_with("Running as user"));
    assert_eq!(complaint, None, "{command:?}");
    String::from_utf8(output.stdout).expect("tshark writes UTF-8")
}

/// Runs a scenario and keeps its capture as long as the folder.
fn captured(scenario: &str) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a folder");
    let capture = folder.path().join("run.pcapng");
    let file = format!("scenarios/{scenario}.yaml");
    let ended = nanorig(&["run", &file, "--seed", "1", "--pcap", &capture.to_string_lossy()]);
    assert!(matches!(ended.code, 0 | 3), "{}{}", ended.stdout, ended.stderr);
    (folder, capture)
}

/// Nothing that a dissector calls malformed, an error or a warning. Lost frames draw warnings about what is
/// missing, so there only the former two count.
fn assert_clean(capture: &Path, lossy: bool) {
    let malformed = fields(capture, "_ws.malformed", &["frame.number", "_ws.col.Info"]);
    assert!(malformed.is_empty(), "malformed packets: {malformed:#?}");
    let levels = if lossy { "-zexpert,error" } else { "-zexpert,warn" };
    let complaints = tshark(capture, &["-q", levels]);
    assert_eq!(complaints.trim(), "", "Wireshark complains");
}

/// The TLS version of the connection, and the CONNECT that can be read in it.
fn assert_decrypted(capture: &Path, record: &str, version: &str) {
    let versions = fields(capture, "tls.handshake.type == 2", &["_ws.col.Protocol"]);
    assert_eq!(versions, [record], "one handshake of this version");
    let suites = fields(capture, "tls.handshake.type == 2", &["tls.handshake.extensions.supported_version"]);
    assert_eq!(suites, [version], "supported_versions of the ServerHello");
    let connects = fields(capture, "mqtt.msgtype == 1", &["mqtt.clientid", "mqtt.username", "mqtt.ver"]);
    let [connect] = connects.as_slice() else { panic!("one CONNECT, not {connects:?}") };
    assert!(connect.starts_with("nano-01\tcontoso.azure-devices.net/nano-01/?api-version="), "{connect}");
    assert!(connect.ends_with("\t4"), "MQTT 3.1.1: {connect}");
    let answers = fields(capture, "mqtt.msgtype == 2", &["mqtt.conack.val"]);
    assert_eq!(answers, ["0"], "CONNACK, decrypted in the other direction");
}

#[test]
fn tls_1_2_opens_decrypted() {
    let (_folder, capture) = captured("tls/versions");
    assert_clean(&capture, false);
    assert_decrypted(&capture, "TLSv1.2", "");
}

#[test]
fn tls_1_3_opens_decrypted() {
    let (_folder, capture) = captured("tls/version-1.3");
    assert_clean(&capture, false);
    assert_decrypted(&capture, "TLSv1.3", "0x0304");
}

#[test]
fn the_network_around_the_connection_is_there_too() {
    let (_folder, capture) = captured("quickstart");
    assert_clean(&capture, true);
    let count = |filter: &str| fields(&capture, filter, &["frame.number"]).len();
    assert_eq!(count("dhcp"), 4, "DISCOVER, OFFER, REQUEST, ACK");
    assert!(count("ntp") >= 2 && count("dns") >= 6 && count("arp") >= 2);
    // Hosts have names: a name resolution block tells them.
    let named =
        tshark(&capture, &["-N", "n", "-Y", "mqtt.msgtype == 1", "-T", "fields", "-e", "ip.dst_host"]);
    assert!(named.contains("contoso.azure-devices.net"), "{named}");
    assert!(named.contains("global.azure-devices-provisioning.net"), "{named}");
    let topics = fields(&capture, "mqtt.msgtype == 3", &["mqtt.topic"]);
    assert!(topics.iter().any(|topic| topic.starts_with("$dps/registrations/PUT/")), "{topics:#?}");
    assert!(topics.iter().any(|topic| topic.starts_with("devices/nano-01/messages/events/")), "{topics:#?}");
}

#[test]
fn frames_that_the_link_lost_say_so() {
    let (_folder, capture) = captured("network/loss-5");
    assert_clean(&capture, true);
    let comments = fields(&capture, "frame.comment", &["frame.comment"]);
    let with = |text: &str| comments.iter().filter(|comment| comment.contains(text)).count();
    assert!(with("dropped by the link: loss") > 0, "{comments:?}");
    assert!(with("duplicated by the link") > 0, "{comments:?}");
    // A loss that TCP did not have to repair would be no loss.
    let repaired = fields(&capture, "tcp.analysis.retransmission", &["frame.number"]);
    assert!(!repaired.is_empty(), "{comments:?}");
}
