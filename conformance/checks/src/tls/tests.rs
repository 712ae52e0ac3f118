use nanorig_trace::event::{CloseHow, ConnEvent, DeviceEvent, NetworkEvent, Party};
use nanorig_wire::mqtt::{Packet, PacketId, Publish, QoS};
use nanorig_wire::tls::ExtensionType;

use crate::Verdict;
use crate::testing::{HUB, HUB_NAME, Story, hello};

/// Requirements to refuse, with a chain that provokes each.
const REFUSALS: &[(&str, &str, &str)] = &[
    ("TLS-CHAIN-01", "unknown-ca", "unknown"),
    ("TLS-CHAIN-02", "self-signed", "g2"),
    ("TLS-CHAIN-04", "not-a-ca", "g2"),
    ("TLS-CHAIN-05", "client-auth-only", "g2"),
    ("TLS-NAME-01", "wrong-name", "g2"),
    ("TLS-NAME-03", "cn-right-san-wrong", "g2"),
    ("TLS-TIME-01", "expired-leaf", "g2"),
    ("TLS-TIME-01", "expired-intermediate", "g2"),
    ("TLS-TIME-02", "not-yet-valid", "g2"),
];

#[test]
fn a_bad_chain_is_refused_with_an_alert_or_at_least_refused() {
    for (id, kind, root) in REFUSALS {
        let mut story = Story::new();
        let conn = story.at(1.0).open("hub");
        story
            .hello(conn, &hello())
            .certificate(conn, kind, root)
            .at(1.2)
            .tls_refused(conn, Some("bad_certificate"));
        story.expect(id, Verdict::Pass);

        let mut story = Story::new();
        let conn = story.at(1.0).open("hub");
        story.certificate(conn, kind, root).at(1.2).tls_refused(conn, None);
        story.expect(id, Verdict::PassWithWarning);
    }
}

#[test]
fn a_bad_chain_that_is_accepted_fails() {
    for (id, kind, root) in REFUSALS {
        let mut story = Story::new();
        let conn = story.at(1.0).open("hub");
        story.certificate(conn, kind, root).at(1.2).tls(conn);
        let finding = story.expect(id, Verdict::Fail);
        assert_eq!(finding.evidence[0].text, format!("the handshake completes with the chain `{kind}`"));
    }
}

#[test]
fn a_handshake_that_ends_for_another_reason_shows_no_refusal() {
    for (id, kind, root) in REFUSALS {
        for error in ["out-of-memory", "timeout", "record-too-large"] {
            let mut story = Story::new();
            let conn = story.at(1.0).open("hub");
            story.certificate(conn, kind, root).at(1.2).device_tls_failed(error).tls_refused(conn, None);
            story.expect(id, Verdict::Inconclusive);
        }
        let mut story = Story::new();
        story.at(1.0).good_session();
        story.expect(id, Verdict::Inconclusive);
    }
}

/// Requirements to accept, with the chain that provokes each.
const ACCEPTANCES: &[(&str, &str, &str)] = &[
    ("TLS-CHAIN-03", "good-two-intermediates", "g2"),
    ("TLS-CHAIN-07", "larger-20-percent", "g2"),
    ("TLS-ROOT-01", "good", "g2"),
    ("TLS-ROOT-02", "good", "msrsa"),
];

#[test]
fn a_good_chain_must_be_accepted() {
    for (id, kind, root) in ACCEPTANCES {
        let mut story = Story::new();
        let conn = story.at(1.0).open("hub");
        story.certificate(conn, kind, root);
        story.expect(id, Verdict::Inconclusive);
        story.at(1.2).tls(conn);
        story.expect(id, Verdict::Pass);

        let mut story = Story::new();
        let conn = story.at(1.0).open("hub");
        story
            .certificate(conn, kind, root)
            .at(1.2)
            .device_tls_failed("unknown-issuer")
            .tls_refused(conn, None);
        let finding = story.expect(id, Verdict::Fail);
        assert!(finding.evidence[0].text.ends_with("unknown-issuer"), "{finding:?}");

        let mut story = Story::new();
        let conn = story.at(1.0).open("hub");
        story.certificate(conn, kind, root).at(9.0).close(conn, Party::Network, CloseHow::Timeout);
        story.expect(id, Verdict::Inconclusive);
    }
}

#[test]
fn a_handshake_that_the_server_made_hard_shows_nothing_about_a_good_chain() {
    for (id, kind, root) in ACCEPTANCES {
        let mut story = Story::new();
        let conn = story.at(1.0).open("hub");
        story.tls_oddity(conn, "small-records").certificate(conn, kind, root);
        story.at(1.2).device_tls_failed("protocol").tls_refused(conn, None);
        story.expect(id, Verdict::Inconclusive);
    }
}

#[test]
fn larger_chains_show_the_head_room_and_no_more() {
    let mut story = Story::new();
    let first = story.at(1.0).open("hub");
    story.certificate(first, "larger-20-percent", "g2").tls(first);
    let second = story.at(2.0).open("hub");
    story.certificate(second, "oversized-12k", "g2").at(2.2).device_tls_failed("out-of-memory");
    story.tls_refused(second, None);
    let finding = story.expect("TLS-CHAIN-07", Verdict::Pass);
    assert!(finding.evidence[1].text.contains("oversized-12k"), "{finding:?}");
}

