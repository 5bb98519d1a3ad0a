//! What a sweep reads a value as, in words.

use serde::de::IgnoredAny;

use super::super::row::{is_blank, is_true, is_word};
use super::super::schema::{Leases, Recurring, Role, Schema};
use super::super::signs::{Length, length};
use super::super::value::read;
use super::rows::Rows;
use crate::zombie::{Calendar, Id, Number, Reading, Style, TimeZone, Timestamp, Zone};

const NOTHING: &str = "nothing";

/// Reads the values of one queue's example rows.
pub(super) struct Reader<'r> {
    schema: &'r Schema,
    rows: &'r Rows<'r>,
    calendar: Calendar,
}

impl<'r> Reader<'r> {
    pub(super) fn new(schema: &'r Schema, rows: &'r Rows<'r>, calendar: Calendar) -> Self {
        Self {
            schema,
            rows,
            calendar,
        }
    }

    /// What the value of a role is read as, in the column of it that has this place among them.
    pub(super) fn read_as(&self, role: &Role, place: usize, value: &Id) -> String {
        let (section, key) = role.role.split_once('.').unwrap_or((&role.role, ""));
        if is_blank(value.as_value()) && key != "status" {
            return NOTHING.to_owned();
        }
        match key {
            "lease" if self.is_length(section, place) => self.length(role, value),
            "heartbeat" | "started" | "created" | "updated" | "ended" | "lease" | "next_eligible"
            | "stamp" | "time" | "released" => moment(value, &self.calendar, self.schema.time_zone),
            "status" => self.status(section, value).to_owned(),
            "active_run" | "worker" if value.is_none() => NOTHING.to_owned(),
            "active_run" if self.rows.is_stray(&role.role) => "an id, of no run of this task".to_owned(),
            "worker" if self.rows.is_stray(&role.role) => "an id, of no worker".to_owned(),
            "id" | "task" | "run" | "active_run" | "worker" | "project_id" => "an id".to_owned(),
            "kind" | "is_recurring" => self.recurring(key, value).to_owned(),
            "payload" => is_json(value).to_owned(),
            "type" => self.event(value).to_owned(),
            "clear" => "emptied by a reap".to_owned(),
            "increment" => counted(value).to_owned(),
            _ => "a name".to_owned(),
        }
    }

    fn status(&self, section: &str, value: &Id) -> &'static str {
        let schema = self.schema;
        let is_one = |words: &[String]| words.iter().any(|word| is_word(value.as_value(), word));
        match section {
            "tasks" if is_one(schema.tasks.running()) => "running",
            "tasks" => "not running",
            "runs" => self.run_status(value),
            "workers"
                if schema
                    .workers
                    .as_ref()
                    .is_some_and(|workers| is_one(&workers.gone)) =>
            {
                "gone"
            }
            "workers" => "not gone",
            _ => match &schema.workspaces {
                Some(workspaces) if is_word(value.as_value(), &workspaces.free) => "free",
                _ => "in use",
            },
        }
    }

    /// By its words, or by the condition that tells instead.
    fn run_status(&self, value: &Id) -> &'static str {
        let Some(runs) = &self.schema.runs else {
            return NOTHING;
        };
        let is_word = |word: &str| is_word(value.as_value(), word);
        if runs.running_where.is_some() {
            return match self.rows.besides("runs") {
                Some(Id::Null) | None => "unknown, by runs.running_where",
                Some(running) if is_true(running.as_value()) => "running, by runs.running_where",
                Some(_) => "finished, by runs.running_where",
            };
        }
        if runs.running.iter().any(|word| is_word(word)) {
            "running"
        } else if runs.finished.iter().any(|word| is_word(word)) {
            "finished"
        } else {
            "unknown"
        }
    }

    fn recurring(&self, key: &str, value: &Id) -> &'static str {
        let is_recurring = match (&self.schema.tasks.recurring, key) {
            (Recurring::Kind(_, word), "kind") => is_word(value.as_value(), word),
            (Recurring::Flag(_), "is_recurring") => is_true(value.as_value()),
            _ => return "not asked, as tasks.kind tells",
        };
        if is_recurring {
            "recurring"
        } else {
            "not recurring"
        }
    }

    fn event(&self, value: &Id) -> &'static str {
        match &self.schema.events {
            Some(events) if is_word(value.as_value(), &events.reaped) => "a reap",
            _ => "what happened",
        }
    }

    fn lease(&self, section: &str) -> Option<&Leases> {
        match section {
            "tasks" => Some(&self.schema.tasks.lease),
            "runs" => self.schema.runs.as_ref().map(|runs| &runs.lease),
            _ => self.schema.workers.as_ref().map(|workers| &workers.lease),
        }
    }

    /// Whether this column of a lease says how long it lasts.
    fn is_length(&self, section: &str, place: usize) -> bool {
        place == 1 && self.lease(section).is_some_and(|lease| lease.span.is_some())
    }

    fn length(&self, role: &Role, value: &Id) -> String {
        let section = role.role.split('.').next().unwrap_or_default();
        let start = role.columns.first();
        let start = start.and_then(|start| self.rows.value(section, start));
        let start = start.map(|start| read(start.as_value(), &self.calendar).0);
        match (length(value.as_value()), start.and_then(Reading::at)) {
            (Length::Of(time), Some(start)) => {
                let until = start.plus(time);
                format!(
                    "seconds: up to {}, {}",
                    short_moment(until),
                    age(until, &self.calendar)
                )
            }
            (Length::Of(_), None) => "seconds".to_owned(),
            (Length::None, _) => NOTHING.to_owned(),
            (Length::Unreadable, _) => "not readable as seconds".to_owned(),
        }
    }
}

