pub(crate) mod text;
mod writes;

use zombie_sweeper::SweepOptions;
use zombie_sweeper::inspect;

use super::args::{Cli, ExplainArgs};
use super::exit::Exit;
use super::{learned, output, profile, queue, remembered, wall_clock};

/// `zombie-sweeper explain TASK`: what a sweep goes by, and would do.
pub(crate) fn run(cli: &Cli, args: &ExplainArgs) -> anyhow::Result<Exit> {
    let asked = profile::asked(cli.database.profile.as_deref())?;
    let now = args.now.unwrap_or_else(wall_clock::now);
    let options = args
        .parking
        .of(SweepOptions::at(now).policy(args.policy.policy()));
    let options = match &args.project {
        Some(project) => options.project(project),
        None => options,
    };
    let (elsewhere, unread) = remembered::reaps(cli, Some(&args.task));
    let (mut explanation, warnings) = queue::look(&cli.database, asked.as_ref(), |conn, profile| {
        let options = options.clone().profile(profile.clone());
        let options = learned::bearing(cli, &args.policy, conn, options)?;
        inspect::explain(conn, &options, &args.task, elsewhere.clone())
    })?;
    let unread = unread.and_then(|why| remembered::told(&why, explanation.source));
    let warnings = warnings.into_iter().chain(unread);
    explanation.warnings.splice(0..0, warnings);
    let printed = output::print(cli.log.format, &explanation, |out| {
        text::explanation(out, &explanation)
    });
    output::as_far_as_read(printed.map_err(Into::into))?;
    Ok(Exit::Swept)
}