#[test]
fn old_versions_must_not_be_offered() {
    let offers = |change: fn(&mut nanorig_wire::tls::ClientHello)| {
        let mut offer = hello();
        change(&mut offer);
        let mut story = Story::new();
        let conn = story.at(1.0).open("hub");
        story.hello(conn, &offer);
        story.finding("TLS-VER-01").verdict
    };
    assert_eq!(offers(|_| ()), Verdict::Pass);
    assert_eq!(offers(|hello| hello.extensions.truncate(1)), Verdict::Pass, "TLS 1.2 alone");
    assert_eq!(offers(|hello| hello.versions = vec![0x1a1a, 0x0304, 0x0303]), Verdict::Pass, "RFC 8701");
    assert_eq!(offers(|hello| hello.versions.push(0x0302)), Verdict::Fail);
    assert_eq!(offers(|hello| hello.legacy_version = 0x0302), Verdict::Fail);
}

#[test]
fn an_old_version_must_not_be_accepted() {
    let mut story = Story::new();
    let conn = story.at(1.0).open("hub");
    story.hello(conn, &hello()).tls_as(conn, "TLSv1.1", "TLS_RSA_WITH_AES_128_CBC_SHA", None);
    story.expect("TLS-VER-01", Verdict::Fail);
    let mut story = Story::new();
    let conn = story.open("hub");
    story.event(ConnEvent::ClientHello { conn, bytes: vec![1, 0, 0, 9].into() });
    story.expect("TLS-VER-01", Verdict::Fail);
}

#[test]
fn a_client_hello_that_the_link_bent_is_not_the_devices() {
    let mut story = Story::new();
    let conn = story.open("hub");
    story.event(NetworkEvent::Link { fault: "silent-corruption".to_owned(), on: true });
    story.event(ConnEvent::ClientHello { conn, bytes: vec![1, 0, 0, 9].into() });
    story.expect("TLS-VER-01", Verdict::Inconclusive);
}

#[test]
fn a_suite_of_the_policy_must_be_offered() {
    let mut story = Story::new();
    story.at(1.0).good_session();
    let finding = story.expect("TLS-CIPHER-01", Verdict::Pass);
    assert!(finding.evidence[0].text.ends_with("after offering 1301 c02b c02f"), "{finding:?}");
    let mut weak = hello();
    weak.cipher_suites = vec![0xc013, 0x002f];
    let conn = story.at(2.0).open("hub");
    story.hello(conn, &weak);
    story.expect("TLS-CIPHER-01", Verdict::Fail);
    let mut story = Story::new();
    let conn = story.open("hub");
    story.hello(conn, &hello());
    story.expect("TLS-CIPHER-01", Verdict::Inconclusive);
}

#[test]
fn weak_suites_are_named() {
    let mut story = Story::new();
    story.at(1.0).good_session();
    story.expect("TLS-CIPHER-02", Verdict::Pass);
    let mut weak = hello();
    weak.cipher_suites = vec![0xc02f, 0x002f, 0x0005];
    let conn = story.at(2.0).open("hub");
    story.hello(conn, &weak);
    let finding = story.expect("TLS-CIPHER-02", Verdict::Fail);
    assert_eq!(finding.evidence.len(), 2);
    assert_eq!(finding.evidence[1].text, "offers 0005: RC4");
}

#[test]
fn the_configured_name_is_sent() {
    let told = |name: Option<&str>| {
        let mut offer = hello();
        offer.sni = name.map(str::to_owned);
        if name.is_none() {
            offer.extensions.retain(|kind| *kind != ExtensionType::SERVER_NAME);
        }
        let mut story = Story::new();
        story.at(1.0).dns_asks(1, HUB_NAME).dns_answers(1, HUB_NAME, 60, HUB);
        let conn = story.at(2.0).open("hub");
        story.hello(conn, &offer);
        story.finding("TLS-NAME-04").verdict
    };
    assert_eq!(told(Some(HUB_NAME)), Verdict::Pass);
    assert_eq!(told(Some("CONTOSO.azure-devices.net")), Verdict::Pass, "names have no case");
    assert_eq!(told(Some("other.azure-devices.net")), Verdict::Fail);
    assert_eq!(told(Some("203.0.113.10")), Verdict::Fail);
    assert_eq!(told(None), Verdict::Fail);
}

fn step(story: &mut Story, second: f64, root: &str, error: Option<&str>) {
    let conn = story.at(second).open("hub");
    story.certificate(conn, "good", root).at(second + 0.2);
    match error {
        None => story.tls(conn).at(second + 5.0).close(conn, Party::Server, CloseHow::Reset),
        Some(error) => story.device_tls_failed(error).tls_refused(conn, Some("unknown_ca")),
    };
}

