//! What a process that stays was given by its operator, and the verbs as its surfaces ask them: nothing in a request widens it.

use std::path::Path;
use std::sync::Mutex;
use std::time::Duration;

use zombie_sweeper::inspect::{Explanation, History, HistoryOptions, Outcomes, OutcomesOptions};
use zombie_sweeper::report::UnparkReport;
use zombie_sweeper::store::{Schema, StoreError};
use zombie_sweeper::{Planned, SweepError, SweepOptions, SweepReport};

use super::doctor::Diagnosed;
use super::lately::Lately;
use super::patience::Patience;
use super::schema::Understood;
use super::scope::{OutOfScope, Scope};
use super::site::{Site, Sweeps};
use super::{ledger, monitor};
use crate::surface::called_off::CalledOff;
use crate::surface::exit::Exit;
use crate::surface::{failure, wait, wall_clock};

/// How many of the living are listed, the longest silent first.
const LIVING: usize = 10_000;

/// On how many zombies the evidence is listed: with it, each takes ten times the memory.
const EVIDENCE: usize = 1_000;

/// Why nothing, or not everything, was reaped.
#[derive(Debug)]
pub(crate) enum SweepRefused {
    /// Another one is at work.
    Busy,
    /// The operator allows none.
    ReadOnly,
    Failed(anyhow::Error),
    /// What the report says was committed.
    Partial {
        report: Box<SweepReport>,
        error: anyhow::Error,
    },
}

/// Which reaps a history is of.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct HistoryAsked {
    pub(crate) since: Option<Duration>,
    pub(crate) task: Option<String>,
    pub(crate) project: Option<String>,
    pub(crate) reason: Option<String>,
    pub(crate) limit: Option<std::num::NonZeroUsize>,
}

/// Which reaps outcomes are of.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct OutcomesAsked {
    pub(crate) since: Option<Duration>,
    pub(crate) horizon: Option<Duration>,
    pub(crate) project: Option<String>,
    pub(crate) reason: Option<String>,
    pub(crate) suggest: bool,
}

/// What the operator gave.
pub(crate) struct Given {
    pub(crate) site: Site,
    pub(crate) patience: Patience,
    /// Those of a sweep.
    pub(crate) options: SweepOptions,
    /// For how long silence is borne where nothing is learned, where somebody has said so.
    pub(crate) stale_after: Option<Duration>,
    /// The project that all is narrowed to.
    pub(crate) project: Option<String>,
    pub(crate) is_read_only: bool,
    /// Who hears of each sweep, beside whoever asked for it.
    pub(crate) hear: Option<Hear>,
}

/// Hears of a sweep that came to an end, be it early.
pub(crate) type Hear = Box<dyn Fn(&SweepReport) + Send + Sync>;

/// Where the surfaces of a process that stays ask. Its verbs block.
pub(crate) struct Desk {
    given: Given,
    at_work: Mutex<()>,
    reaped: Lately,
}

impl Desk {
    pub(crate) fn new(given: Given) -> Self {
        Self {
            given,
            at_work: Mutex::new(()),
            reaped: Lately::default(),
        }
    }

    pub(crate) fn database(&self) -> &Path {
        &self.given.site.db
    }

    pub(crate) fn site(&self) -> &Site {
        &self.given.site
    }

    /// The project that all is narrowed to, where the operator named one.
    pub(crate) fn project(&self) -> Option<&str> {
        self.given.project.as_deref()
    }

    /// Whether the operator allows no write.
    pub(crate) fn is_read_only(&self) -> bool {
        self.given.is_read_only
    }

    /// A dry run of now, and the exact list of what it would reap.
    pub(crate) fn plan(&self, scope: &Scope) -> anyhow::Result<(SweepReport, Planned)> {
        // Before the look: what comes to stand there meanwhile is not what the plan is of.
        let file = self.given.site.which_file()?;
        let (site, patience, options) = (&self.given.site, self.given.patience, self.dry(scope)?);
        let report = if self.given.is_read_only {
            super::plan::look(site, patience, &options)?
        } else {
            super::plan::look_to_sweep(site, patience, &options)?
        };
        let (report, planned) = report.into_planned();
        Ok((report, planned.of_file(file)))
    }

