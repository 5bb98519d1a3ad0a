//! What a process that stays was given by its operator, and the verbs as its surfaces ask them: nothing in a request widens it.

use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use zombie_sweeper::inspect::{Explanation, History, Outcomes};
use zombie_sweeper::report::UnparkReport;
use zombie_sweeper::store::{Schema, StoreError};
use zombie_sweeper::{SweepError, SweepOptions, SweepReport};

use super::doctor::Diagnosed;
use super::lately::Lately;
use super::patience::Patience;
use super::planned::{Planned, PlannedByAnother};
use super::questions::{HistoryAsked, OutcomesAsked, SweepRefused};
use super::schema::Understood;
use super::scope::{OutOfScope, ProjectGone, Scope};
use super::site::{Site, Sweeps};
use super::trouble::Trouble;
use super::{ledger, monitor};
use crate::surface::called_off::CalledOff;
use crate::surface::exit::Exit;
use crate::surface::{failure, wait, wall_clock};

/// How many of the living are listed, the longest silent first.
const LIVING: usize = 10_000;

/// On how many zombies the evidence is listed: with it, each takes ten times the memory.
const EVIDENCE: usize = 1_000;

/// What the operator gave.
pub(crate) struct Given {
    pub(crate) site: Site,
    pub(crate) patience: Patience,
    /// Those of a sweep.
    pub(crate) options: SweepOptions,
    /// How long after the first look a sweep looks again at what is silent.
    pub(crate) confirm: Duration,
    /// For how long silence is borne where nothing is learned, where somebody has said so.
    pub(crate) stale_after: Option<Duration>,
    /// The project that all is narrowed to.
    pub(crate) project: Option<String>,
    pub(crate) is_read_only: bool,
    /// Whether this process also sweeps without being asked.
    pub(crate) is_watched: bool,
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
    trouble: Trouble,
}

