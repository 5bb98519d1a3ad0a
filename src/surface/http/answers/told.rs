use std::mem;

use serde::Serialize;
use serde_json::{Map, Value};
use zombie_sweeper::SweepReport;
use zombie_sweeper::inspect::History;
use zombie_sweeper::zombie::Timestamp;

use crate::surface::http::excerpt::Pages;
use crate::surface::wall_clock;
use crate::surface::weight::{of_sweep, weight};

/// A report, and when the queue was looked at for it.
#[derive(Debug)]
pub(crate) struct Told<T> {
    pub(crate) report: T,
    /// RFC 3339: the queue was as it is told at this moment or a little later.
    pub(crate) looked_at: String,
}

/// An answer that knows how large it is.
pub(super) trait Weighed {
    /// In bytes, about: as its JSON.
    fn weight(&self) -> usize;
}

impl<T: Serialize> Weighed for Told<T> {
    fn weight(&self) -> usize {
        weight(&self.report)
    }
}

impl<T> Told<T> {
    /// What is found now.
    pub(super) fn by(look: impl FnOnce() -> anyhow::Result<T>) -> anyhow::Result<Self> {
        let looked_at = now();
        look().map(|report| Self { report, looked_at })
    }
}

impl<T: Serialize> Told<T> {
    /// The report with when it was looked at, which one that says so itself knows better.
    pub(crate) fn json(&self) -> Map<String, Value> {
        let mut json = match serde_json::to_value(&self.report) {
            Ok(Value::Object(json)) => json,
            _ => Map::new(),
        };
        json.entry("looked_at")
            .or_insert_with(|| self.looked_at.as_str().into());
        json
    }
}

/// A dry run, and its lists in the order of pages.
pub(crate) struct Look {
    pub(crate) report: SweepReport,
    pub(crate) pages: Pages,
    pub(crate) looked_at: String,
}

impl Look {
    /// What is found now.
    pub(super) fn by(look: impl FnOnce() -> anyhow::Result<SweepReport>) -> anyhow::Result<Self> {
        let looked_at = now();
        let mut report = look()?;
        let pages = Pages::of(&mut report);
        Ok(Self {
            report,
            pages,
            looked_at,
        })
    }
}

impl Weighed for Look {
    fn weight(&self) -> usize {
        of_sweep(&self.report)
    }
}

/// A history, and what it says besides its reaps.
pub(crate) struct Recorded {
    pub(crate) report: History,
    /// With when it was looked at.
    pub(crate) head: Map<String, Value>,
}

impl Recorded {
    /// What is found now.
    pub(super) fn by(look: impl FnOnce() -> anyhow::Result<History>) -> anyhow::Result<Self> {
        let looked_at = now();
        let mut report = look()?;
        let reaps = mem::take(&mut report.reaps);
        let told = Told { report, looked_at };
        let head = told.json();
        let mut report = told.report;
        report.reaps = reaps;
        Ok(Self { report, head })
    }
}

impl Weighed for Recorded {
    fn weight(&self) -> usize {
        weight(&self.report)
    }
}

/// Now, as an answer tells it.
fn now() -> String {
    Timestamp::from(wall_clock::now()).to_rfc3339()
}