#[test]
fn a_move_to_another_root_is_survived_or_named() {
    let mut story = Story::new();
    story.boot("power-on");
    step(&mut story, 1.0, "g2", None);
    step(&mut story, 10.0, "g2", None);
    story.expect("TLS-ROOT-03", Verdict::Inconclusive);
    step(&mut story, 20.0, "msrsa", None);
    step(&mut story, 30.0, "baltimore", Some("unknown-issuer"));
    step(&mut story, 40.0, "g2", None);
    story.expect("TLS-ROOT-03", Verdict::Pass);
    step(&mut story, 50.0, "baltimore", Some("protocol"));
    story.expect("TLS-ROOT-03", Verdict::Fail);
}

/// A QoS 1 message to the device in an MQTT packet of this many octets.
fn message(octets: usize) -> Packet {
    let (topic, id) = ("devices/nano-01/messages/devicebound/", PacketId::new(9));
    let payload = vec![0x61; octets - 3 - 2 - topic.len() - 2].into();
    Packet::Publish(Publish {
        dup: false,
        qos: QoS::AtLeastOnce,
        retain: false,
        topic: topic.into(),
        id,
        payload,
    })
}

#[test]
fn a_full_record_is_acknowledged() {
    let ack = Packet::PubAck(PacketId::new(9).expect("it is not zero"));
    let mut story = Story::new();
    let conn = story.at(1.0).good_session();
    story.at(2.0).receives(conn, &message(16_383)).sends(conn, &ack);
    story.expect("TLS-REC-01", Verdict::Inconclusive);
    story.at(3.0).receives(conn, &message(16_384)).at(18.0).sends(conn, &ack);
    story.expect("TLS-REC-01", Verdict::Pass);
    story.at(20.0).receives(conn, &message(16_384)).at(35.1).sends(conn, &ack);
    story.expect("TLS-REC-01", Verdict::Fail);
}

#[test]
fn a_full_record_that_ends_the_connection_fails() {
    let mut story = Story::new();
    let conn = story.at(1.0).good_session();
    story.at(3.0).receives(conn, &message(16_384)).close(conn, Party::Device, CloseHow::Reset);
    story.expect("TLS-REC-01", Verdict::Fail);
}

#[test]
fn a_message_must_arrive_whole() {
    let mut story = Story::new();
    let conn = story.at(1.0).good_session();
    let ack = Packet::PubAck(PacketId::new(9).expect("it is not zero"));
    let body = vec![0x61; 4_096].into();
    story.at(3.0).receives(conn, &message(16_384)).sends(conn, &ack);
    story.event(DeviceEvent::C2d { properties: serde_json::Value::Null, body });
    story.expect("TLS-REC-01", Verdict::Fail);
}

#[test]
fn smaller_records_that_were_asked_for_make_it_not_applicable() {
    let mut offer = hello();
    offer.max_fragment_length = Some(4);
    offer.extensions.push(ExtensionType::MAX_FRAGMENT_LENGTH);
    let mut story = Story::new();
    let conn = story.at(1.0).open("hub");
    story.hello(conn, &offer).tls(conn);
    story.expect("TLS-REC-01", Verdict::NotApplicable);
}

#[test]
fn a_planned_end_is_said() {
    for (how, verdict) in
        [(CloseHow::Orderly, Verdict::Pass), (CloseHow::Fin, Verdict::Fail), (CloseHow::Reset, Verdict::Fail)]
    {
        let mut story = Story::new();
        let conn = story.at(1.0).good_session();
        story.at(2.0).sends(conn, &Packet::Disconnect).close(conn, Party::Device, how);
        story.expect("TLS-CLOSE-01", verdict);
    }
    let mut story = Story::new();
    let conn = story.at(1.0).good_session();
    story.at(2.0).close(conn, Party::Device, CloseHow::Reset);
    story.expect("TLS-CLOSE-01", Verdict::Inconclusive);
}

fn with_certificate(common_name: Option<&str>) -> Story {
    let mut story = Story::new();
    let conn = story.at(1.0).open("hub");
    story
        .certificate(conn, "good", "g2")
        .tls_as(conn, "TLSv1.2", "TLS_ECDHE", common_name)
        .mqtt_session(conn, None);
    story
}

#[test]
fn the_client_certificate_names_the_device() {
    with_certificate(Some("nano-01")).expect("TLS-MTLS-01", Verdict::Pass);
    with_certificate(Some("nano-02")).expect("TLS-MTLS-01", Verdict::Fail);
    with_certificate(None).expect("TLS-MTLS-01", Verdict::Inconclusive);
    let mut story = with_certificate(None);
    story.cloud_refused(nanorig_trace::event::ConnId(1), "certificate-required");
    story.expect("TLS-MTLS-01", Verdict::Fail);
}

#[test]
fn a_token_needs_no_client_certificate() {
    let mut story = Story::new();
    story.at(1.0).good_session();
    story.expect("TLS-MTLS-02", Verdict::Pass);
    with_certificate(Some("nano-01")).expect("TLS-MTLS-02", Verdict::Inconclusive);
    let mut story = Story::new();
    let conn = story.at(1.0).open("hub");
    story.certificate(conn, "good", "g2").at(1.2).device_tls_failed("protocol").tls_refused(conn, None);
    story.expect("TLS-MTLS-02", Verdict::Fail);
}
