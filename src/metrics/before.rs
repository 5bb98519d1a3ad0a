//! What was told before: a sweep that fails keeps the moment of the last success.

use super::exposition::PREFIX;
use super::scope::Scope;

/// The series that outlives a failed sweep.
pub(super) const LAST_SUCCESS: &str = "last_success_timestamp_seconds";

/// What a text holds that may have been [rendered](super::Metrics) before.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Before {
    /// Nothing at all.
    Nothing,
    /// Metrics of this scope, with the moment of the last success in seconds since 1970; 0: none yet.
    Ours(f64),
    /// Metrics of another scope.
    OfAnotherScope,
    /// Metrics of ours once, of which the moment of the last success cannot be read.
    Damaged,
    /// Something else, or something else too.
    Foreign,
}

impl Before {
    /// Reads what was told of a scope.
    #[must_use]
    pub fn read(text: &[u8], scope: &Scope) -> Self {
        if text.is_empty() {
            return Self::Nothing;
        }
        let text = String::from_utf8_lossy(text);
        let ours = ["# HELP ", "# TYPE ", ""].map(|before| format!("{before}{PREFIX}"));
        if !text.starts_with(&ours[0]) || !text.split_inclusive('\n').all(|line| is_one_of(&ours, line)) {
            return Self::Foreign;
        }
        let series = format!("{PREFIX}{LAST_SUCCESS}{{");
        // A line without an end may have lost a part of its number.
        let whole = text
            .split_inclusive('\n')
            .filter_map(|line| line.strip_suffix('\n'));
        let mut lines = whole.filter_map(|line| line.strip_prefix(&series));
        let Some((scope_there, value)) = lines.next().and_then(|line| line.rsplit_once("} ")) else {
            return Self::Damaged;
        };
        if scope_there != scope.labels() {
            return Self::OfAnotherScope;
        }
        match value.parse::<f64>() {
            Ok(at_s) if at_s.is_finite() && at_s >= 0.0 => Self::Ours(at_s),
            _ => Self::Damaged,
        }
    }
}

/// Whether a line begins like one of these; one that was cut off may not even reach our name.
fn is_one_of(ours: &[String], line: &str) -> bool {
    let is_cut_off = !line.ends_with('\n');
    ours.iter()
        .any(|start| line.starts_with(start) || (is_cut_off && start.starts_with(line)))
}
