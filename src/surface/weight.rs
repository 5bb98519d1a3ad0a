//! How large a report is.

use std::io::{self, Write};

use serde::Serialize;
use zombie_sweeper::SweepReport;

/// Its JSON's length, in bytes.
pub(crate) fn weight(report: &impl Serialize) -> usize {
    let mut scales = Scales(0);
    // Nothing is written, so that nothing fails but a report that is no JSON, which weighs nothing.
    let _ = serde_json::to_writer(&mut scales, report);
    scales.0
}

/// What the evidence on a zombie takes more than its JSON: what is held stands in a map.
const EVIDENCE: usize = 700;

/// What the report of a dry run takes in memory, in bytes, about.
pub(crate) fn of_sweep(report: &SweepReport) -> usize {
    weight(report) + EVIDENCE * report.zombies.as_ref().map_or(0, Vec::len)
}

struct Scales(usize);

impl Write for Scales {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
