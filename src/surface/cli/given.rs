//! What a command that stays lets its clients have.

use super::args::Cli;
use super::sweep;
use crate::surface::verbs::{Given, Site};
use crate::surface::wall_clock;

/// As the command line says it.
pub(crate) fn given(cli: &Cli, site: Site, is_read_only: bool) -> Given {
    let policy = &cli.sweep.policy;
    Given {
        site,
        patience: policy.patience(),
        options: sweep::options(cli, wall_clock::now()),
        confirm: cli.sweep.reaping.confirm,
        stale_after: policy.time(),
        project: cli.sweep.project.clone(),
        is_read_only,
        is_watched: false,
        hear: None,
    }
}
