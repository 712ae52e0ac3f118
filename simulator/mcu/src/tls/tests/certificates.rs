//! Which certificates the device takes, and with which words it refuses the others.

use nanorig_certs::{ChainKind, ClientKind, Flaw, Pki, RootName};
use nanorig_trace::event::{DeviceEvent, Event};

use super::parties::{Device, HOST, NOW, Server, ping};
use crate::habits::{NameMatch, TlsHabits};
use crate::tls::{RootStore, TlsOptions, TlsVersions};

fn word(flaw: Flaw, kind: ChainKind) -> &'static str {
    match flaw {
        Flaw::Issuer if kind == ChainKind::BrokenSignature => "bad-signature",
        Flaw::Issuer => "unknown-issuer",
        Flaw::Expired => "expired",
        Flaw::NotYetValid => "not-yet-valid",
        Flaw::Name => "wrong-name",
        Flaw::Purpose => "wrong-purpose",
        Flaw::Key => "bad-signature",
        other => panic!("{other:?}"),
    }
}

/// The word with which a device with these habits refuses a chain of `kind`; empty when it connects.
async fn verdict(habits: TlsHabits, kind: ChainKind, versions: TlsVersions) -> String {
    let mut device = Device::new("stm32f769i-disco");
    *device.habits() = habits;
    let result = device.connect(&device.server(kind, versions)).await;
    let word = result.as_ref().err().map_or("", |error| error.kind()).to_owned();
    if let Ok(mut stream) = result {
        ping(&mut stream, b"hello").await;
        stream.close().await;
        assert!(device.failures().is_empty());
    } else {
        assert_eq!(device.failures(), [word.as_str()], "{kind}: the trace has the same word");
    }
    device.stack.reset(true);
    assert_eq!(device.heap.stats().used, 0, "{kind}: nothing is left on the heap");
    word
}

#[tokio::test(start_paused = true)]
async fn each_kind_of_chain_connects_or_gives_its_word() {
    for versions in [TlsVersions::Tls12, TlsVersions::Tls13] {
        for &kind in ChainKind::ALL {
            let expected = kind.flaw().map_or("", |flaw| word(flaw, kind));
            let actual = verdict(TlsHabits::default(), kind, versions).await;
            assert_eq!(actual, expected, "{kind} {versions:?}");
        }
    }
}

