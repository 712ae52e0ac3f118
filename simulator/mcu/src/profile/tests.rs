use std::time::Duration;

use proptest::prelude::*;

use super::*;

const KIB: usize = 1_024;

fn wroom() -> &'static str {
    embedded::FILES[0].1
}

#[test]
fn every_embedded_profile_parses_under_its_own_name() {
    for (file, text) in embedded::FILES {
        let profile = Profile::parse(text, file).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(format!("{}.toml", profile.name), *file);
        for (key, source) in profile.sources() {
            assert!(!source.trim().is_empty(), "{file}: {key} has no source");
        }
    }
    assert_eq!(Profile::all().len(), embedded::FILES.len());
}

#[test]
fn one_line_rows_are_as_documented() {
    // managed, native, largest (KiB), sockets, TLS contexts, in, out, record limit, MSS, window, send, UDP queue
    #[rustfmt::skip]
    let rows = [
        ("esp32-wroom", [100, 72, 40, 16, 16, 16_384, 4_096, 4_096, 1_440, 5_760, 5_760, 6]),
        ("esp32-wrover", [3_840, 328, 250, 16, 16, 16_384, 4_096, 4_096, 1_440, 5_760, 5_760, 6]),
        ("esp32-s3", [160, 90, 60, 16, 16, 16_384, 4_096, 4_096, 1_440, 5_760, 5_760, 6]),
        ("esp32-c3", [120, 72, 44, 16, 16, 16_384, 4_096, 4_096, 1_440, 5_760, 5_760, 6]),
        ("stm32f769i-disco", [13_312, 236, 200, 4, 4, 16_384, 16_384, 0, 1_460, 5_920, 2_960, 4]),
        ("orgpal-palthree", [8_192, 236, 200, 4, 4, 16_384, 16_384, 0, 1_460, 5_920, 2_960, 4]),
        ("stm32f439", [130, 64, 56, 4, 4, 16_384, 16_384, 0, 1_460, 5_920, 2_960, 4]),
        ("stm32l475", [70, 16, 6, 4, 0, 0, 0, 0, 1_460, 2_920, 2_920, 4]),
        ("stm32l4-minimal", [40, 48, 32, 4, 1, 4_096, 4_096, 4_096, 1_460, 2_920, 2_920, 4]),
    ];
    for (name, row) in rows {
        let profile = Profile::named(name).unwrap_or_else(|| panic!("{name} is missing"));
        let tls = |pick: fn(&Tls) -> usize| profile.tls.as_ref().map_or(0, pick);
        let found = [
            profile.managed_heap.size / KIB,
            profile.native_heap.size / KIB,
            profile.native_heap.largest / KIB,
            profile.sockets.slots as usize,
            tls(|tls| tls.contexts as usize),
            tls(|tls| tls.input),
            tls(|tls| tls.output),
            tls(|tls| tls.record_limit_12.unwrap_or(0)),
            profile.tcp.mss,
            profile.tcp.window,
            profile.tcp.send_buffer,
            profile.udp.queue as usize,
        ];
        assert_eq!(found, row, "{name}");
    }
}

#[test]
fn tls_costs_add_up_to_the_measured_rows() {
    let rows = |name: &str| {
        let tls = Profile::named(name).unwrap().tls.unwrap();
        let buffers = tls.input + tls.output + 2 * tls.buffer_overhead;
        let setup = buffers + tls.handshake_setup;
        [
            setup,
            setup + tls.handshake_12,
            setup + tls.handshake_13,
            setup + tls.handshake_12 + tls.handshake_client,
            buffers + tls.steady_12,
            buffers + tls.steady_13,
            buffers + tls.steady_12 + tls.steady_client,
        ]
    };
    assert_eq!(rows("esp32-wroom"), [25_466, 36_106, 37_214, 44_552, 28_246, 33_534, 35_132]);
    assert_eq!(rows("stm32f769i-disco"), [37_754, 48_394, 55_880, 56_840, 40_534, 45_822, 47_420]);
    let tls = Profile::named("esp32-wroom").unwrap().tls.unwrap();
    let shrunk = 2 * (tls.output + tls.buffer_overhead);
    assert_eq!([shrunk + tls.steady_12, shrunk + tls.steady_12 + tls.steady_client], [15_958, 22_844]);
}

