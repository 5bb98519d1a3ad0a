//! `watch`: stays, and sweeps whenever there is something to sweep.

mod clocks;
mod news;
mod queue;
mod record;
mod trouble;
mod warned;

use std::time::Duration;

use zombie_sweeper::store::Left;
use zombie_sweeper::watch::{Moment, Next, Watch};
use zombie_sweeper::{SweepError, SweepReport};

use super::args::{Cli, WatchArgs};
use super::{sweep, text};
use crate::surface::exit::Exit;
use crate::surface::lost::LostSummary;
use crate::surface::verbs::{Failed, Site};
use crate::surface::{moment, notify, signals};
use news::News;
pub(super) use news::printer;
use queue::Watched;
use record::Record;
use trouble::Trouble;
use warned::Warned;

/// How long it sleeps before it looks again whether a signal came.
const STEP: Duration = Duration::from_millis(200);

/// How long a first look that did not go well is rested from.
const AGAIN: Duration = Duration::from_secs(1);

pub(crate) fn run(cli: &Cli, args: &WatchArgs) -> anyhow::Result<Exit> {
    signals::hear_hangups()?;
    notify::begin();
    let hears = Hears {
        has_begun: &|| {},
        has_reread: &|| {},
    };
    let ended = stay(cli, &cli.site(), args.interval, &hears);
    notify::stopping();
    ended
}

/// What others are told of a watch.
pub(super) struct Hears<'c> {
    /// Once a first look has gone well.
    pub(super) has_begun: &'c (dyn Fn() + Sync),
    /// Once the profile was read anew.
    pub(super) has_reread: &'c (dyn Fn() + Sync),
}

/// Watches until a signal comes, or what went wrong takes a person to mend.
pub(super) fn stay(cli: &Cli, site: &Site, interval: Duration, hears: &Hears<'_>) -> anyhow::Result<Exit> {
    Watcher::new(cli, site, interval, hears).watch()
}

/// Looks until it has gone well once, or what goes wrong takes a person to mend. Returns whether it has: a signal may come first.
pub(super) fn begins_well(mut look: impl FnMut() -> anyhow::Result<()>) -> anyhow::Result<bool> {
    let mut trouble = Trouble::default();
    while signals::none() {
        let at = moment::now();
        match look() {
            Ok(()) => {
                trouble.is_over(moment::now());
                return Ok(true);
            }
            Err(_) if !signals::none() => {} // that is why
            Err(error) if trouble::may_pass(&error) => {
                trouble.goes_on(&error, at);
                sleep(AGAIN);
            }
            Err(error) => return Err(error),
        }
    }
    Ok(false)
}

struct Watcher<'c> {
    cli: &'c Cli,
    site: &'c Site,
    watch: Watch,
    /// Opened, as long as nothing is wrong with it.
    queue: Option<Watched>,
    /// What stood there when it was open last.
    left: Option<Left>,
    /// Whether a look ever went well.
    has_seen: bool,
    /// Whether the profile is to be read anew before the next look.
    rereads: bool,
    hears: &'c Hears<'c>,
    news: News,
    record: Record,
    trouble: Trouble,
    warned: Warned,
}

impl<'c> Watcher<'c> {
    fn new(cli: &'c Cli, site: &'c Site, interval: Duration, hears: &'c Hears<'c>) -> Self {
        Self {
            cli,
            site,
            watch: Watch::new(interval, moment::now()),
            queue: None,
            left: None,
            has_seen: false,
            rereads: false,
            hears,
            news: News::default(),
            record: Record::default(),
            trouble: Trouble::default(),
            warned: Warned::default(),
        }
    }

    /// Until a signal ends it.
    fn watch(mut self) -> anyhow::Result<Exit> {
        while signals::none() {
            let reopens = signals::take_reopening();
            if reopens {
                self.reopen();
            }
            let has_changed = self.has_changed();
            let acted = has_changed.and_then(|has_changed| self.act(has_changed));
            if reopens && self.has_seen {
                notify::ready(); // again, however it went
            }
            let rest = match acted {
                Ok(rest) => rest,
                Err(error) => {
                    self.bear(error)?;
                    Duration::ZERO
                }
            };
            if let Some(watching) = &self.site.watching {
                watching.hear(self.watch.attended());
            }
            sleep(rest);
        }
        Ok(Exit::Swept)
    }

    fn reopen(&mut self) {
        tracing::info!("opens everything anew");
        if self.has_seen {
            notify::reloading();
        }
        if self.queue.as_ref().is_some_and(Watched::is_replaced) {
            self.watch.failed(moment::now());
        }
        self.close();
        self.rereads = true;
        self.watch.wake();
    }

