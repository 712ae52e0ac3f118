//! Trace files: JSON lines, the header first.

use std::io::{self, Write};

use crate::Trace;

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
    out.flush()
}
