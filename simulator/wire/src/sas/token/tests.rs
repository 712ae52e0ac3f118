use super::*;

const HOST: &str = "contoso.azure-devices.net";
const EXPIRY: i64 = 1_700_000_000;

fn key() -> SharedKey {
    SharedKey::from_base64("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=").unwrap()
}

/// `sr` as sent, `skn`, `sig`; made with an independent implementation of HMAC-SHA256.
const VECTORS: [(&str, Option<&str>, &str); 6] = [
    (
        "contoso.azure-devices.net%2Fdevices%2Fdev1",
        None,
        "QKiSs%2Fj3XsPN5ctMtRoJa7c%2BYA9RuV2Hs4XwTyXK8%2Bw%3D",
    ),
    ("contoso.azure-devices.net%2fdevices%2fdev1", None, "P58O7HP0lOJzzOFYtihCdO19CjbTxCzN2hLT426leA4%3D"),
    ("contoso.azure-devices.net/devices/dev1", None, "f2un%2BOvjbtWo7FTyi6Hd5mVxe4Qe%2BAATxFCADh4srIA%3D"),
    (
        "contoso.azure-devices.net%2Fdevices%2Fdev1%2Fmodules%2Fmod1",
        None,
        "OBEqyWoUShx6qzstZyjJbvO5ZoOJk7Z%2FEr9y8CA3uHo%3D",
    ),
    ("contoso.azure-devices.net", Some("service"), "WE7ZGaH41oPJWTtP9uzj%2BHCS5xI54HpDJcMN5KRb5PI%3D"),
    (
        "0ne00000000%2Fregistrations%2Freg1",
        Some("registration"),
        "7uQ5ACrqOdcOFyMppU0fqErxGaHoahqupYKao%2F8DFdE%3D",
    ),
];

fn text(sr: &str, sig: &str, policy: Option<&str>) -> String {
    let skn = policy.map(|name| format!("&skn={name}")).unwrap_or_default();
    format!("SharedAccessSignature sr={sr}&sig={sig}&se=1700000000{skn}")
}

#[test]
fn vectors_are_signed_and_verified() {
    for (sr, policy, sig) in VECTORS {
        let expected = text(sr, sig, policy);
        assert_eq!(SasToken::sign_raw(sr, EXPIRY, &key(), policy), expected);
        let token = SasToken::parse(&expected).unwrap();
        assert!(token.verify(&key()), "{sr}");
        assert_eq!((token.raw_resource.as_str(), token.policy.as_deref()), (sr, policy));
        assert_eq!(token.expiry_secs, EXPIRY);
    }
}

#[test]
fn resources_are_encoded_with_upper_case_digits() {
    let (sr, _, sig) = VECTORS[0];
    assert_eq!(
        SasToken::sign("contoso.azure-devices.net/devices/dev1", EXPIRY, &key(), None),
        text(sr, sig, None)
    );
    for (index, (sr, policy, sig)) in VECTORS.into_iter().enumerate() {
        let resource = percent::decode(sr).unwrap();
        let equal = SasToken::sign(&resource, EXPIRY, &key(), policy) == text(sr, sig, policy);
        assert_eq!(equal, index != 1 && index != 2, "{sr}: only lower-case digits and raw slashes differ");
    }
}

#[test]
fn the_signature_covers_the_raw_resource_and_expiry() {
    let (sr, _, sig) = VECTORS[0];
    let verify = |text: String| SasToken::parse(&text).unwrap().verify(&key());
    assert!(!verify(text("contoso.azure-devices.net%2fdevices%2Fdev1", sig, None)));
    assert!(!verify(text("contoso.azure-devices.net%2Fdevices%2Fdev2", sig, None)));
    assert!(!verify(text(sr, sig, None).replace("se=1700000000", "se=1700000001")));
    assert!(!verify(text(sr, sig, None).replace("se=1700000000", "se=01700000000")));
    assert!(!verify(text(sr, "AAAA", None)), "a short signature");
    let other = SharedKey::from_bytes(vec![1; 32]).unwrap();
    assert!(!SasToken::parse(&text(sr, sig, None)).unwrap().verify(&other));
    assert!(verify(text(sr, sig, Some("x"))), "the policy name is not signed");
}

