pub(crate) mod text;

use zombie_sweeper::SweepOptions;
use zombie_sweeper::inspect;

use super::args::{Cli, ExplainArgs};
use super::exit::Exit;
use super::{output, profile, queue, wall_clock};

/// `zombie-sweeper explain TASK`: what a sweep goes by, and would do.
pub(crate) fn run(cli: &Cli, args: &ExplainArgs) -> anyhow::Result<Exit> {
    let asked = profile::asked(cli.database.profile.as_deref())?;
    let now = args.now.unwrap_or_else(wall_clock::now);
    let options = SweepOptions::at(now).policy(args.policy.policy());
    let options = match &args.project {
        Some(project) => options.project(project),
        None => options,
    };
    let (mut explanation, warnings) = queue::look(&cli.database, asked.as_ref(), |conn, profile| {
        inspect::explain(conn, &options.clone().profile(profile.clone()), &args.task)
    })?;
    explanation.warnings.splice(0..0, warnings);
    let printed = output::print(cli.log.format, &explanation, |out| {
        text::explanation(out, &explanation)
    });
    output::as_far_as_read(printed.map_err(Into::into))?;
    Ok(Exit::Swept)
}
