//! The queue that is watched, as long as it stays open.

use std::sync::Arc;
use std::time::Duration;

use zombie_sweeper::store::{Kept, Left, OpenError};
use zombie_sweeper::zombie::Learned;
use zombie_sweeper::{Profile, SweepOptions, SweepReport, sweep_zombie_tasks};

use super::super::args::Cli;
use super::super::sweep;
use super::record::ENTERED;
use crate::surface::verbs::{self, Failed, Site};
use crate::surface::{moment, wait, wall_clock};

/// A database that is kept open, and what is asked of its sweeps.
pub(super) struct Watched {
    kept: Kept,
    asked: Option<Arc<Profile>>,
    options: SweepOptions,
    /// Whether it is known that more than a start shows who is at work.
    is_no_guess: bool,
    /// What was learned of silence, where that is asked for, and when by the clock that only runs: it is learned anew as often as
    /// the ledger is told what was seen.
    learned: Option<(Duration, Arc<Learned>)>,
}

impl Watched {
    /// Opens what the command line names, after what was left of it before.
    pub(super) fn open(cli: &Cli, site: &Site, before: Option<&Left>) -> anyhow::Result<Self> {
        let asked = site.profile.get()?;
        let profile = asked.as_deref().cloned().unwrap_or_default();
        let options = sweep::options(cli, wall_clock::now()).profile(profile);
        let queue = site.queue(options.profile_in_use());
        let kept = match before {
            Some(before) => queue.keep_after(before),
            None => queue.keep(),
        };
        let kept = kept.map_err(Failed::from)?;
        drop(queue);
        Ok(Self {
            kept,
            asked,
            options,
            is_no_guess: cli.sweep.policy.time().is_some(),
            learned: None,
        })
    }

    /// The options of a sweep of now.
    pub(super) fn options(&self) -> SweepOptions {
        self.options.clone().suspended(wait::suspended())
    }

    /// What stood there.
    pub(super) fn left(&self) -> Left {
        self.kept.left()
    }

    /// Whether another file stands in its place.
    pub(super) fn is_replaced(&self) -> bool {
        self.kept.check().is_err()
    }

    /// Whether anybody has committed since the last look. Fails where another file stands in its place.
    pub(super) fn has_changed(&self) -> Result<bool, OpenError> {
        self.kept.check()?;
        self.kept.has_changed()
    }

    pub(super) fn sweep(
        &mut self,
        cli: &Cli,
        site: &Site,
        options: &SweepOptions,
    ) -> Result<SweepReport, Failed> {
        let asked = self.asked.as_deref();
        let now = moment::now().since_boot;
        let learned = &mut self.learned;
        let patience = cli.sweep.policy.patience();
        learned.take_if(|(since, _)| now.saturating_sub(*since) >= ENTERED);
        self.kept.sweep(options, |conn, options| {
            if !self.is_no_guess {
                verbs::refuse_a_guess(conn, asked)?;
                self.is_no_guess = true;
            }
            verbs::by_profile(conn, asked, |conn| {
                let options = match learned {
                    Some((_, learned)) => options.clone().learned(Arc::clone(learned)),
                    None => options.clone(),
                };
                let options = verbs::bearing(site, patience, conn, options)?;
                if let (None, Some(in_use)) = (&learned, options.learned_in_use()) {
                    *learned = Some((now, Arc::new(in_use.clone())));
                }
                sweep_zombie_tasks(conn, &options)
            })
        })
    }
}
