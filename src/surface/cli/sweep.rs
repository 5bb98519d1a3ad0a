use std::io::{self, Write};
use std::sync::Arc;
use std::time::Duration;

use anyhow::anyhow;
use chrono::{DateTime, Utc};
use zombie_sweeper::Profile;
use zombie_sweeper::rusqlite::Connection;
use zombie_sweeper::store::{Schema, SchemaError, StoreError};
use zombie_sweeper::{SweepError, SweepOptions, SweepReport, sweep_zombie_tasks};

use super::args::{Cli, Format, SweepArgs};
use super::exit::Exit;
use super::lost::LostSummary;
use super::profile::{self, Failed};
use super::{learned, ledger, log, metrics, output, queue, signals, text, thresholds, wait, wall_clock};

/// The bare command: sweeps, prints the summary, and tells the monitor.
pub(crate) fn run(cli: &Cli) -> anyhow::Result<Exit> {
    let now = cli.sweep.now.unwrap_or_else(wall_clock::now);
    let mut report = None;
    let ended = sweep_and_print(cli, now, &mut report);
    metrics::tell(cli, now, ended.as_ref().copied(), report.as_ref());
    ended
}

/// Leaves the report there, however it ends.
fn sweep_and_print(
    cli: &Cli,
    now: DateTime<Utc>,
    reported: &mut Option<SweepReport>,
) -> anyhow::Result<Exit> {
    let (report, failed) = match sweep_or_look(cli, now) {
        Ok(swept) => swept,
        Err(error) => {
            ledger::remember_failure(cli, &error, now);
            return Err(error);
        }
    };
    let report = reported.insert(report);
    ledger::remember(cli, report, now);
    let printed = output::print(cli.log.format, report, |out| in_text(out, report));
    printed.map_err(|why| LostSummary::of(report, why))?;
    match failed {
        _ if wait::was_cut_short() => Err(anyhow!(
            "stopped by {} before the second look: who was silent at the first was left alone",
            signals::name().unwrap_or_default()
        )),
        Some(error) => Err(error.into()),
        None => outcome(cli, report),
    }
}

/// The summary for people.
pub(crate) fn in_text(out: &mut dyn Write, report: &SweepReport) -> io::Result<()> {
    text::report(out, report)?;
    let learned = report.thresholds.iter();
    learned
        .into_iter()
        .try_for_each(|learned| thresholds::thresholds(out, learned))
}

/// What a sweep that came to its end comes to.
pub(crate) fn outcome(cli: &Cli, report: &SweepReport) -> anyhow::Result<Exit> {
    match report.failed.len() {
        0 if report.held_back.is_some() => Ok(Exit::ZombiesFound),
        0 if cli.sweep.fail_on_zombies && !report.reaps.is_empty() => Ok(Exit::ZombiesFound),
        0 => Ok(Exit::Swept),
        failed => Err(anyhow!(
            "{} could not be reaped: see `failed` in the summary",
            text::counted(failed, "task")
        )),
    }
}

/// The report, and why the sweep stopped early where it did.
fn sweep_or_look(cli: &Cli, now: DateTime<Utc>) -> anyhow::Result<(SweepReport, Option<SweepError>)> {
    let asked = profile::asked(cli.database.profile.as_deref())?;
    let options = options(cli, now, asked.clone().unwrap_or_default());
    match sweep(cli, asked.as_ref(), &options) {
        Ok(report) => Ok((report, None)),
        Err(Failed::Sweep(SweepError::Partial { report, source })) => {
            Ok(((*report).clone(), Some(SweepError::Partial { report, source })))
        }
        Err(error) => Err(error.into()),
    }
}

pub(crate) fn options(cli: &Cli, now: DateTime<Utc>, profile: Profile) -> SweepOptions {
    let args = &cli.sweep;
    let asked = args.now;
    let options = SweepOptions::at(now)
        .dry_run(args.dry_run)
        .actor(&args.reaping.actor)
        .policy(args.policy.policy())
        .batch_size(args.reaping.batch_size)
        .confirm(args.reaping.confirm)
        .suspended(wait::suspended())
        .waiting(move |time| wait::wait(time, asked))
        .evidence(args.reaping.evidence || cli.log.format == Format::Text)
        .remember(!args.dry_run && cli.ledger.path().is_some())
        .profile(profile);
    let mut options = args.reaping.parking.of(options);
    if let Some(project) = &args.project {
        options = options.project(project);
    }
    for task in &args.task {
        options = options.task(task);
    }
    if let Some(zombies) = args.reaping.at_most {
        options = options.at_most(zombies);
    }
    options
}

fn sweep(cli: &Cli, asked: Option<&Profile>, options: &SweepOptions) -> Result<SweepReport, Failed> {
    let args = &cli.database;
    if !cli.sweep.dry_run {
        return queue::at(args, options.profile_in_use()).write(|conn| {
            if cli.sweep.policy.time().is_none() {
                profile::refuse_a_guess(conn, asked)?;
            }
            by_profile(conn, asked, |conn| {
                let options = learned::bearing(cli, &cli.sweep.policy, conn, options.clone())?;
                sweep_zombie_tasks(conn, &options)
            })
        });
    }
    look_twice(&cli.sweep, options, |options| {
        let _kept = log::keep();
        let (mut report, warnings) = queue::look(args, asked, |conn, profile| {
            let options = options.clone().profile(profile.clone());
            let options = learned::bearing(cli, &cli.sweep.policy, conn, options)?;
            let mut report = sweep_zombie_tasks(conn, &options)?;
            if !profile.is_shipped() {
                // Its words nobody has held to a queue yet.
                let words = Schema::read(conn, profile)?.words(conn)?;
                report.warnings.extend(words.of_no_task());
            }
            Ok(report)
        })?;
        report.warnings.splice(0..0, warnings);
        Ok(report)
    })
}

/// Sweeps by the profile asked for, and by none that was not.
pub(crate) fn by_profile(
    conn: &mut Connection,
    asked: Option<&Profile>,
    sweep: impl FnOnce(&mut Connection) -> Result<SweepReport, SweepError>,
) -> Result<SweepReport, Failed> {
    match sweep(conn) {
        Err(SweepError::Store(StoreError::Schema(problems @ SchemaError::Unfit(_)))) if asked.is_none() => {
            Err(profile::misfit(conn, problems))
        }
        swept => Ok(swept?),
    }
}

/// A dry run may read a copy, or a file that nobody has open, so that its second look has to open the database anew.
fn look_twice(
    args: &SweepArgs,
    options: &SweepOptions,
    look: impl Fn(&SweepOptions) -> Result<SweepReport, Failed>,
) -> Result<SweepReport, Failed> {
    let mut first = look(&options.clone().confirm(Duration::ZERO))?;
    first.confirm_s = args.reaping.confirm.as_secs_f64();
    if args.reaping.confirm.is_zero() || !first.has_silence() {
        return Ok(first);
    }
    let now = wait::wait(args.reaping.confirm, args.now).ok_or(SweepError::Interrupted)?;
    let options = options.clone();
    // What was learned is what it was at the first look.
    let options = match first.thresholds.clone() {
        Some(learned) => options.learned(Arc::new(learned)),
        None => options,
    };
    look(&first.second_look(options, now))
}
