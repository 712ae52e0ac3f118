//! Who may connect, and to whom: passwords, and TLS against OpenSSL.

use nanorig_certs::{ChainKind, RootName};
use nanorig_mcu::client::mqtt::{ConnectCode, ConnectOptions, MqttError, QoS};
use nanorig_mcu::tls::{TlsOptions, TlsVersions};
use nanorig_trace::event::DeviceEvent;

use crate::scene::{HOST, Party, broker, device, options, pki};

#[tokio::test]
async fn a_wrong_password_is_refused() {
    let broker = broker(None);
    let bench = device(&broker).await;
    let party = Party::new(&bench);
    let wrong = ConnectOptions { password: Some("wrong".into()), ..options("party") };
    let nobody = ConnectOptions { user_name: None, password: None, ..options("party") };
    for refused in [wrong, nobody] {
        let error = party.connect(&refused).await.unwrap_err();
        assert!(matches!(error, MqttError::Refused(ConnectCode::NotAuthorized)), "{error}");
        assert_eq!(error.kind(), "unauthorized");
    }
    party.connect(&options("party")).await.unwrap();
}

#[tokio::test]
async fn both_versions_of_tls_carry_messages_both_ways() {
    let chain = pki().server(ChainKind::GoodTwoIntermediates, RootName::G2, &[HOST]).unwrap();
    let broker = broker(Some(&chain));
    let bench = device(&broker).await;
    for versions in [TlsVersions::Tls12, TlsVersions::Tls13] {
        let mut party = Party::new(&bench);
        party.connect_secured(TlsOptions { versions, ..TlsOptions::default() }).await.unwrap();
        party.subscribe(&[("echo", QoS::ExactlyOnce)]).await;
        for size in [1, 1_000, 20_000] {
            let sent = vec![b'x'; size];
            party.publish("echo", &sent, QoS::ExactlyOnce, false).await;
            assert_eq!(party.message().await.payload, sent, "{size} bytes");
        }
        party.client().close().await;
    }
    let versions = bench.said(|event| match event {
        DeviceEvent::TlsConnected { version, .. } => Some(version.clone()),
        _ => None,
    });
    assert_eq!(versions, ["TLSv1.2", "TLSv1.3"]);
}

#[tokio::test]
async fn a_broker_with_a_bad_certificate_never_sees_a_password() {
    let cases = [
        (ChainKind::Good, RootName::G2, "elsewhere.test", "wrong-name"),
        (ChainKind::Good, RootName::Unknown, HOST, "unknown-issuer"),
        (ChainKind::ExpiredLeaf, RootName::G2, HOST, "expired"),
    ];
    for (kind, root, host, word) in cases {
        let chain = pki().server(kind, root, &[host]).unwrap();
        let broker = broker(Some(&chain));
        let bench = device(&broker).await;
        let error = Party::new(&bench).connect_secured(TlsOptions::default()).await.unwrap_err();
        assert_eq!(error.kind(), word, "{error}");
        assert!(!broker.log().contains("as secured"), "{}", broker.log());
    }
}
