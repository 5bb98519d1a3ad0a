//! What the sections of a draft say, for what is judged by all of them together.

use super::finding::{Line, Section, Value};

/// The sections that count; of runs those that are offered, where these are judged.
#[derive(Clone, Copy)]
pub(super) struct Found<'s> {
    sections: &'s [Section],
    is_offer: bool,
}

impl<'s> Found<'s> {
    pub(super) fn new(sections: &'s [Section], is_offer: bool) -> Self {
        Self { sections, is_offer }
    }

    pub(super) fn line(self, section: &str, key: &str) -> Option<&'s Line> {
        let is_offer = self.is_offer && section.starts_with("runs");
        let mut sections = self.sections.iter();
        let section = sections.find(|found| found.name == section && found.is_offer == is_offer)?;
        section.lines.iter().find(|line| line.key == key)
    }

    /// The columns or words in force.
    pub(super) fn names(self, section: &str, key: &str) -> Vec<String> {
        self.line(section, key).map(Line::names).unwrap_or_default()
    }

    /// The SQL in force.
    pub(super) fn text(self, section: &str, key: &str) -> Option<&'s str> {
        match self.line(section, key)?.value.as_ref()? {
            Value::Text(text) if !text.is_empty() => Some(text),
            _ => None,
        }
    }

    /// The start and the length of a lease that is one.
    pub(super) fn span(self, section: &str) -> Option<(&'s str, &'s str)> {
        match self.line(section, "lease")?.value.as_ref()? {
            Value::Lease { start, seconds } => Some((start, seconds)),
            _ => None,
        }
    }
}
