//! Trace files: JSON lines, the header first and the end mark last.

use std::io::{self, Write};

use serde::{Deserialize, Serialize};

use crate::Trace;

/// The last line: a file without it was cut off.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct EndMark {
    /// Number of records in the lines before.
    pub(crate) records: usize,
}

/// Writes `trace` as JSON lines. The same trace gives the same bytes.
///
/// # Errors
/// What `out` reports.
pub fn write(trace: &Trace, out: &mut impl Write) -> io::Result<()> {
    serde_json::to_writer(&mut *out, &trace.header)?;
    out.write_all(b"\n")?;
    for record in &trace.records {
        serde_json::to_writer(&mut *out, record)?;
        out.write_all(b"\n")?;
    }
    serde_json::to_writer(&mut *out, &EndMark { records: trace.records.len() })?;
    out.write_all(b"\n")?;
    out.flush()
}
