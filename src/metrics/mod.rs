//! What a monitor is told of a queue's sweeps, as text that Prometheus reads (its format 0.0.4). Pure: it renders what it
//! is given, wherever that goes.
//!
//! ```
//! use zombie_sweeper::metrics::{LastSweep, Metrics, Scope};
//! # let now = chrono::DateTime::from_timestamp(1_775_877_480, 0).unwrap();
//! let scope = Scope {
//!     database: "/srv/orchestra.db".to_owned(),
//!     profile: "orchestra".to_owned(),
//!     project: None,
//! };
//! let failed = LastSweep::failed(now, 66);
//! let text = Metrics { scope: &scope, last_sweep: Some(failed), last_success_s: 0.0, totals: None }.to_string();
//! assert!(text.contains(r#"zombie_sweeper_last_sweep_success{database="/srv/orchestra.db",profile="orchestra",project=""} 0"#));
//! ```

mod before;
mod exposition;
mod reasons;
mod scope;
mod totals;

use std::fmt;

use chrono::{DateTime, Utc};

use crate::report::SweepReport;
use exposition::{Kind, Page};

pub use before::Before;
pub use scope::Scope;
pub use totals::Totals;

/// What became of the last sweep.
#[derive(Clone, Copy, Debug)]
pub struct LastSweep<'a> {
    /// When it began.
    pub at: DateTime<Utc>,
    /// Whether it did all there was to do.
    pub is_success: bool,
    /// The exit code of the program, or what stands for it.
    pub exit_code: u8,
    /// What it did; `None` where it failed before it could tell. Then nothing is said of what it would have found.
    pub report: Option<&'a SweepReport>,
    /// How old the oldest sign of life was among the tasks found alive, in seconds, where that is known.
    pub oldest_living_silence_s: Option<f64>,
}

impl<'a> LastSweep<'a> {
    /// A sweep that did all there was to do.
    #[must_use]
    pub fn done(at: DateTime<Utc>, report: &'a SweepReport) -> Self {
        Self {
            is_success: true,
            report: Some(report),
            ..Self::failed(at, 0)
        }
    }

    /// A sweep that failed before it could tell what it found.
    #[must_use]
    pub fn failed(at: DateTime<Utc>, exit_code: u8) -> Self {
        Self {
            at,
            is_success: false,
            exit_code,
            report: None,
            oldest_living_silence_s: None,
        }
    }
}

/// All that is told of the sweeps of one queue. Its `Display` is the text.
#[derive(Clone, Copy, Debug)]
pub struct Metrics<'a> {
    /// Which sweeps.
    pub scope: &'a Scope,
    /// The last of them; `None`: there was none yet, and little to tell.
    pub last_sweep: Option<LastSweep<'a>>,
    /// When the last one began that did all there was to do, in seconds since 1970; 0: none has yet.
    pub last_success_s: f64,
    /// What all of them came to.
    pub totals: Option<&'a Totals>,
}

/// A moment in seconds since 1970.
#[must_use]
#[expect(
    clippy::cast_precision_loss,
    reason = "microseconds since 1970 fit in 53 bits for 285 years"
)]
pub fn seconds(at: DateTime<Utc>) -> f64 {
    at.timestamp_micros() as f64 / 1e6
}

/// The texts behind the names are part of the interface: `node_exporter` drops a series whose text
/// differs from that in another file, and the instances on a machine need not all be of one version.
impl fmt::Display for Metrics<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut page = Page::new(f, self.scope.labels());
        page.family("build_info", Kind::Gauge, "The version of the sweeper, always 1.")?;
        page.sample_of("version", env!("CARGO_PKG_VERSION"), 1)?;
        if let Some(sweep) = &self.last_sweep {
            became(&mut page, sweep, self.last_success_s)?;
        }
        self.totals.map_or(Ok(()), |totals| count(&mut page, totals))
    }
}

