use anyhow::Context;
use chrono::Utc;
use zombie_sweeper::store::{Profile, read_database, sweep_database};
use zombie_sweeper::{Policy, SweepError, SweepOptions, SweepReport, sweep_zombie_tasks};

use super::args::{Cli, DatabaseArgs, SweepArgs};
use super::exit::Exit;
use super::{output, signals, text};

/// The bare command: sweeps, and prints the summary.
pub(crate) fn run(cli: &Cli) -> anyhow::Result<Exit> {
    let options = options(&cli.sweep, profile(&cli.database)?);
    let (report, failed) = match sweep(&cli.database, &options, cli.sweep.dry_run) {
        Ok(report) => (report, None),
        Err(SweepError::Partial { report, source }) => {
            ((*report).clone(), Some(SweepError::Partial { report, source }))
        }
        Err(error) => return Err(error.into()),
    };
    output::print(cli.log.format, &report, |out| text::report(out, &report))?;
    match failed {
        Some(error) => Err(error.into()),
        None if cli.sweep.fail_on_zombies && !report.reaps.is_empty() => Ok(Exit::ZombiesFound),
        None => Ok(Exit::Swept),
    }
}

/// The profile in force.
pub(crate) fn profile(args: &DatabaseArgs) -> anyhow::Result<Profile> {
    let Some(path) = &args.schema else {
        return Ok(Profile::default());
    };
    let text = std::fs::read_to_string(path)
        .with_context(|| format!("failed to read the profile {}", path.display()))?;
    Profile::from_toml(&text)
        .map_err(SweepError::from)
        .with_context(|| format!("the profile {} cannot be used", path.display()))
}

fn options(args: &SweepArgs, profile: Profile) -> SweepOptions {
    #[expect(clippy::disallowed_methods, reason = "the one place where now is read")]
    let now = args.now.unwrap_or_else(Utc::now);
    let policy = Policy {
        stale_after: args.stale_after,
        claim_grace: args.claim_grace,
        settle: args.settle,
    };
    let options = SweepOptions::at(now)
        .dry_run(args.dry_run)
        .actor(&args.actor)
        .policy(policy)
        .batch_size(args.batch_size)
        .profile(profile);
    match &args.project {
        Some(project) => options.project(project),
        None => options,
    }
}

fn sweep(args: &DatabaseArgs, options: &SweepOptions, dry_run: bool) -> Result<SweepReport, SweepError> {
    let configure = |conn: &mut _| signals::obey(conn, args.busy_timeout);
    if !dry_run {
        return sweep_database(&args.db, options.profile_in_use(), configure, |conn| {
            sweep_zombie_tasks(conn, options)
        });
    }
    let (mut report, warnings) =
        read_database(&args.db, configure, |conn| sweep_zombie_tasks(conn, options))?;
    report.warnings.splice(0..0, warnings);
    Ok(report)
}