    /// Who asked for another profile does not want the one before: nothing is reaped until it can be read.
    fn reread(&mut self) -> anyhow::Result<()> {
        if self.rereads && self.site.profile.read_again()? {
            (self.hears.has_reread)();
        }
        self.rereads = false;
        Ok(())
    }

    fn close(&mut self) {
        self.left = self.queue.take().map(|queue| queue.left()).or(self.left.take());
    }

    /// Whether anybody has committed since the last look. Of a queue that is not open that cannot be told.
    fn has_changed(&self) -> anyhow::Result<bool> {
        match &self.queue {
            Some(queue) => Ok(queue.has_changed().map_err(SweepError::from)?),
            None => Ok(false),
        }
    }

    /// Looks, where it is time for that, and returns how long to rest.
    fn act(&mut self, has_changed: bool) -> anyhow::Result<Duration> {
        match self.watch.next(moment::now(), has_changed) {
            Next::Rest(rest) => Ok(rest),
            Next::Look => self.look().map(|()| Duration::ZERO),
        }
    }

    fn look(&mut self) -> anyhow::Result<()> {
        self.reread()?;
        let queue = match &mut self.queue {
            Some(queue) => queue,
            none => none.insert(Watched::open(self.cli, self.site, self.left.as_ref())?),
        };
        let (at, worked) = (moment::now(), clocks::worked());
        let options = self.watch.options(&queue.options(), at);
        match queue.sweep(self.cli, self.site, &options) {
            Ok(report) => {
                let took = clocks::worked().saturating_sub(worked);
                self.watch.looked(moment::now(), took, &report);
                let is_well_again = self.trouble.is_over(at);
                self.tell(report, None, at)?;
                if is_well_again {
                    notify::status("the queue is watched again");
                }
                Ok(())
            }
            Err(Failed::Sweep(SweepError::Partial { report, source })) => {
                let committed = (*report).clone();
                self.watch.reaped(at, &committed);
                let error = SweepError::Partial { report, source }.into();
                self.tell(committed, Some(&error), at)?;
                Err(error)
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Tells of a look whoever is to know, and of why it stopped early where it did.
    fn tell(
        &mut self,
        mut report: SweepReport,
        error: Option<&anyhow::Error>,
        at: Moment,
    ) -> anyhow::Result<()> {
        let is_news = self.news.is_in(&report);
        self.record
            .enter(self.site, self.cli.sweeps(), &mut report, at, is_news);
        self.warned.of(&report, at, is_news);
        if is_news {
            news::print(self.cli.log.format, &report)?;
        }
        let outcome = sweep::outcome(self.cli, &report);
        let ended = error.map_or(outcome.as_ref().copied(), Err);
        self.record
            .tell(self.site, self.cli.sweeps(), &report, ended, at, is_news);
        if error.is_none() {
            self.tell_manager(&report, is_news);
            self.has_seen = true;
        }
        Ok(())
    }

    fn tell_manager(&self, report: &SweepReport, is_news: bool) {
        if !self.has_seen {
            (self.hears.has_begun)();
            notify::ready();
        }
        if is_news || !self.has_seen {
            let reaped = text::counted(report.reaps.len(), "task");
            let (scanned, swept_at) = (report.scanned, &report.swept_at);
            notify::status(&format!(
                "looked at {scanned} running, reaped {reaped} at {swept_at}"
            ));
        }
    }

    /// Something went wrong. It is waited for, unless nothing was ever right and it takes a person to mend it, or nobody reads
    /// what was done.
    fn bear(&mut self, error: anyhow::Error) -> anyhow::Result<()> {
        if error.is::<LostSummary>() {
            return Err(error);
        }
        if !signals::none() {
            return Ok(()); // that is why
        }
        self.close();
        let at = moment::now();
        self.watch.failed(at);
        if !self.has_seen && !trouble::may_pass(&error) {
            self.record.failed(self.site, self.cli.sweeps(), &error, at, true);
            return Err(error);
        }
        let has_begun = self.trouble.goes_on(&error, at);
        self.record
            .failed(self.site, self.cli.sweeps(), &error, at, has_begun);
        if has_begun {
            notify::status("the queue cannot be watched, and is tried again");
        }
        Ok(())
    }
}

/// Sleeps for so long, or until a signal comes.
fn sleep(time: Duration) {
    let mut left = time;
    loop {
        notify::alive();
        if left.is_zero() || !signals::none() || signals::asks_to_reopen() {
            return;
        }
        let step = STEP.min(left);
        std::thread::sleep(step);
        left -= step;
    }
}
