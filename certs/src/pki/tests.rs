use std::sync::Arc;
use std::time::Duration;

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::ServerCertVerifier;
use rustls::{CertificateError, RootCertStore};
use rustls_pki_types::{ServerName, UnixTime};

use super::*;
use crate::Flaw;

/// 2026-03-01T12:00:00Z
const NOW: i64 = 1_772_366_400;
const HOST: &str = "hub-1.azure-devices.net";

/// What rustls' own verifier says about `chain` for `host`, `at` seconds since 1970.
fn verify(pki: &Pki, chain: &ServerChain, host: &str, at: i64) -> Result<(), rustls::Error> {
    let mut roots = RootCertStore::empty();
    for root in RootName::TRUSTED {
        roots.add(pki.root(root)).unwrap();
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let verifier = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider).build().unwrap();
    let name = ServerName::try_from(host).unwrap();
    let now = UnixTime::since_unix_epoch(Duration::from_secs(u64::try_from(at).unwrap()));
    let (leaf, rest) = chain.certificates.split_first().unwrap();
    verifier.verify_server_cert(leaf, rest, &name, &[], now).map(|_| ())
}

fn flaw_of(error: &rustls::Error) -> Flaw {
    let rustls::Error::InvalidCertificate(error) = error else { panic!("{error:?}") };
    match error {
        CertificateError::ExpiredContext { .. } => Flaw::Expired,
        CertificateError::NotValidYetContext { .. } => Flaw::NotYetValid,
        CertificateError::NotValidForNameContext { .. } => Flaw::Name,
        CertificateError::InvalidPurposeContext { .. } => Flaw::Purpose,
        CertificateError::UnknownIssuer | CertificateError::BadSignature => Flaw::Issuer,
        // webpki's EndEntityUsedAsCa has no word of its own in rustls.
        CertificateError::Other(other) if format!("{other:?}").contains("EndEntityUsedAsCa") => Flaw::Issuer,
        other => panic!("{other:?}"),
    }
}

#[test]
fn every_kind_is_accepted_or_refused_for_its_reason() {
    let pki = Pki::new(NOW);
    for root in RootName::TRUSTED {
        for &kind in ChainKind::ALL {
            let chain = pki.server(kind, root, &[HOST]).unwrap();
            let result = verify(&pki, &chain, HOST, NOW);
            match kind.flaw() {
                // The chain itself is good; the handshake's signature is not.
                None | Some(Flaw::Key) => assert_eq!(result, Ok(()), "{kind} under {root}"),
                Some(flaw) => {
                    let error = result.expect_err(kind.name());
                    assert_eq!(flaw_of(&error), flaw, "{kind} under {root}: {error:?}");
                }
            }
        }
    }
}

#[test]
fn a_key_matches_its_chain_unless_the_kind_says_otherwise() {
    let pki = Pki::new(NOW);
    for &kind in ChainKind::ALL {
        let chain = pki.server(kind, RootName::G2, &[HOST]).unwrap();
        let matches = chain.certified_key().keys_match().is_ok();
        assert_eq!(matches, kind != ChainKind::WrongKey, "{kind}");
    }
}

#[test]
fn same_inputs_give_the_same_bytes() {
    let (one, two) = (Pki::new(NOW), Pki::new(NOW + 3_600));
    for &kind in ChainKind::ALL {
        let [a, b] = [&one, &two].map(|pki| pki.server(kind, RootName::MsRsa, &[HOST]).unwrap());
        assert_eq!(a.certificates, b.certificates, "{kind}: all runs of a day share certificates");
        assert_eq!(a.key_pem(), b.key_pem());
    }
    for &kind in ClientKind::ALL {
        assert_eq!(one.client("dev-1", kind).chain, two.client("dev-1", kind).chain, "{kind}");
    }
    assert_eq!(one.files(), two.files());

    let tomorrow = Pki::new(NOW + DAY).server(ChainKind::Good, RootName::G2, &[HOST]).unwrap();
    let other = Pki::with_secret(NOW, [1; 32]).server(ChainKind::Good, RootName::G2, &[HOST]).unwrap();
    let good = one.server(ChainKind::Good, RootName::G2, &[HOST]).unwrap();
    assert_ne!(good.certificates, tomorrow.certificates);
    assert_ne!(good.key_pem(), other.key_pem());
}

/// Literal digests: a change of the certificates' bytes must be noticed, because traces hold them.
#[test]
fn bytes_do_not_change_unnoticed() {
    let pki = Pki::new(NOW);
    assert_eq!(
        crate::sha256_thumbprint(&pki.root(RootName::G2)),
        "17919801E1BFAD8E36A5F5D525959E226F5C475B3CE5EC9BF85116B19DF911CB"
    );
    let good = pki.server(ChainKind::Good, RootName::G2, &[HOST]).unwrap();
    assert_eq!(
        crate::sha256_thumbprint(&good.certificates[0]),
        "C643B0941123A95B6D84CB24202A5D54F63C643F3979EFF0374694BF87C123F9"
    );
}

