//! Prometheus' text format 0.0.4.

use std::borrow::Cow;
use std::fmt::{self, Display, Formatter, Write as _};

/// What every name begins with.
pub(super) const PREFIX: &str = "zombie_sweeper_";

#[derive(Clone, Copy)]
pub(super) enum Kind {
    Gauge,
    Counter,
}

/// The text, as it is written: family after family, each with its samples behind it.
pub(super) struct Page<'f, 'b> {
    out: &'f mut Formatter<'b>,
    /// The labels of every series.
    scope: String,
    /// The family at hand.
    name: String,
}

impl<'f, 'b> Page<'f, 'b> {
    pub(super) fn new(out: &'f mut Formatter<'b>, scope: String) -> Self {
        Self {
            out,
            scope,
            name: String::new(),
        }
    }

    /// Begins a family.
    pub(super) fn family(&mut self, name: &str, kind: Kind, help: &str) -> fmt::Result {
        self.name = format!("{PREFIX}{name}");
        let kind = match kind {
            Kind::Gauge => "gauge",
            Kind::Counter => "counter",
        };
        writeln!(self.out, "# HELP {0} {help}\n# TYPE {0} {kind}", self.name)
    }

    /// A family of one sample.
    pub(super) fn gauge(&mut self, name: &str, help: &str, value: impl Display) -> fmt::Result {
        self.family(name, Kind::Gauge, help)?;
        self.sample(value)
    }

    pub(super) fn sample(&mut self, value: impl Display) -> fmt::Result {
        writeln!(self.out, "{}{{{}}} {value}", self.name, self.scope)
    }

    /// One of several samples, told apart by a label.
    pub(super) fn sample_of(&mut self, label: &str, which: &str, value: impl Display) -> fmt::Result {
        let (name, scope, which) = (&self.name, &self.scope, escaped(which));
        writeln!(self.out, "{name}{{{scope},{label}=\"{which}\"}} {value}")
    }
}

/// A label's value. Other control characters than the line's end have no form of their own, and not every reader bears
/// them: they are spelt out.
pub(super) fn escaped(value: &str) -> Cow<'_, str> {
    let is_plain = |c: char| !c.is_control() && c != '\\' && c != '"';
    if value.chars().all(is_plain) {
        return Cow::Borrowed(value);
    }
    let mut escaped = String::with_capacity(value.len() + 8);
    for c in value.chars() {
        match c {
            '\\' => escaped.push_str(r"\\"),
            '"' => escaped.push_str(r#"\""#),
            '\n' => escaped.push_str(r"\n"),
            c if c.is_control() => {
                let _ = write!(escaped, r"\\u{{{:x}}}", u32::from(c)); // a text takes all that it is given
            }
            c => escaped.push(c),
        }
    }
    Cow::Owned(escaped)
}