/// How the last sweep ended.
fn became(page: &mut Page<'_, '_>, sweep: &LastSweep<'_>, last_success_s: f64) -> fmt::Result {
    page.gauge(
        before::LAST_SUCCESS,
        "When the last sweep began that did all there was to do; 0 where none has yet.",
        last_success_s,
    )?;
    page.gauge(
        "last_sweep_timestamp_seconds",
        "When the last sweep began.",
        seconds(sweep.at),
    )?;
    page.gauge(
        "last_sweep_success",
        "Whether the last sweep did all there was to do.",
        u8::from(sweep.is_success),
    )?;
    page.gauge(
        "last_sweep_exit_code",
        "The exit code of the last sweep.",
        sweep.exit_code,
    )?;
    match sweep.report {
        Some(report) => found(page, report, sweep.oldest_living_silence_s),
        None => Ok(()),
    }
}

/// What the last sweep found, and what it did.
fn found(page: &mut Page<'_, '_>, report: &SweepReport, oldest_living_silence_s: Option<f64>) -> fmt::Result {
    let counts = [
        (
            "scanned",
            "Running tasks that the last sweep looked at.",
            report.scanned,
        ),
        (
            "healthy",
            "Running tasks that the last sweep found alive.",
            report.healthy,
        ),
        (
            "undecided",
            "Running tasks that nothing told the last sweep dead from alive.",
            report.undecided.len(),
        ),
        (
            "failed",
            "Zombies that the last sweep could not write.",
            report.failed.len(),
        ),
        (
            "moved_on",
            "Zombies that had moved on before the last sweep got to them.",
            report.moved_on,
        ),
        (
            "held_back",
            "Zombies that the last sweep left alone, as they were more than may be reaped at once.",
            report.held_back.as_ref().map_or(0, |held| held.due.len()),
        ),
        ("reaped", "Tasks that the last sweep reaped.", report.reaps.len()),
        ("parked", "Tasks that the last sweep parked.", report.parked.len()),
        (
            "transactions",
            "Transactions that the last sweep committed.",
            report.transactions,
        ),
        ("warnings", "Warnings of the last sweep.", report.warnings.len()),
    ];
    for (name, help, count) in counts {
        page.gauge(&format!("last_sweep_{name}"), help, count)?;
    }
    page.family(
        "last_sweep_reaped_by_reason",
        Kind::Gauge,
        "Tasks that the last sweep reaped, by the reason's code.",
    )?;
    for (reason, count) in reasons::of_the_sweep(report) {
        page.sample_of("reason", &reason, count)?;
    }
    page.family(
        "last_sweep_oldest_silence_seconds",
        Kind::Gauge,
        "How old the oldest last sign of life was that the last sweep saw; of zombies 0 where none was reaped.",
    )?;
    page.sample_of("of", "zombies", report.oldest_silence_s.unwrap_or_default())?;
    if let Some(silence_s) = oldest_living_silence_s {
        page.sample_of("of", "living", silence_s)?;
    }
    page.gauge(
        "last_sweep_stale_after_seconds",
        "The age from which the last sweep took a silent run for dead.",
        report.stale_after_s,
    )?;
    page.gauge(
        "last_sweep_duration_seconds",
        "How long the last sweep took, the wait between its two looks included.",
        std::time::Duration::from_millis(report.duration_ms).as_secs_f64(),
    )
}

/// What all sweeps ever came to.
fn count(page: &mut Page<'_, '_>, totals: &Totals) -> fmt::Result {
    page.family("sweeps_total", Kind::Counter, "Sweeps, the failed ones included.")?;
    page.sample(totals.sweeps)?;
    page.family("failed_sweeps_total", Kind::Counter, "Sweeps that failed.")?;
    page.sample(totals.failed_sweeps)?;
    page.family(
        "reaped_total",
        Kind::Counter,
        "Tasks reaped, by the reason's code.",
    )?;
    for (reason, count) in reasons::of_all_sweeps(totals) {
        page.sample_of("reason", &reason, count)?;
    }
    Ok(())
}