#[test]
fn a_chain_is_made_once() {
    let pki = Pki::new(NOW);
    let first = pki.server(ChainKind::Good, RootName::G2, &[HOST]).unwrap();
    let again = pki.clone().server(ChainKind::Good, RootName::G2, &[HOST]).unwrap();
    assert!(Arc::ptr_eq(&first, &again));
}

#[test]
fn dates_hold_just_inside_and_end_just_outside() {
    let pki = Pki::new(NOW);
    let today = NOW - NOW.rem_euclid(DAY);
    let expired = pki.server(ChainKind::ExpiredLeaf, RootName::G2, &[HOST]).unwrap();
    assert_eq!(verify(&pki, &expired, HOST, today - DAY), Ok(()));
    assert!(verify(&pki, &expired, HOST, today - DAY + 1).is_err());
    let later = pki.server(ChainKind::NotYetValid, RootName::G2, &[HOST]).unwrap();
    assert_eq!(verify(&pki, &later, HOST, today + 2 * DAY), Ok(()));
    assert!(verify(&pki, &later, HOST, today + 2 * DAY - 1).is_err());
    let good = pki.server(ChainKind::Good, RootName::G2, &[HOST]).unwrap();
    assert_eq!(verify(&pki, &good, HOST, NOW + 9 * 365 * DAY), Ok(()), "the longest simulated run");
}

#[test]
fn large_chains_have_the_size_that_they_claim() {
    let pki = Pki::new(NOW);
    for (kind, bytes) in [
        (ChainKind::Larger20Percent, 4_680),
        (ChainKind::Oversized8k, 8_192),
        (ChainKind::Oversized12k, 12_288),
    ] {
        for root in RootName::TRUSTED {
            assert_eq!(pki.server(kind, root, &[HOST]).unwrap().bytes(), bytes, "{kind}");
        }
    }
}

#[test]
fn a_rotated_chain_shares_only_the_root() {
    let pki = Pki::new(NOW);
    let good = pki.server(ChainKind::Good, RootName::G2, &[HOST]).unwrap();
    let rotated = pki.server(ChainKind::Rotated, RootName::G2, &[HOST]).unwrap();
    assert_ne!(good.certificates[0], rotated.certificates[0]);
    assert_ne!(good.certificates[1], rotated.certificates[1]);
    assert_ne!(good.key.public_point(), rotated.key.public_point());
}

#[test]
fn servers_can_have_several_names_and_addresses() {
    let pki = Pki::new(NOW);
    let hosts = ["localhost", "127.0.0.1", "192.168.4.1", "::1", HOST];
    let chain = pki.server(ChainKind::Good, RootName::G2, &hosts).unwrap();
    for host in hosts {
        assert_eq!(verify(&pki, &chain, host, NOW), Ok(()), "{host}");
    }
    assert!(verify(&pki, &chain, "example.org", NOW).is_err());
}

#[test]
fn wildcards_need_labels_to_stand_for() {
    let pki = Pki::new(NOW);
    let ask = |kind, host: &str| pki.server(kind, RootName::G2, &[host]).map(|_| ());
    let none = |kind, host: &str| Err(PkiError::NoWildcard { host: host.to_owned(), kind });
    assert_eq!(ask(ChainKind::Wildcard, "localhost"), none(ChainKind::Wildcard, "localhost"));
    assert_eq!(ask(ChainKind::WildcardTwoLabels, "a.b"), none(ChainKind::WildcardTwoLabels, "a.b"));
    assert_eq!(ask(ChainKind::WildcardTwoLabels, "a.b.c"), Ok(()));
    let chain = pki.server(ChainKind::WildcardTwoLabels, RootName::G2, &["x.a.azure-devices.net"]).unwrap();
    assert_eq!(verify(&pki, &chain, "hub.azure-devices.net", NOW), Ok(()));
    assert!(verify(&pki, &chain, "x.a.azure-devices.net", NOW).is_err());
}

#[test]
fn names_that_are_none_are_refused() {
    let pki = Pki::new(NOW);
    assert_eq!(pki.server(ChainKind::Good, RootName::G2, &[]).unwrap_err(), PkiError::NoHost);
    for host in ["", "naïve.example", "a b", "a/b", &"x".repeat(254)] {
        let error = pki.server(ChainKind::Good, RootName::G2, &[host]).unwrap_err();
        assert_eq!(error, PkiError::BadHost { host: host.to_owned() });
    }
}

