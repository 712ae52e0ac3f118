//! Cipher suites by their numbers (IANA "TLS Cipher Suites").

/// Suites of IoT Hub's policy: ECDHE_RSA with AES-GCM in TLS 1.2, AES-GCM in TLS 1.3.
pub(super) const HUB_POLICY: &[u16] = &[0xc02f, 0xc030, 0x1301, 0x1302];

/// What is wrong with a suite, if anything.
pub(super) fn weakness(suite: u16) -> Option<&'static str> {
    let kinds: [(&str, &[u16]); _] = [
        ("no encryption", NULL),
        ("export strength", EXPORT),
        ("no authentication", ANONYMOUS),
        ("RC4", RC4),
        ("3DES", TRIPLE_DES),
        ("no forward secrecy (static RSA)", STATIC_RSA),
    ];
    kinds.into_iter().find(|(_, suites)| suites.contains(&suite)).map(|(name, _)| name)
}

const NULL: &[u16] = &[
    0x0000, 0x0001, 0x0002, 0x002c, 0x002d, 0x002e, 0x003b, 0x00b0, 0x00b1, 0x00b4, 0x00b5, 0x00b8, 0x00b9,
    0xc001, 0xc006, 0xc00b, 0xc010, 0xc015, 0xc039, 0xc03a, 0xc03b,
];

const EXPORT: &[u16] = &[
    0x0003, 0x0006, 0x0008, 0x000b, 0x000e, 0x0011, 0x0014, 0x0017, 0x0019, 0x0026, 0x0027, 0x0028, 0x0029,
    0x002a, 0x002b,
];

const ANONYMOUS: &[u16] = &[
    0x0018, 0x001a, 0x001b, 0x0034, 0x003a, 0x0046, 0x006c, 0x006d, 0x0089, 0x009b, 0x00a6, 0x00a7, 0x00bf,
    0x00c5, 0xc016, 0xc017, 0xc018, 0xc019, 0xc046, 0xc047, 0xc05a, 0xc05b, 0xc084, 0xc085,
];

const RC4: &[u16] =
    &[0x0004, 0x0005, 0x0020, 0x0024, 0x008a, 0x008e, 0x0092, 0xc002, 0xc007, 0xc00c, 0xc011, 0xc033];

const TRIPLE_DES: &[u16] = &[
    0x000a, 0x000d, 0x0010, 0x0013, 0x0016, 0x001f, 0x0023, 0x008b, 0x008f, 0x0093, 0xc003, 0xc008, 0xc00d,
    0xc012, 0xc01a, 0xc01b, 0xc01c, 0xc034,
];

const STATIC_RSA: &[u16] = &[
    0x0007, 0x0009, 0x002f, 0x0035, 0x003c, 0x003d, 0x0041, 0x0084, 0x0096, 0x009c, 0x009d, 0x00ba, 0x00c0,
    0xc03c, 0xc03d, 0xc050, 0xc051, 0xc07a, 0xc07b, 0xc09c, 0xc09d, 0xc0a0, 0xc0a1,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn suites_are_known_by_their_weakness() {
        // TLS_RSA_WITH_AES_128_CBC_SHA, TLS_RSA_WITH_3DES_EDE_CBC_SHA, TLS_RSA_WITH_RC4_128_SHA,
        // TLS_DH_anon_WITH_AES_128_CBC_SHA, TLS_RSA_WITH_NULL_SHA, TLS_RSA_EXPORT_WITH_RC4_40_MD5
        let expected = [
            (0x002f, "no forward secrecy (static RSA)"),
            (0x000a, "3DES"),
            (0x0005, "RC4"),
            (0x0034, "no authentication"),
            (0x0002, "no encryption"),
            (0x0003, "export strength"),
        ];
        for (suite, weak) in expected {
            assert_eq!(weakness(suite), Some(weak), "{suite:#06x}");
        }
        // The policy's own suites, ECDHE with CBC, ChaCha20, the signalling suite.
        for suite in HUB_POLICY.iter().chain(&[0xc013, 0xc027, 0xcca8, 0x1303, 0x00ff, 0xc02b]) {
            assert_eq!(weakness(*suite), None, "{suite:#06x}");
        }
    }
}
