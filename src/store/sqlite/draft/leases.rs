//! The lease: a moment, or a start and a length.

use super::finding::{Line, Value, running_have};
use super::hints::HINTS;
use super::moments::Moments;
use super::portrait::Column;
use super::times::{Time, of};

impl Moments<'_> {
    pub(super) fn lease(&self) -> Line {
        let line = self.line("lease", Time::Lease, |running, open| {
            running.times > 0 && running.times == running.filled && open.none_filled()
        });
        let deadlines = of(&self.times, Time::Deadline);
        let deadlines = deadlines.iter().map(|timed| {
            let why = format!(
                "{}; is it the end of a claim, or when the work must be done?",
                self.say(timed)
            );
            (Value::text(timed.name()), why)
        });
        let line = line.or_any(deadlines.collect::<Vec<_>>());
        if line.value.is_some() {
            return line;
        }
        let starts = of(&self.times, Time::Started);
        let Some(start) = starts.iter().find(|start| start.sure) else {
            return line;
        };
        for column in &self.portrait.columns {
            let Some(hit) = HINTS.columns.lease_seconds.find(&column.words) else {
                continue;
            };
            if column.facts.times > 0 || !column.info.is_numeric() {
                continue;
            }
            let lease = Value::Lease {
                start: start.name(),
                seconds: column.info.name.clone(),
            };
            let facts = self.running_facts(&column.info.name);
            let why = running_have(facts.filled, facts.rows, "a length");
            if is_of_another_unit(column) {
                // No key takes it: whether it matters is asked where what shows life is.
                continue;
            }
            if hit.sure && facts.all_filled() {
                return Line::found("lease", lease, why);
            }
            return line.or(lease, format!("{why}; is it how long a claim lasts, in seconds?"));
        }
        line
    }
}

/// Whether a length is called one of something else than seconds.
fn is_of_another_unit(column: &Column) -> bool {
    const UNITS: [&str; 10] = [
        "ms",
        "msec",
        "milli",
        "millisecond",
        "u",
        "micro",
        "microsecond",
        "min",
        "minute",
        "hour",
    ];
    column.words.iter().any(|word| UNITS.contains(&word.as_str()))
}