/// Each habit makes the device accept what it is about, and nothing else.
#[tokio::test(start_paused = true)]
async fn a_habit_switches_off_one_check() {
    let reference = TlsHabits::default;
    let dates = [ChainKind::ExpiredLeaf, ChainKind::ExpiredIntermediate, ChainKind::NotYetValid];
    let names = [
        ChainKind::WrongName,
        ChainKind::CnOnly,
        ChainKind::CnRightSanWrong,
        ChainKind::WildcardTwoLabels,
        ChainKind::WildcardInner,
        ChainKind::WildcardPartial,
    ];
    let cases: [(TlsHabits, &[ChainKind]); 6] = [
        (TlsHabits { verify_dates: false, ..reference() }, &dates),
        (TlsHabits { verify_name: false, ..reference() }, &names),
        (TlsHabits { verify_purpose: false, ..reference() }, &[ChainKind::ClientAuthOnly]),
        (
            TlsHabits { verify_signature: false, ..reference() },
            &[ChainKind::WrongKey, ChainKind::DamagedKeyExchange],
        ),
        (
            TlsHabits { name_match: NameMatch::CommonName, ..reference() },
            &[ChainKind::CnOnly, ChainKind::CnRightSanWrong],
        ),
        (TlsHabits { name_match: NameMatch::DeepWildcard, ..reference() }, &[ChainKind::WildcardTwoLabels]),
    ];
    for (habits, accepted) in cases {
        for &kind in ChainKind::ALL {
            // The names of wildcard chains are those of the host's parents, the common name is the host's.
            let by_common_name = habits.name_match == NameMatch::CommonName
                && kind.flaw() == Some(Flaw::Name)
                && kind != ChainKind::WrongName;
            let expected = match kind.flaw() {
                Some(flaw) if !accepted.contains(&kind) && !by_common_name => word(flaw, kind),
                _ => "",
            };
            let actual = verdict(habits.clone(), kind, TlsVersions::Tls13).await;
            assert_eq!(actual, expected, "{kind} with {habits:?}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn without_any_check_every_chain_connects() {
    let habits = TlsHabits {
        verify_chain: false,
        verify_name: false,
        verify_signature: false,
        ..TlsHabits::default()
    };
    for &kind in ChainKind::ALL {
        assert_eq!(verdict(habits.clone(), kind, TlsVersions::Tls12).await, "", "{kind}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_device_trusts_the_roots_that_it_has() {
    let mut device = Device::new("stm32f769i-disco");
    for (trusted, presented, word) in [
        (RootName::G2, RootName::G2, ""),
        (RootName::MsRsa, RootName::MsRsa, ""),
        (RootName::Baltimore, RootName::G2, "unknown-issuer"),
        (RootName::G2, RootName::Baltimore, "unknown-issuer"),
    ] {
        device.trust.roots = RootStore::test(&device.pki, &[trusted]);
        let chain = device.pki.server(ChainKind::Good, presented, &[HOST]).unwrap();
        let random = nanorig_world::Random::new(2);
        let server = Server::new(&random, &device.pki, &chain, TlsVersions::All);
        let result = device.connect(&server).await;
        assert_eq!(result.err().map_or("", |error| error.kind()), word, "{trusted} {presented}");
    }
}

/// Mbed TLS refuses a chain whose root has expired; webpki alone would take it.
#[tokio::test(start_paused = true)]
async fn an_expired_root_vouches_for_nobody() {
    let mut device = Device::new("stm32f769i-disco");
    let server = device.server(ChainKind::Good, TlsVersions::All);
    // Keys do not depend on the date, so this is the same root, 26 years older; it lasted 25.
    let old = Pki::new(NOW - 26 * 365 * 86_400);
    device.trust.roots = RootStore::test(&old, &[RootName::MsRsa, RootName::G2]);
    assert_eq!(device.connect(&server).await.unwrap_err().kind(), "expired");
    device.habits().verify_dates = false;
    assert!(device.connect(&server).await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn a_pinned_leaf_locks_the_device_out_after_rotation() {
    let mut device = Device::new("stm32f769i-disco");
    device.habits().pin_leaf = true;
    let (old, new) = (
        device.server(ChainKind::Good, TlsVersions::All),
        device.server(ChainKind::Rotated, TlsVersions::All),
    );
    assert!(device.connect(&old).await.is_ok());
    assert!(device.connect(&old).await.is_ok());
    assert_eq!(device.connect(&new).await.unwrap_err().kind(), "bad-certificate");
    device.stack.reset(false);
    assert!(device.connect(&new).await.is_ok(), "a reset forgets the pin");
}

#[tokio::test(start_paused = true)]
async fn a_client_certificate_is_presented_when_asked_for() {
    for versions in [TlsVersions::Tls12, TlsVersions::Tls13] {
        for (kind, certificates) in
            [(None, 0), (Some(ClientKind::GroupSigned), 1), (Some(ClientKind::GroupIntermediate), 2)]
        {
            let device = Device::new("esp32-wroom");
            let client = kind.map(|kind| device.pki.client("device-1", kind));
            let options = TlsOptions { client: client.clone(), ..TlsOptions::default() };
            let server = device.server(ChainKind::Good, versions);
            let (ours, theirs) = tokio::io::duplex(64 * 1024);
            let accepted = tokio::spawn(server.accept(theirs));
            let stream = device.stack.connect(ours, HOST, &device.trust, &options).await.unwrap();
            let accepted = accepted.await.unwrap();
            let presented = accepted.get_ref().1.peer_certificates().unwrap_or_default();
            assert_eq!(presented.len(), certificates, "{kind:?} {versions:?}");
            assert_eq!(presented, client.map_or(Vec::new(), |client| client.chain));
            drop(stream);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn sni_is_the_host_unless_the_habit_leaves_it_out() {
    for send in [true, false] {
        let mut device = Device::new("esp32-wroom");
        device.habits().send_sni = send;
        let server = device.server(ChainKind::Good, TlsVersions::All);
        let (ours, theirs) = tokio::io::duplex(64 * 1024);
        let accepted = tokio::spawn(server.accept(theirs));
        let _stream = device.stack.connect(ours, HOST, &device.trust, &TlsOptions::default()).await.unwrap();
        let accepted = accepted.await.unwrap();
        assert_eq!(accepted.get_ref().1.server_name(), send.then_some(HOST));
    }
}

#[tokio::test(start_paused = true)]
async fn success_is_recorded_with_version_and_suite() {
    for (versions, version, suite) in [
        (TlsVersions::Tls12, "TLSv1.2", "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384"),
        (TlsVersions::Tls13, "TLSv1.3", "TLS_AES_256_GCM_SHA384"),
    ] {
        let device = Device::new("esp32-wroom");
        let _stream = device.connect(&device.server(ChainKind::Good, versions)).await.unwrap();
        let records = device.recorder.take();
        let expected = DeviceEvent::TlsConnected {
            host: HOST.into(),
            version: version.into(),
            suite: suite.into(),
            resumed: false,
        };
        assert_eq!(records.last().unwrap().event, Event::Device(expected));
    }
}

#[tokio::test(start_paused = true)]
async fn a_clock_that_was_never_set_stops_the_device_before_it_says_anything() {
    let mut device = Device::new("esp32-wroom");
    device.trust.clock_is_valid = false;
    let server = device.server(ChainKind::Good, TlsVersions::All);
    assert_eq!(device.connect(&server).await.unwrap_err().kind(), "clock-not-set");
    assert_eq!(device.failures(), ["clock-not-set"]);
    device.habits().require_clock = false;
    assert!(device.connect(&server).await.is_ok());
}