#[test]
fn any_time_gives_a_pki() {
    for now in [i64::MIN, -1, 0, 253_402_300_799, i64::MAX] {
        let pki = Pki::new(now);
        let chain = pki.server(ChainKind::NotYetValid, RootName::G2, &[HOST]).unwrap();
        let (_, parsed) = x509_parser::parse_x509_certificate(&chain.certificates[0]).unwrap();
        assert!(parsed.validity().not_before < parsed.validity().not_after, "{now}");
    }
}

#[test]
fn client_certificates_are_what_their_kind_says() {
    let pki = Pki::new(NOW);
    let group = pki.group_ca();
    let (_, group) = x509_parser::parse_x509_certificate(&group).unwrap();
    for &kind in ClientKind::ALL {
        let client = pki.client("device-1", kind);
        let (_, leaf) = x509_parser::parse_x509_certificate(client.leaf()).unwrap();
        let names: Vec<_> = leaf.subject().iter_common_name().map(|name| name.as_str().unwrap()).collect();
        assert_eq!(names, ["device-1"], "{kind}");
        assert!(!leaf.is_ca(), "{kind}");
        let by_group = leaf.verify_signature(Some(group.public_key())).is_ok();
        let by_itself = leaf.verify_signature(None).is_ok();
        let signer = match kind {
            ClientKind::SelfSigned | ClientKind::SelfSignedSecondary => (false, true),
            ClientKind::GroupSigned | ClientKind::Expired | ClientKind::NotYetValid => (true, false),
            ClientKind::GroupIntermediate | ClientKind::UnknownCa => (false, false),
        };
        assert_eq!((by_group, by_itself), signer, "{kind}");
        let now = x509_parser::time::ASN1Time::from_timestamp(NOW).unwrap();
        let valid = !matches!(kind, ClientKind::Expired | ClientKind::NotYetValid);
        assert_eq!(leaf.validity().is_valid_at(now), valid, "{kind}");
        assert!(client.certified_key().keys_match().is_ok());
        assert_eq!(client.chain.len(), if kind == ClientKind::GroupIntermediate { 2 } else { 1 });
    }
    let [first, second] =
        [ClientKind::SelfSigned, ClientKind::SelfSignedSecondary].map(|kind| pki.client("device-1", kind));
    assert_ne!(first.sha1_thumbprint(), second.sha1_thumbprint());
    assert_eq!(first.sha1_thumbprint().len(), 40);
    assert_eq!(first.sha256_thumbprint().len(), 64);
}

#[test]
fn names_lead_back_to_what_they_name() {
    for &kind in ChainKind::ALL {
        assert_eq!(kind.name().parse(), Ok(kind));
        assert!(kind.summary().ends_with('.'));
    }
    for &kind in ClientKind::ALL {
        assert_eq!(kind.name().parse(), Ok(kind));
    }
    for root in RootName::ALL {
        assert_eq!(root.name().parse(), Ok(root));
    }
    assert_eq!("goood".parse::<ChainKind>().unwrap_err().to_string(), "no kind of chain is called `goood`");
}

#[test]
fn files_are_readable_and_hold_no_keys() {
    use rustls_pki_types::pem::PemObject as _;

    let pki = Pki::new(NOW);
    let files = pki.files();
    let names: Vec<&str> = files.iter().map(|file| file.name.as_str()).collect();
    assert_eq!(names[..3], ["trusted-roots.pem", "root-g2.pem", "root-g2.der"]);
    let bundle = CertificateDer::pem_slice_iter(&files[0].contents).collect::<Result<Vec<_>, _>>().unwrap();
    assert_eq!(bundle, RootName::TRUSTED.map(|root| pki.root(root)));
    assert_eq!(files[2].contents, pki.root(RootName::G2).as_ref());
    for file in &files {
        assert!(!String::from_utf8_lossy(&file.contents).contains("PRIVATE"), "{}", file.name);
    }
    let chain = pki.server(ChainKind::Good, RootName::G2, &[HOST]).unwrap();
    assert!(!format!("{chain:?} {pki:?}").contains(&chain.key_pem()[60..90]));
}

proptest::proptest! {
    #![proptest_config(proptest::test_runner::Config::with_cases(64))]

    #[test]
    fn any_host_gives_a_chain_or_an_error(host in ".{0,40}", kind in proptest::sample::select(ChainKind::ALL)) {
        let pki = Pki::new(NOW);
        if let Ok(chain) = pki.server(kind, RootName::G2, &[&host]) {
            proptest::prop_assert!(x509_parser::parse_x509_certificate(&chain.certificates[0]).is_ok());
        }
    }

    #[test]
    fn any_common_name_gives_a_certificate(name in ".{0,80}") {
        let client = Pki::new(NOW).client(&name, ClientKind::SelfSigned);
        let (_, leaf) = x509_parser::parse_x509_certificate(client.leaf()).unwrap();
        let common_name = leaf.subject().iter_common_name().next().unwrap();
        proptest::prop_assert_eq!(common_name.attr_value().as_str().unwrap(), name);
    }
}