#[test]
fn forms_that_clients_send() {
    let sr = "contoso.azure-devices.net%2Fdevices%2Fdev1";
    // Any order; raw "/", "+" and "=" in the signature; an empty policy name.
    let raw = "QKiSs/j3XsPN5ctMtRoJa7c+YA9RuV2Hs4XwTyXK8+w=";
    let token =
        SasToken::parse(&format!("SharedAccessSignature skn=&se=1700000000&sig={raw}&sr={sr}&x=1")).unwrap();
    assert!(token.verify(&key()));
    assert_eq!(token.policy, None);
    assert_eq!(token.resource(), "contoso.azure-devices.net/devices/dev1");
}

#[test]
fn malformed_tokens_say_what_is_wrong() {
    let parse = |fields: &str| SasToken::parse(&format!("SharedAccessSignature {fields}")).unwrap_err();
    assert_eq!(parse("sig=AAAA&se=1"), TokenError::Missing { field: "sr" });
    assert_eq!(parse("sr=&sig=AAAA&se=1"), TokenError::Missing { field: "sr" });
    assert_eq!(parse("sr=a&se=1"), TokenError::Missing { field: "sig" });
    assert_eq!(parse("sr=a&sig=AAAA"), TokenError::Missing { field: "se" });
    assert_eq!(parse("sr=a&sr=b&sig=AAAA&se=1"), TokenError::Duplicate { field: "sr" });
    assert_eq!(parse("sr=a&sig=A!&se=1"), TokenError::Signature);
    assert_eq!(parse("sr=a&sig&se=1"), TokenError::NoEqualsSign { index: 1 });
    assert!(matches!(parse("sr=%&sig=AAAA&se=1"), TokenError::Encoding { field: "sr", .. }));
    for expiry in ["soon", "1.5", "+1", "-1", " 1", "9223372036854775808"] {
        assert_eq!(parse(&format!("sr=a&sig=AAAA&se={expiry}")), TokenError::Expiry, "{expiry}");
    }
    assert!(SasToken::parse("SharedAccessSignature sr=a&sig=AAAA&se=9223372036854775807").is_ok());
    for prefix in
        ["", "sr=a&sig=AAAA&se=1", "sharedaccesssignature sr=a&sig=AAAA&se=1", "SharedAccessSignature"]
    {
        assert_eq!(SasToken::parse(prefix), Err(TokenError::Prefix));
    }
}

#[test]
fn resources_cover_whole_segments() {
    let token = |resource: &str| SasToken::parse(&SasToken::sign(resource, EXPIRY, &key(), None)).unwrap();
    let dev1 = format!("{HOST}/devices/dev1");
    let mod1 = format!("{dev1}/modules/mod1");
    for resource in
        ["contoso.azure-devices.net", "CONTOSO.azure-devices.net/devices", &dev1, &format!("{dev1}/")]
    {
        assert!(token(resource).covers(&dev1), "{resource}");
        assert!(token(resource).covers(&mod1), "{resource}");
    }
    assert!(token(&format!("{dev1}/?api-version=2016-11-14")).covers(&dev1));
    for resource in [
        "other.azure-devices.net",
        "contoso.azure-devices.net/device",
        "contoso.azure-devices.net/devices/Dev1",
        "contoso.azure-devices.net/devices/dev",
        "contoso.azure-devices.net/devices/dev11",
        &mod1,
    ] {
        assert!(!token(resource).covers(&dev1), "{resource}");
    }
    for (resource, within) in
        [(&dev1, true), (&mod1, true), (&format!("{dev1}1"), false), (&HOST.to_owned(), false)]
    {
        assert_eq!(token(resource).is_within(&dev1), within, "{resource}");
    }
}

#[test]
fn neither_debug_nor_errors_show_a_signature() {
    let (sr, _, sig) = VECTORS[0];
    let debug = format!("{:?}", SasToken::parse(&text(sr, sig, None)).unwrap());
    assert!(debug.contains("<32 bytes>") && !debug.contains("QKiSs"), "{debug}");
    let error = SasToken::parse("SharedAccessSignature sr=a&sig=topsecret!&se=1").unwrap_err();
    assert!(!format!("{error:?} {error}").contains("topsecret"));
}
