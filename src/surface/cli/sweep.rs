use std::io::{self, Write};

use anyhow::anyhow;
use chrono::{DateTime, Utc};
use zombie_sweeper::{SweepError, SweepOptions, SweepReport};

use super::args::{Cli, Format};
use super::{kept_plan, output, text, thresholds};
use crate::surface::exit::Exit;
use crate::surface::lost::LostSummary;
use crate::surface::verbs::ledger;
use crate::surface::{signals, verbs, wait, wall_clock};

/// The bare command: sweeps, prints the summary, and tells the monitor.
pub(crate) fn run(cli: &Cli) -> anyhow::Result<Exit> {
    if let Some((plan, socket)) = cli
        .sweep
        .kept_plan
        .plan
        .as_ref()
        .zip(cli.sweep.kept_plan.socket.as_ref())
    {
        return kept_plan::run(cli, plan, socket);
    }
    let now = cli.sweep.now.unwrap_or_else(wall_clock::now);
    let mut report = None;
    let ended = sweep_and_print(cli, now, &mut report);
    verbs::monitor::tell(
        &cli.site(),
        cli.sweeps(),
        now,
        ended.as_ref().copied(),
        report.as_ref(),
    );
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
            ledger::remember_failure(&cli.site(), cli.sweeps(), &error, now);
            return Err(error);
        }
    };
    let report = reported.insert(report);
    ledger::remember(&cli.site(), cli.sweeps(), report, now);
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
    let (site, args) = (cli.site(), &cli.sweep);
    let (patience, options) = (args.policy.patience(), options(cli, now));
    if args.dry_run {
        let report = verbs::plan(&site, patience, &options, args.reaping.confirm, args.now)?;
        return Ok((report, None));
    }
    verbs::sweep(&site, patience, &options)
}

pub(crate) fn options(cli: &Cli, now: DateTime<Utc>) -> SweepOptions {
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
        .remember(!args.dry_run && cli.ledger.path().is_some());
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