impl Desk {
    pub(crate) fn new(given: Given) -> Self {
        Self {
            given,
            at_work: Mutex::new(()),
            reaped: Lately::default(),
            trouble: Trouble::default(),
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

    /// Whether this process also sweeps without being asked.
    pub(crate) fn is_watched(&self) -> bool {
        self.given.is_watched
    }

    /// A dry run of now, and the exact list of what it would reap.
    pub(crate) fn plan(&self, scope: &Scope) -> anyhow::Result<(SweepReport, Planned)> {
        self.heard("plan", || {
            // Before the look: what comes to stand there meanwhile is not what the plan is of.
            let site = self.given.site.pinned()?;
            let file = site.which_file()?;
            let (patience, options) = (self.given.patience, self.dry(scope)?);
            let report = if self.given.is_read_only {
                super::plan::look(&site, patience, &options)?
            } else {
                super::plan::look_to_sweep(&site, patience, &options)?
            };
            let (report, planned) = self.as_swept(report).into_planned();
            Ok((report, Planned::new(planned.of_file(file), site.profile.get()?)))
        })
    }

    /// Fails where no sweep could look at the queue as the operator asked for it.
    pub(crate) fn check(&self) -> anyhow::Result<()> {
        let options = self.dry(&Scope::default())?;
        super::plan::look(&self.given.site, self.given.patience, &options).map(drop)
    }

    /// Looks once, before anybody asks. What may pass is logged, and is no reason not to begin; what takes the operator to mend is.
    pub(crate) fn begin(&self) -> anyhow::Result<()> {
        let looked = self.check();
        if let Err(error) = &looked
            && !may_pass(error)
        {
            return looked;
        }
        self.hear("plan", looked.as_ref());
        Ok(())
    }

    /// A dry run of now, with the living that are silent for longest.
    pub(crate) fn look(&self, scope: &Scope) -> anyhow::Result<SweepReport> {
        self.heard("plan", || {
            let options = self.dry(scope)?.living(LIVING);
            let report = super::plan::look(&self.given.site, self.given.patience, &options)?;
            Ok(self.as_swept(report).into_planned().0)
        })
    }

    /// A look waits for no second one: it says how the sweep would have it that may follow, as the command line does.
    fn as_swept(&self, mut look: SweepReport) -> SweepReport {
        look.confirm_s = self.given.confirm.as_secs_f64();
        look
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
        let site = self.given.site.pinned().map_err(SweepRefused::Failed)?;
        let asked = site.profile.get().map_err(SweepRefused::Failed)?;
        // Who asks for another profile does not want what one before has begun.
        let (in_force, pinned) = (Arc::clone(&self.given.site.profile), asked.clone());
        let is_another = move || !in_force.is(pinned.as_ref());
        let _heeding = called_off.or(is_another.clone()).heed();
        if called_off.is_so() {
            return Err(SweepRefused::Failed(SweepError::Interrupted.into()));
        }
        let options = self.options(scope).map_err(SweepRefused::Failed)?;
        let mut options = options.waiting(|time| wait::wait(time, None));
        let is_narrowed = !scope.tasks.is_empty() || planned.is_some();
        if let Some(planned) = planned {
            let planned = planned.by(asked.as_ref());
            options = options.planned(planned.map_err(|why| SweepRefused::Failed(why.into()))?);
        }
        let began = options.now();
        let project = self.project_of(scope.project.as_deref());
        let project = project.map_err(SweepRefused::Failed)?;
        let sweeps = Sweeps {
            project: project.as_deref(),
            is_narrowed,
            is_dry: false,
        };
        // A sweep of a part says nothing of the queue, and takes the place of none that does.
        let monitored = Sweeps {
            is_narrowed: is_narrowed || sweeps.project != self.project(),
            ..sweeps
        };
        let swept = super::sweep(&site, self.given.patience, &options);
        let has_written = matches!(&swept, Ok((report, _)) if report.transactions > 0);
        match swept {
            // Who calls it off has not had the queue swept: that is no failure of it.
            Err(_) | Ok((_, Some(_))) if !has_written && called_off.is_so() => {
                Err(SweepRefused::Failed(SweepError::Interrupted.into()))
            }
            Err(_) | Ok((_, Some(_))) if !has_written && is_another() => {
                Err(SweepRefused::Failed(PlannedByAnother.into()))
            }
            Err(error) => {
                self.hear::<SweepReport>("sweep", Err(&error));
                ledger::remember_failure(&site, sweeps, &error, began);
                // Who asks for what is not there has not had the queue swept: that is no failure of it.
                if failure::exit(&error) != Exit::Usage {
                    monitor::tell(&site, monitored, began, Err(&error), None);
                }
                Err(SweepRefused::Failed(self.confined(error)))
            }
            Ok((mut report, failed)) => {
                self.reaped.see(report.reaps.len());
                ledger::remember(&site, sweeps, &mut report, began);
                let failed = failed.map(anyhow::Error::from);
                self.hear("sweep", failed.as_ref().map_or(Ok(&report), Err));
                let ended = failed.as_ref().map_or(Ok(outcome(&report)), Err);
                monitor::tell(&site, monitored, began, ended, Some(&report));
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
        self.heard("explain", || {
            let options = self.options(&scope)?;
            super::explain(&self.given.site, self.given.patience, &options, task)
        })
    }

    pub(crate) fn history(&self, asked: &HistoryAsked) -> anyhow::Result<History> {
        self.heard("history", || {
            let project = self.project_of(asked.project.as_deref())?;
            let options = asked.options(wall_clock::now(), project);
            super::history(&self.given.site, &options, asked.task.as_deref())
        })
    }

    pub(crate) fn outcomes(&self, asked: &OutcomesAsked) -> anyhow::Result<Outcomes> {
        self.heard("outcomes", || {
            let project = self.project_of(asked.project.as_deref())?;
            let options = asked.options(wall_clock::now(), project, self.given.stale_after);
            super::outcomes(&self.given.site, options, asked.suggest)
        })
    }

    /// Never with a trial: that writes.
    pub(crate) fn doctor(&self) -> anyhow::Result<Diagnosed> {
        self.heard("doctor", || {
            let options = self.options(&Scope::default())?;
            super::doctor(&self.given.site, self.given.patience, options, false)
        })
    }

    pub(crate) fn schema(&self) -> anyhow::Result<Understood> {
        self.heard("schema", || super::schema(&self.given.site, wall_clock::now()))
    }

    pub(crate) fn unpark(&self, task: &str) -> anyhow::Result<UnparkReport> {
        self.heard("unpark", || {
            super::unpark(&self.given.site, &self.options(&Scope::default())?, task)
        })
    }

    /// The answer to a verb, of which the log hears.
    fn heard<T>(&self, verb: &'static str, answer: impl FnOnce() -> anyhow::Result<T>) -> anyhow::Result<T> {
        let answer = answer();
        self.hear(verb, answer.as_ref());
        answer.map_err(|error| self.confined(error))
    }

    /// The same failure, as whoever is shown one project may be told of it: that it is gone, and not which others there are.
    fn confined(&self, error: anyhow::Error) -> anyhow::Error {
        match &self.given.project {
            Some(given) if failure::is_unknown_project(&error) => ProjectGone::new(given).into(),
            _ => error,
        }
    }

    /// A watch says by itself when its queue cannot be read.
    fn hear<T>(&self, verb: &'static str, ended: Result<&T, &anyhow::Error>) {
        if !self.given.is_watched {
            self.trouble.hear(verb, ended);
        }
    }

    /// Whether both are names of one project, such as its name and its id: the queue says so.
    fn is_same_project(&self, one: &str, other: &str) -> anyhow::Result<bool> {
        let site = &self.given.site;
        let asked = site.profile.get()?;
        let found = site.look(asked.as_deref(), |conn, profile| {
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

/// Whether it may be well again without anybody having started this anew: a folder that is not mounted yet, a lock. A signal ends it anyway.
fn may_pass(error: &anyhow::Error) -> bool {
    matches!(
        failure::exit(error),
        Exit::Busy | Exit::Io | Exit::NoInput | Exit::NoPermission | Exit::Interrupted | Exit::Terminated
    )
}

/// What a sweep that came to its end comes to.
fn outcome(report: &SweepReport) -> Exit {
    match report.failed.len() {
        0 if report.held_back.is_some() => Exit::ZombiesFound,
        0 => Exit::Swept,
        _ => Exit::Failure,
    }
}
