pub(crate) mod text;
mod writes;

use zombie_sweeper::SweepOptions;

use super::args::{Cli, ExplainArgs};
use super::output;
use crate::surface::exit::Exit;
use crate::surface::{verbs, wall_clock};

/// `zombie-sweeper explain TASK`: what a sweep goes by, and would do.
pub(crate) fn run(cli: &Cli, args: &ExplainArgs) -> anyhow::Result<Exit> {
    let now = args.now.unwrap_or_else(wall_clock::now);
    let options = args
        .parking
        .of(SweepOptions::at(now).policy(args.policy.policy()));
    let options = match &args.project {
        Some(project) => options.project(project),
        None => options,
    };
    let explanation = verbs::explain(&cli.site(), args.policy.patience(), &options, &args.task)?;
    let printed = output::print(cli.log.format, &explanation, |out| {
        text::explanation(out, &explanation)
    });
    output::as_far_as_read(printed.map_err(Into::into))?;
    Ok(Exit::Swept)
}
