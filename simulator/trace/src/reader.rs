//! Reads what [`write`](crate::write()) wrote.

use std::io::{self, BufRead};

use crate::{FORMAT, Header, Record, Trace};

/// Why a trace file could not be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReadError {
    /// The file could not be read.
    #[error("the trace could not be read")]
    Io(#[from] io::Error),
    /// The file has no first line.
    #[error("the trace is empty; its first line must be the header")]
    Empty,
    /// The file was written by another version.
    #[error("trace format {found} cannot be read, this version reads format {FORMAT}; record the run again")]
    Format {
        /// The format that the file names.
        found: u64,
    },
    /// A line is not what it should be.
    #[error("line {line} of the trace is not a valid {what}")]
    Line {
        /// Line number, counted from 1.
        line: usize,
        /// `header` or `event`.
        what: &'static str,
        /// What the parser says.
        source: serde_json::Error,
    },
    /// Records are not in the order of their times.
    #[error("line {line} of the trace goes back in time")]
    Order {
        /// Line number, counted from 1.
        line: usize,
    },
}

/// Reads a whole trace.
///
/// # Errors
/// The input is not a trace of [`FORMAT`]; the error names the line.
pub fn read(input: impl BufRead) -> Result<Trace, ReadError> {
    let mut lines = input.lines();
    let header = read_header(&lines.next().ok_or(ReadError::Empty)??)?;
    let mut records: Vec<Record> = Vec::new();
    for (index, line) in lines.enumerate() {
        let number = index + 2;
        let line = line?;
        if line.trim().is_empty() {
            continue;
        }
        let record: Record = serde_json::from_str(&line).map_err(|source| ReadError::Line {
            line: number,
            what: "event",
            source,
        })?;
        if records.last().is_some_and(|last| record.at < last.at) {
            return Err(ReadError::Order { line: number });
        }
        records.push(record);
    }
    Ok(Trace { header, records })
}

/// Looks at the version before anything else, so that an old file gets a clear refusal.
fn read_header(line: &str) -> Result<Header, ReadError> {
    let bad = |source| ReadError::Line { line: 1, what: "header", source };
    let value: serde_json::Value = serde_json::from_str(line).map_err(bad)?;
    match value.get("format").and_then(serde_json::Value::as_u64) {
        Some(found) if found != u64::from(FORMAT) => Err(ReadError::Format { found }),
        _ => serde_json::from_value(value).map_err(bad),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::event::testing::any_event;
    use crate::event::{ConnEvent, ConnId, DeviceEvent, Direction, Protocol, Resources};
    use crate::{ClockKind, DutIdentity, Time, Utc, write};

    fn sample() -> Trace {
        let header = Header {
            format: FORMAT,
            tool: "0.1.0".into(),
            scenario: "sample".into(),
            file: "sample.yaml".into(),
            scenario_sha256: "00".into(),
            seed: 7,
            clock: ClockKind::Virtual,
            started: Utc::from_unix_secs(1_700_000_000),
            dut: DutIdentity::default(),
            requirements: vec!["BOOT-01".into()],
            parameters: std::collections::BTreeMap::new(),
        };
        let packet = ConnEvent::Packet {
            conn: ConnId(1),
            protocol: Protocol::Mqtt,
            direction: Direction::FromDevice,
            bytes: vec![0xC0, 0x00].into(),
        };
        let resources = DeviceEvent::ResourcesNow { point: "boot".into(), resources: Resources::default() };
        let records = vec![
            Record { at: Time::from_millis(1), event: resources.into() },
            Record { at: Time::from_millis(2), event: packet.into() },
        ];
        Trace { header, records }
    }

    fn text(trace: &Trace) -> String {
        let mut out = Vec::new();
        write(trace, &mut out).expect("a vector takes all bytes");
        String::from_utf8(out).expect("JSON is UTF-8")
    }

    #[test]
    fn a_written_trace_reads_back_equal() {
        let trace = sample();
        let text = text(&trace);
        assert!(text.contains(r#""t_us":2000,"source":"conn","event":"packet""#), "{text}");
        assert!(text.contains(r#""bytes":"c000""#), "{text}");
        assert_eq!(read(text.as_bytes()).expect("it was just written"), trace);
    }

    #[test]
    fn another_format_is_refused_by_its_number() {
        let text = text(&sample()).replacen(r#""format":1"#, r#""format":9"#, 1);
        let error = read(text.as_bytes()).expect_err("format 9 does not exist");
        assert!(error.to_string().contains("trace format 9 cannot be read"), "{error}");
    }

    #[test]
    fn broken_lines_are_named() {
        let mut text = text(&sample());
        text.push_str("{\"t_us\": 1}\n");
        let error = read(text.as_bytes()).expect_err("the last line has no event");
        assert_eq!(error.to_string(), "line 4 of the trace is not a valid event");
        let swapped = text.replacen("\"t_us\":1000", "\"t_us\":9000", 1);
        let error = read(swapped.as_bytes()).expect_err("times go back");
        assert_eq!(error.to_string(), "line 3 of the trace goes back in time");
        assert!(matches!(read(&b""[..]), Err(ReadError::Empty)));
    }

    prop_compose! {
        /// A trace of any events in the order of their times.
        fn any_trace()(
            events in prop::collection::vec((any_event(), 0_u64..2_000_000), 0..12),
            seed: u64,
            started in any::<i32>(),
            text in ".{0,20}",
        ) -> Trace {
            let mut trace = sample();
            (trace.header.seed, trace.header.scenario) = (seed, text);
            trace.header.started = Utc::from_unix_secs(started.into());
            let mut at = 0;
            trace.records = events
                .into_iter()
                .map(|(event, later)| {
                    at += later;
                    Record { at: Time::from_micros(at), event }
                })
                .collect();
            trace
        }
    }

    proptest! {
        #[test]
        fn any_trace_reads_back_equal(trace in any_trace()) {
            let text = text(&trace);
            let back = read(text.as_bytes()).expect("it was just written");
            prop_assert_eq!(&back, &trace);
            prop_assert_eq!(super::tests::text(&back), text, "and writes the same bytes");
        }

        #[test]
        fn arbitrary_lines_never_panic(lines in prop::collection::vec(any::<u8>(), 0..200), good: bool) {
            let mut input = if good { text(&sample()).into_bytes() } else { Vec::new() };
            input.extend(lines);
            let _ = read(&input[..]);
        }

        #[test]
        fn damaged_traces_never_panic(trace in any_trace(), at: prop::sample::Index, octet: u8, cut: bool) {
            let mut input = text(&trace).into_bytes();
            let at = at.index(input.len());
            input[at] = octet;
            if cut {
                input.truncate(at);
            }
            let _ = read(&input[..]);
        }
    }
}