#[test]
fn an_unknown_key_is_refused_where_it_stands() {
    let text = wroom().replace("syn_retries", "syn_retrys");
    let error = Profile::parse(&text, "mine.toml").expect_err("no such key");
    let line = 1 + text.lines().position(|line| line.starts_with("syn_retrys")).unwrap();
    let ProfileError::Syntax { line: found, column, span, message, .. } = &error else { panic!("{error:?}") };
    assert_eq!((*found, *column), (line, 1));
    assert_eq!(&text[span.clone().unwrap()], "syn_retrys");
    assert!(message.contains("unknown field `syn_retrys`"), "{message}");
    assert!(error.to_string().starts_with(&format!("mine.toml:{line}:1: ")), "{error}");
}

#[test]
fn a_figure_needs_unit_and_source() {
    let cases = [
        (r#"window = { value = "5760 B""#, r#"window = { value = "5760""#, r#"a size such as "72 KiB""#),
        (r#"window = { value = "5760 B""#, r#"window = { value = 5760"#, r#"a size such as "72 KiB""#),
        (r#"syn_wait = { value = "3 s""#, r#"syn_wait = { value = "3 B""#, r#"a duration such as "250 ms""#),
        (r#"slots = { value = 16"#, r#"slots = { value = -1"#, "u32"),
        (r#"{ value = true, source = "#, r#"{ value = true, origin = "#, "unknown field `origin`"),
        (r#"medium = { value = "wifi""#, r#"medium = { value = "thread""#, "unknown variant `thread`"),
    ];
    for (good, bad, wanted) in cases {
        let text = wroom().replacen(good, bad, 1);
        assert_ne!(text, wroom(), "{good} is in the file");
        let error = Profile::parse(&text, "mine.toml").expect_err(bad).to_string();
        assert!(error.contains(wanted), "{bad}: {error}");
    }
    let text = wroom().replacen("[boot]\n", "[boots]\n", 1);
    assert!(Profile::parse(&text, "mine.toml").is_err(), "a section is missing and another is unknown");
}

#[test]
fn figures_that_contradict_each_other_are_refused() {
    let text = wroom().replacen("\"40 KiB\"", "\"73 KiB\"", 1);
    let error = Profile::parse(&text, "mine.toml").expect_err("73 of 72 KiB");
    assert_eq!(
        error.to_string(),
        "mine.toml: native_heap.largest: the largest block must fit the heap and not be empty"
    );
    let text = wroom().replacen("\"40 KiB\"", "\"72 KiB\"", 1);
    assert!(Profile::parse(&text, "mine.toml").is_ok(), "just inside");
}

#[test]
fn other_sizes_keep_the_shape_of_the_heap() {
    let profile = Profile::named("esp32-wroom").unwrap().with_native_heap(90 * KIB).with_sockets(5);
    assert_eq!((profile.native_heap.size, profile.native_heap.largest), (90 * KIB, 50 * KIB));
    assert_eq!(profile.sockets.slots, 5);
    assert_eq!(profile.boot.time, Duration::from_secs(1));
}

proptest! {
    #[test]
    fn arbitrary_text_never_panics(text in ".{0,200}", at in 0_usize..4_000, cut in 0_usize..40) {
        let _ = Profile::parse(&text, "x");
        let mut damaged: Vec<char> = wroom().chars().collect();
        let at = at.min(damaged.len());
        let end = (at + cut).min(damaged.len());
        damaged.splice(at..end, text.chars());
        let _ = Profile::parse(&damaged.into_iter().collect::<String>(), "x");
    }
}