/// When it is, how long ago, and how it is written.
fn moment(value: &Id, calendar: &Calendar, zone: TimeZone) -> String {
    match read(value.as_value(), calendar) {
        (Reading::Absent, _) => NOTHING.to_owned(),
        (Reading::Unreadable, _) => "not readable as a time".to_owned(),
        (Reading::At(moment), style) => {
            let form = style.map_or_else(String::new, |style| format!("; {}", form(style, zone)));
            format!("{}, {}{form}", short_moment(moment.at), age(moment.at, calendar))
        }
    }
}

/// To the second, or finer where it is.
pub(super) fn short_moment(at: Timestamp) -> String {
    let text = at.to_rfc3339();
    let whole = text.strip_suffix(".000000Z").map(|text| format!("{text}Z"));
    let millis = text.strip_suffix("000Z").map(|text| format!("{text}Z"));
    whole.or(millis).unwrap_or(text)
}

fn form(style: Style, zone: TimeZone) -> String {
    let (unit, number) = match style {
        Style::Iso {
            zone: Zone::Unsaid, ..
        } => return format!("text without a zone, read as {zone}"),
        Style::Iso { .. } => return "text".to_owned(),
        Style::Seconds(number, _) => ("seconds", number),
        Style::Millis(number) => ("milliseconds", number),
        Style::Micros(number) => ("microseconds", number),
        Style::Nanos(number) => ("nanoseconds", number),
    };
    let as_text = if number == Number::Text { ", as text" } else { "" };
    format!("epoch {unit}{as_text}")
}

/// In the two largest units that say anything, and in minutes alone up to an hour.
fn age(at: Timestamp, calendar: &Calendar) -> String {
    let micros = calendar.now().micros_since(at);
    let seconds = micros.unsigned_abs() / 1_000_000;
    let (minutes, hours, days) = (seconds / 60, seconds / 3600, seconds / 86_400);
    let time = match (days, hours, minutes, seconds) {
        (0, 0, 0, 0) => return "now".to_owned(),
        (0, 0, 0, _) => format!("{seconds} s"),
        (0, 0, ..) => format!("{minutes} min"),
        (0, ..) => two(hours, "h", minutes % 60, "min"),
        _ => two(days, "d", hours % 24, "h"),
    };
    if micros < 0 {
        format!("in {time}")
    } else {
        format!("{time} ago")
    }
}

fn two(many: u64, unit: &str, few: u64, smaller: &str) -> String {
    match few {
        0 => format!("{many} {unit}"),
        few => format!("{many} {unit} {few} {smaller}"),
    }
}

fn is_json(value: &Id) -> &'static str {
    let json = match value {
        Id::Text(bytes) => serde_json::from_slice::<IgnoredAny>(bytes).is_ok(),
        _ => false,
    };
    if json { "JSON" } else { "no JSON text" }
}

fn counted(value: &Id) -> &'static str {
    match value.by_number() {
        Id::Integer(_) | Id::Real(_) => "a number",
        _ => "no number",
    }
}