    /// Fails where no sweep could look at the queue as the operator asked for it.
    pub(crate) fn check(&self) -> anyhow::Result<()> {
        let options = self.dry(&Scope::default())?;
        super::plan::look(&self.given.site, self.given.patience, &options).map(drop)
    }

    /// A dry run of now, with the living that are silent for longest.
    pub(crate) fn look(&self, scope: &Scope) -> anyhow::Result<SweepReport> {
        let options = self.dry(scope)?.living(LIVING);
        let report = super::plan::look(&self.given.site, self.given.patience, &options)?;
        Ok(report.into_planned().0)
    }

    /// Sweeps; of a plan nothing but what it lists, where it is a zombie still for the same reason with the same run.
    pub(crate) fn sweep(&self, scope: &Scope, planned: Option<Planned>) -> Result<SweepReport, SweepRefused> {
        self.sweep_unless(&CalledOff::by(|| false), scope, planned)
    }

    /// The same, unless it is called off: nothing is committed from then on.
    pub(crate) fn sweep_unless(
        &self,
        called_off: &CalledOff,
        scope: &Scope,
        planned: Option<Planned>,
    ) -> Result<SweepReport, SweepRefused> {
        if self.given.is_read_only {
            return Err(SweepRefused::ReadOnly);
        }
        let Ok(_at_work) = self.at_work.try_lock() else {
            return Err(SweepRefused::Busy);
        };
        let _heeding = called_off.heed();
        if called_off.is_so() {
            return Err(SweepRefused::Failed(SweepError::Interrupted.into()));
        }
        let options = self.options(scope).map_err(SweepRefused::Failed)?;
        let mut options = options.waiting(|time| wait::wait(time, None));
        let is_narrowed = !scope.tasks.is_empty() || planned.is_some();
        if let Some(planned) = planned {
            options = options.planned(planned);
        }
        let began = options.now();
        let project = self.project_of(scope.project.as_deref());
        let project = project.map_err(SweepRefused::Failed)?;
        let sweeps = Sweeps {
            project: project.as_deref(),
            is_narrowed,
            is_dry: false,
        };
        let swept = super::sweep(&self.given.site, self.given.patience, &options);
        let has_written = matches!(&swept, Ok((report, _)) if report.transactions > 0);
        match swept {
            // Who calls it off has not had the queue swept: that is no failure of it.
            Err(_) | Ok((_, Some(_))) if !has_written && called_off.is_so() => {
                Err(SweepRefused::Failed(SweepError::Interrupted.into()))
            }
            Err(error) => {
                ledger::remember_failure(&self.given.site, sweeps, &error, began);
                // Who asks for what is not there has not had the queue swept: that is no failure of it.
                if failure::exit(&error) != Exit::Usage {
                    monitor::tell(&self.given.site, sweeps, began, Err(&error), None);
                }
                Err(SweepRefused::Failed(error))
            }
            Ok((mut report, failed)) => {
                self.reaped.see(report.reaps.len());
                ledger::remember(&self.given.site, sweeps, &mut report, began);
                let failed = failed.map(anyhow::Error::from);
                let ended = failed.as_ref().map_or(Ok(outcome(&report)), Err);
                monitor::tell(&self.given.site, sweeps, began, ended, Some(&report));
                if let Some(hear) = &self.given.hear {
                    hear(&report);
                }
                match failed {
                    Some(error) => Err(SweepRefused::Partial {
                        report: Box::new(report),
                        error,
                    }),
                    None => Ok(report),
                }
            }
        }
    }

    pub(crate) fn explain(&self, task: &str, project: Option<&str>) -> anyhow::Result<Explanation> {
        let scope = Scope {
            project: project.map(str::to_owned),
            tasks: Vec::new(),
        };
        super::explain(
            &self.given.site,
            self.given.patience,
            &self.options(&scope)?,
            task,
        )
    }

