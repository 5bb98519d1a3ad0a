//! The queue that is watched, as long as it stays open.

use zombie_sweeper::store::{Kept, OpenError};
use zombie_sweeper::{Profile, SweepOptions, SweepReport};

use super::super::args::Cli;
use super::super::profile::{self, Failed};
use super::super::{queue, sweep, wait, wall_clock};

/// A database that is kept open, and what is asked of its sweeps.
pub(super) struct Watched {
    kept: Kept,
    asked: Option<Profile>,
    options: SweepOptions,
    /// Whether it is known that more than a start shows who is at work.
    is_no_guess: bool,
}

impl Watched {
    /// Reads the profile, and opens what the command line names.
    pub(super) fn open(cli: &Cli) -> anyhow::Result<Self> {
        let asked = profile::asked(cli.database.profile.as_deref())?;
        let options = sweep::options(cli, wall_clock::now(), asked.clone().unwrap_or_default());
        let kept = queue::at(&cli.database, options.profile_in_use())
            .keep()
            .map_err(Failed::from)?;
        Ok(Self {
            kept,
            asked,
            options,
            is_no_guess: cli.sweep.policy.stale_after.is_some(),
        })
    }

    /// The options of a sweep of now.
    pub(super) fn options(&self) -> SweepOptions {
        self.options.clone().suspended(wait::suspended())
    }

    /// Whether anybody has committed since the last look. Fails where another file stands in its place.
    pub(super) fn has_changed(&self) -> Result<bool, OpenError> {
        self.kept.check()?;
        self.kept.has_changed()
    }

    pub(super) fn sweep(&mut self, options: &SweepOptions) -> Result<SweepReport, Failed> {
        let asked = self.asked.as_ref();
        self.kept.sweep(options, |conn, options| {
            if !self.is_no_guess {
                profile::refuse_a_guess(conn, asked)?;
                self.is_no_guess = true;
            }
            sweep::by_profile(conn, asked, options)
        })
    }
}
