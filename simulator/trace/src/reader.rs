//! Reads what [`write`](crate::write()) wrote.

use std::io::{self, BufRead, Read};

use crate::writer::EndMark;
use crate::{FORMAT, Header, Record, Trace};

/// Longer first lines are of something else, such as a device without end.
const HEADER_LIMIT: u64 = 1 << 20;
/// Longer lines hold no record: the largest MQTT packet has 256 MiB, which are twice as many digits.
const LINE_LIMIT: u64 = 1 << 30;

/// What a trace file holds.
#[derive(Clone, Debug, PartialEq)]
pub struct Stored {
    /// The trace.
    pub trace: Trace,
    /// How the file ends.
    pub end: End,
}

/// How a trace file ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// With the mark that says how many records there are, and there are so many.
    Marked,
    /// After a record: an earlier version wrote it, or lines are missing.
    Open,
}

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
    #[error("line {line} of the trace is not a valid {what}: {why}, at column {column}")]
    Line {
        /// Line number, counted from 1.
        line: usize,
        /// Column in bytes, counted from 1.
        column: usize,
        /// `header` or `event`.
        what: &'static str,
        /// What the parser says.
        why: String,
    },
    /// The last line has no end.
    #[error("the trace is cut off in line {line}; copy the whole file, or record the run again")]
    CutOff {
        /// Line number, counted from 1.
        line: usize,
    },
    /// A line is longer than any record.
    #[error("line {line} has more than {limit} bytes; this is no trace")]
    Long {
        /// Line number, counted from 1.
        line: usize,
        /// Bytes that a line may have.
        limit: u64,
    },
    /// Records are missing or were added.
    #[error(
        "the trace's last line tells of {told} records, but there are {found}; copy the whole file, or record the run again"
    )]
    Count {
        /// Records by the end mark.
        told: usize,
        /// Records before it.
        found: usize,
    },
    /// Something follows the end mark.
    #[error("line {line} of the trace comes after its end mark; a trace is one run")]
    AfterEnd {
        /// Line number, counted from 1.
        line: usize,
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
pub fn read(input: impl BufRead) -> Result<Stored, ReadError> {
    let mut lines = Lines { input, number: 0, text: Vec::new() };
    let header = match lines.next(HEADER_LIMIT)? {
        Some(Line { text, .. }) => read_header(text)?,
        None => return Err(ReadError::Empty),
    };
    let mut records: Vec<Record> = Vec::new();
    let mut end = End::Open;
    while let Some(Line { number, text, ended }) = lines.next(LINE_LIMIT)? {
        if text.trim_ascii().is_empty() {
            continue;
        }
        if end == End::Marked {
            return Err(ReadError::AfterEnd { line: number });
        }
        if let Ok(mark) = serde_json::from_slice::<EndMark>(text) {
            if mark.records != records.len() {
                return Err(ReadError::Count { told: mark.records, found: records.len() });
            }
            end = End::Marked;
            continue;
        }
        let record: Record = serde_json::from_slice(text).map_err(|error| match ended {
            true => bad_line(number, "event", &error),
            false => ReadError::CutOff { line: number },
        })?;
        if records.last().is_some_and(|last| record.at < last.at) {
            return Err(ReadError::Order { line: number });
        }
        records.push(record);
    }
    Ok(Stored { trace: Trace { header, records }, end })
}

/// The lines of a file, one at a time and none without end.
struct Lines<R> {
    input: R,
    number: usize,
    text: Vec<u8>,
}

struct Line<'l> {
    number: usize,
    text: &'l [u8],
    /// True when the line's end is there.
    ended: bool,
}

impl<R: BufRead> Lines<R> {
    fn next(&mut self, limit: u64) -> Result<Option<Line<'_>>, ReadError> {
        self.text.clear();
        self.number += 1;
        let length = (&mut self.input).take(limit).read_until(b'\n', &mut self.text)?;
        let ended = self.text.last() == Some(&b'\n');
        if !ended && length as u64 == limit {
            return Err(ReadError::Long { line: self.number, limit });
        }
        let line = Line { number: self.number, text: &self.text, ended };
        Ok((length > 0).then_some(line))
    }
}

/// The parser counts lines too, but sees one only: its column is what matters.
fn bad_line(line: usize, what: &'static str, error: &serde_json::Error) -> ReadError {
    let told = error.to_string();
    let why = told.rsplit_once(" at line ").map_or(told.as_str(), |(why, _)| why).to_owned();
    ReadError::Line { line, column: error.column(), what, why }
}

/// Looks at the version before anything else, so that an old file gets a clear refusal.
fn read_header(line: &[u8]) -> Result<Header, ReadError> {
    let bad = |error| bad_line(1, "header", &error);
    let value: serde_json::Value = serde_json::from_slice(line).map_err(bad)?;
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
        assert!(text.ends_with("}\n{\"records\":2}\n"), "{text}");
        assert_eq!(read(text.as_bytes()).expect("it was just written"), Stored { trace, end: End::Marked });
    }

    #[test]
    fn another_format_is_refused_by_its_number() {
        let text = text(&sample()).replacen(r#""format":1"#, r#""format":9"#, 1);
        let error = read(text.as_bytes()).expect_err("format 9 does not exist");
        assert!(error.to_string().contains("trace format 9 cannot be read"), "{error}");
    }

    #[test]
    fn broken_lines_are_named() {
        let text = text(&sample()).replace("{\"records\":2}", "{\"t_us\": 1}");
        let error = read(text.as_bytes()).expect_err("the last line has no event");
        let told = error.to_string();
        assert!(told.starts_with("line 4 of the trace is not a valid event: missing field"), "{told}");
        assert!(told.ends_with(", at column 11") && !told.contains("at line"), "{told}");
        let swapped = text.replacen("\"t_us\":1000", "\"t_us\":9000", 1);
        let error = read(swapped.as_bytes()).expect_err("times go back");
        assert_eq!(error.to_string(), "line 3 of the trace goes back in time");
        assert!(matches!(read(&b""[..]), Err(ReadError::Empty)));
    }

    #[test]
    fn a_trace_that_was_cut_or_grew_is_noticed() {
        let text = text(&sample());
        let lines: Vec<&str> = text.lines().collect();
        let without_mark = lines[..3].join("\n") + "\n";
        assert_eq!(
            read(without_mark.as_bytes()).map(|stored| stored.end).ok(),
            Some(End::Open),
            "of an earlier version"
        );
        let failure = |text: &str| read(text.as_bytes()).expect_err("it is damaged").to_string();
        let hole = [lines[0], lines[2], lines[3]].join("\n");
        assert!(failure(&hole).contains("tells of 2 records, but there are 1"), "{}", failure(&hole));
        let cut = &without_mark[..without_mark.len() - 9];
        assert!(failure(cut).contains("cut off in line 3"), "{}", failure(cut));
        let twice = format!("{text}{}\n", lines[2]);
        assert!(
            failure(&twice).contains("line 5 of the trace comes after its end mark"),
            "{}",
            failure(&twice)
        );
    }

    #[test]
    fn a_file_without_end_is_no_trace() {
        let error = read(io::BufReader::new(io::repeat(0))).expect_err("it has no line");
        assert!(matches!(error, ReadError::Long { line: 1, .. }), "{error}");
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
            let back = read(text.as_bytes()).expect("it was just written").trace;
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