    pub(crate) fn history(&self, asked: &HistoryAsked) -> anyhow::Result<History> {
        let mut options = HistoryOptions::at(wall_clock::now());
        if let Some(since) = asked.since {
            options = options.since(since);
        }
        if let Some(task) = &asked.task {
            options = options.task(task);
        }
        if let Some(project) = self.project_of(asked.project.as_deref())? {
            options = options.project(project);
        }
        if let Some(reason) = &asked.reason {
            options = options.reason(reason);
        }
        if let Some(limit) = asked.limit {
            options = options.limit(limit);
        }
        super::history(&self.given.site, &options, asked.task.as_deref())
    }

    pub(crate) fn outcomes(&self, asked: &OutcomesAsked) -> anyhow::Result<Outcomes> {
        let mut options = OutcomesOptions::at(wall_clock::now());
        if let Some(since) = asked.since {
            options = options.since(since);
        }
        if let Some(horizon) = asked.horizon {
            options = options.horizon(horizon);
        }
        if let Some(project) = self.project_of(asked.project.as_deref())? {
            options = options.project(project);
        }
        if let Some(reason) = &asked.reason {
            options = options.reason(reason);
        }
        if let Some(stale_after) = self.given.stale_after {
            options = options.stale_after(stale_after);
        }
        super::outcomes(&self.given.site, options, asked.suggest)
    }

    /// Never with a trial: that writes.
    pub(crate) fn doctor(&self) -> anyhow::Result<Diagnosed> {
        let options = self.options(&Scope::default())?;
        super::doctor(&self.given.site, self.given.patience, options, false)
    }

    pub(crate) fn schema(&self) -> anyhow::Result<Understood> {
        super::schema(&self.given.site, wall_clock::now())
    }

    pub(crate) fn unpark(&self, task: &str) -> anyhow::Result<UnparkReport> {
        super::unpark(&self.given.site, &self.options(&Scope::default())?, task)
    }

    /// Whether both are names of one project, such as its name and its id: the queue says so.
    fn is_same_project(&self, one: &str, other: &str) -> anyhow::Result<bool> {
        let site = &self.given.site;
        let asked = super::profile::asked(site.profile.as_deref())?;
        let found = site.look(asked.as_ref(), |conn, profile| {
            let schema = Schema::read(conn, profile)?;
            Ok(schema
                .is_same_project(conn, one, other)
                .map_err(StoreError::from)?)
        });
        Ok(found?.0)
    }

    /// The project that a request is for: the operator's, where there is one.
    pub(crate) fn project_of(&self, asked: Option<&str>) -> anyhow::Result<Option<String>> {
        match (&self.given.project, asked) {
            (Some(given), Some(asked)) if given != asked && !self.is_same_project(given, asked)? => {
                Err(OutOfScope::new(given, asked).into())
            }
            (given, asked) => Ok(given.clone().or_else(|| asked.map(str::to_owned))),
        }
    }

    fn dry(&self, scope: &Scope) -> anyhow::Result<SweepOptions> {
        Ok(self
            .options(scope)?
            .dry_run(true)
            .remember(false)
            .evidence_on(EVIDENCE)
            .confirm(Duration::ZERO))
    }

    /// Those of a sweep of now.
    fn options(&self, scope: &Scope) -> anyhow::Result<SweepOptions> {
        let options = self.given.options.clone().moved_to(wall_clock::now());
        let mut options = options
            .suspended(wait::suspended())
            .reaped_lately(self.reaped.count());
        if let Some(watching) = &self.given.site.watching {
            options = options.looked_since(watching.looked_since());
        }
        if let Some(project) = self.project_of(scope.project.as_deref())? {
            // To whom one project is shown, nothing is told of others.
            options = options.project(project).confined(self.given.project.is_some());
        }
        for task in &scope.tasks {
            options = options.task(task);
        }
        Ok(options)
    }
}

/// What a sweep that came to its end comes to.
fn outcome(report: &SweepReport) -> Exit {
    match report.failed.len() {
        0 if report.held_back.is_some() => Exit::ZombiesFound,
        0 => Exit::Swept,
        _ => Exit::Failure,
    }
}
