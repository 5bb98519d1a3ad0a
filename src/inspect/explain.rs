//! Why was this task taken, and what would be done to that one?

use std::collections::BTreeSet;

use rusqlite::Connection;

use super::answer::Answer;
use super::explained_threshold::ExplainedThreshold;
use super::explanation::{
    Change, ChangedRow, ExplainedRun, ExplainedSign, ExplainedTask, Explanation, Fits, HeldPlace,
    NamedWorker, ParkedTask, RowExplained,
};
use super::on_record::ReapOnRecord;
use super::seconds::seconds_since;
use super::source::Source;
use super::timeline::timeline;
use crate::error::SweepError;
use crate::options::SweepOptions;
use crate::store::{Inquiry, Opened, SqliteInquiry, StoreError, Untold};
use crate::sweep::clock;
use crate::zombie::{
    Evidence, Id, Notes, PastReap, Policy, Row, RowChange, RunRow, Standing, TaskInFull, Timestamp, Verdict,
    Weight, Whose, Zombie, is_zombie_at, rows, since_when, turning_points, weights,
};

/// At how many moments to come a task is looked at to see when it becomes a zombie.
const LOOKS: usize = 20;

/// How many reaps that are on record elsewhere are told of.
const REAPS: usize = 20;

/// Explains what a sweep with these options would find and do of one task, named by its id as it is shown, whether it runs
/// or not. The verdict is the sweep's own, and what a sweep would write is written by what writes it, to a copy of the rows
/// in memory. Nothing is written to the database.
///
/// When it was reaped is read from the queue's events; of a queue that has no table of them, `elsewhere` are the reaps that are
/// on record somewhere else, of whatever tasks. Where tasks are parked, what a sweep would do with this one is told as if most
/// of the running tasks were alive: a sweep in which more than half of them are due parks none.
///
/// # Errors
///
/// Those of a dry run, and [`StoreError::UnknownTask`] where no task has this id.
pub fn explain(
    conn: &Connection,
    opts: &SweepOptions,
    task: &str,
    elsewhere: Option<Vec<PastReap>>,
) -> Result<Explanation, SweepError> {
    if !conn.is_autocommit() {
        return Err(SweepError::TransactionOpen);
    }
    let opened = Opened::read(conn, opts, clock())?;
    explain_by(SqliteInquiry::begin(conn, &opened, opts)?, opts, task, elsewhere)
}

/// The same of any store.
fn explain_by(
    mut inquiry: impl Inquiry,
    opts: &SweepOptions,
    task: &str,
    elsewhere: Option<Vec<PastReap>>,
) -> Result<Explanation, SweepError> {
    let now = Timestamp::from(opts.now);
    let mut notes = Notes::default();
    let found = inquiry.tasks(task, &mut notes)?;
    if found.is_empty() {
        return Err(inquiry.unknown(task).into());
    }
    let (source, elsewhere) = match (inquiry.keeps_events(), elsewhere) {
        (true, _) => (Source::Events, Vec::new()),
        (false, Some(reaps)) => (Source::Ledger, reaps),
        (false, None) => (Source::Nowhere, Vec::new()),
    };
    let mut tasks = Vec::new();
    for mut found in found {
        if source == Source::Ledger {
            found.reaps = latest(&elsewhere, &found.suspect.id);
        }
        let mut explain = Explain {
            inquiry: &mut inquiry,
            policy: opts.policy_of(&found.suspect),
            opts,
            now,
            source,
            task: found,
        };
        tasks.push(explain.explained(&mut notes)?);
    }
    Ok(Explanation {
        asked: task.to_owned(),
        tasks,
        as_of: now.to_rfc3339(),
        project: opts.project.clone(),
        profile: opts.profile.name().to_owned(),
        stale_after_s: opts.policy.stale_after.as_secs_f64(),
        claim_grace_s: opts.policy.claim_grace().as_secs_f64(),
        settle_s: opts.policy.settle.as_secs_f64(),
        park_after: opts.park_after.map(std::num::NonZeroUsize::get),
        park_within_s: opts.park_within.as_secs_f64(),
        source,
        warnings: opts
            .learned
            .iter()
            .filter_map(|learned| learned.warning())
            .chain(notes.sentences(now))
            .collect(),
        version: env!("CARGO_PKG_VERSION"),
    })
}

/// The latest reaps of a task, the last one first.
fn latest(reaps: &[PastReap], task: &Id) -> Vec<PastReap> {
    let task = task.to_string();
    let mut found: Vec<_> = reaps
        .iter()
        .filter(|reap| reap.task_id.to_string() == task)
        .cloned()
        .collect();
    found.sort_by_key(|reap| std::cmp::Reverse(reap.at));
    found.truncate(REAPS);
    found
}

/// One task, as it is explained.
struct Explain<'e, I> {
    inquiry: &'e mut I,
    opts: &'e SweepOptions,
    /// For how long its silence is borne.
    policy: Policy,
    now: Timestamp,
    source: Source,
    task: TaskInFull,
}

impl<I: Inquiry> Explain<'_, I> {
    fn explained(&mut self, notes: &mut Notes) -> Result<ExplainedTask, StoreError> {
        let is_looked_at = self.task.standing == Standing::LookedAt;
        let weighed = is_looked_at.then(|| self.weighed());
        let verdict = weighed.as_ref().map(|(_, verdict)| verdict);
        let evidence = match verdict {
            Some(Verdict::Zombie(evidence)) => Some(evidence),
            _ => None,
        };
        let zombie_at = match (evidence, verdict) {
            (Some(evidence), _) => self.zombie_since(evidence),
            (None, Some(_)) => self.becomes_zombie()?,
            (None, None) => None,
        };
        let zombie = evidence.map(|evidence| self.zombie(evidence)).transpose()?;
        let (writes, writes_untold) = match &zombie {
            Some(zombie) => self.writes(zombie, notes)?,
            None => (Vec::new(), None),
        };
        let suspect = &self.task.suspect;
        Ok(ExplainedTask {
            task_id: suspect.id.clone(),
            status: suspect.status.as_ref().map(|held| held.value.clone()),
            standing: self.task.standing,
            threshold: self.threshold(),
            says: Answer {
                task: &self.task,
                opts: self.opts,
                source: self.source,
                verdict,
                zombie: zombie.as_ref(),
                zombie_at,
                now: self.now,
            }
            .says(),
            verdict: verdict.map(word),
            condition: evidence.map(|evidence| evidence.condition),
            reason: evidence.map(|evidence| evidence.reason.clone()),
            row: weighed.as_ref().map(|(row, _)| *row),
            rows: weighed
                .as_ref()
                .map_or_else(Vec::new, |weighed| self.rows(weighed)),
            zombie_at: zombie_at.map(Timestamp::to_rfc3339),
            zombie_in_s: zombie_at.map(|at| seconds_since(at, self.now)),
            would_be_parked: zombie.as_ref().is_some_and(|zombie| zombie.is_to_be_parked),
            repeat: zombie.as_ref().and_then(|zombie| zombie.repeat),
            parked: self.task.parking.map(|parking| ParkedTask {
                since: parking.since.map(Timestamp::to_rfc3339),
                reaps: parking.reaps,
            }),
            signs: self.signs(),
            runs: self.task.runs.iter().map(|run| self.run(run)).collect(),
            has_more_runs: self.task.has_more_runs,
            workers: self.workers(),
            workspaces: self.workspaces(),
            timeline: timeline(&self.task, self.source, zombie_at, self.now),
            reaps: self.reaps(),
            writes,
            writes_untold,
        })
    }

    /// What a sweep would say of it: who is plainly live is looked at no closer.
    fn weighed(&self) -> (Row, Verdict) {
        if self.task.is_plainly_live {
            return (Row::Live, Verdict::Healthy);
        }
        self.task.suspect.weigh(&self.policy, self.now)
    }

    /// For how long silence is borne, and why, where that is learned.
    fn threshold(&self) -> Option<ExplainedThreshold> {
        let labels = self.task.suspect.labels.as_deref()?;
        Some(ExplainedThreshold::new(
            self.opts.learned.as_deref()?,
            labels,
            &self.policy,
        ))
    }

    fn zombie_since(&self, evidence: &Evidence) -> Option<Timestamp> {
        let task = &self.task;
        since_when(
            &task.with_history(),
            &task.signs,
            evidence.sign_of_life,
            &self.policy,
            self.now,
        )
    }

    /// When a sweep would first call it a zombie. What is read now tells where to look, and each moment that it tells is then
    /// looked at as a sweep of that moment would.
    fn becomes_zombie(&mut self) -> Result<Option<Timestamp>, StoreError> {
        let (task, policy) = (&self.task, &self.policy);
        let key = &task.suspect.key;
        let believed = self.believed_at();
        let points: BTreeSet<_> = turning_points(&task.signs, policy)
            .into_iter()
            .chain(believed.iter().copied())
            .collect();
        let mut believed = believed.into_iter().peekable();
        let mut suspect = task.suspect.clone();
        let mut looks = 0;
        for point in points.into_iter().filter(|point| *point > self.now) {
            while let Some(at) = believed.next_if(|at| *at <= point) {
                if let Some((read_again, _)) = self.inquiry.at(key, at)? {
                    suspect = read_again;
                }
            }
            if !is_zombie_at(&suspect, policy, point) {
                continue;
            }
            if let Some((found, false)) = self.inquiry.at(key, point)?
                && is_zombie_at(&found, policy, point)
            {
                return Ok(Some(point));
            }
            looks += 1;
            if looks == LOOKS {
                break;
            }
        }
        Ok(None)
    }

    /// When signs that lie too far ahead to be believed now will be, in the order of time: those that are not asked for now
    /// too, as one that is believed may have others asked for.
    fn believed_at(&self) -> BTreeSet<Timestamp> {
        let ahead = self.task.signs.iter().filter(|sign| sign.is_ahead);
        let at = ahead.filter_map(|sign| sign.reading.at());
        // However long a silence is borne, what lies ahead is believed as it is of all.
        at.map(|at| at.minus(self.opts.policy.stale_after)).collect()
    }

    /// As a sweep would reap it.
    fn zombie(&self, evidence: &Evidence) -> Result<Zombie, StoreError> {
        let mut zombie = Zombie::new(self.task.suspect.clone(), evidence.clone());
        zombie.is_learned = self.opts.learned.is_some();
        zombie.workspaces = self
            .task
            .workspaces
            .iter()
            .map(|(_, held)| held.clone())
            .collect();
        let after = self.now.minus(self.opts.park_within);
        if self.opts.park_after.is_some()
            && evidence.is_silence
            && let Some(mut past) = self.inquiry.past(&zombie.suspect.id, after)?
        {
            past.see_own_end(&zombie.suspect.task);
            zombie.see_past(&past, after, self.opts.park_after);
        }
        Ok(zombie)
    }

    fn writes(
        &mut self,
        zombie: &Zombie,
        notes: &mut Notes,
    ) -> Result<(Vec<ChangedRow>, Option<String>), StoreError> {
        let changes = self.inquiry.changes(zombie, notes)?;
        Ok(match changes {
            Ok(rows) => (rows.into_iter().map(changed).collect(), None),
            Err(Untold::Unknown(why)) => (Vec::new(), Some(why.to_owned())),
            Err(Untold::Refused(refusal)) => {
                let why = format!("the queue would refuse it: {refusal}");
                (Vec::new(), Some(why))
            }
        })
    }

    fn rows(&self, (row, verdict): &(Row, Verdict)) -> Vec<RowExplained> {
        let task = &self.task;
        let said = rows(
            &task.suspect,
            &task.signs,
            (*row, verdict),
            &self.policy,
            self.now,
        );
        let said = said.into_iter().map(|said| RowExplained {
            row: said.row,
            what: said.row.what(),
            fits: match said.fits {
                Some(true) => Fits::Yes,
                Some(false) => Fits::No,
                None => Fits::NotAsked,
            },
            why: said.why,
        });
        said.collect()
    }

    /// Those of the task, of its workers, and of the runs that a verdict may ask.
    fn signs(&self) -> Vec<ExplainedSign> {
        let task = &self.task;
        let is_looked_at = task.standing == Standing::LookedAt;
        let suspect = &task.suspect;
        let asked: Vec<_> = suspect.active.own().into_iter().chain(&suspect.others).collect();
        let weights = weights(suspect, &task.signs, &self.policy, self.now);
        let signs = task
            .signs
            .iter()
            .zip(weights)
            .filter(|(sign, _)| match &sign.whose {
                Whose::Run { key, .. } => asked.iter().any(|row| row.key == *key),
                Whose::Task | Whose::Worker(_) => true,
            });
        let signs = signs.map(|(sign, weight)| {
            let at = sign.reading.at();
            let counts = matches!(weight, Weight::Newest | Weight::Counts);
            ExplainedSign {
                of: sign.whose.to_string(),
                part: sign.part,
                column: sign.column.to_string(),
                value: sign.value.clone(),
                read_as: at.map(Timestamp::to_rfc3339),
                age_s: at.map(|at| seconds_since(self.now, at)),
                counts: is_looked_at.then_some(counts),
                is_newest: is_looked_at && weight == Weight::Newest,
                why_not: match weight {
                    _ if !is_looked_at => None,
                    Weight::Not(why) => Some(why.into_owned()),
                    Weight::InTheWay if sign.is_ahead => {
                        Some("it lies further ahead of now than can be, and stands in the way".to_owned())
                    }
                    Weight::InTheWay => Some("it cannot be read, and stands in the way".to_owned()),
                    Weight::Newest | Weight::Counts => None,
                },
            }
        });
        signs.collect()
    }

    fn run(&self, row: &RunRow) -> ExplainedRun {
        let run = &row.run;
        let shown = |signs: &crate::zombie::Signs| signs.newest.map(|moment| moment.at.to_rfc3339());
        let active = self.task.suspect.active.own();
        ExplainedRun {
            run_id: run.id.clone(),
            status: row.status.clone(),
            is_active: active.is_some_and(|active| active.key == row.key),
            is_unfinished: run.is_unfinished(self.now),
            began: shown(run.start()),
            last_heartbeat: shown(&run.heartbeat),
            ended: shown(&run.ended),
            worker_id: run.worker.as_ref().map(|worker| worker.id.clone()),
            worker_is_gone: run.worker.as_ref().map(|worker| worker.is_gone),
        }
    }

    fn reaps(&self) -> Vec<ReapOnRecord> {
        let reaps = self.task.reaps.iter();
        reaps.map(|reap| ReapOnRecord::new(reap, self.now)).collect()
    }

    fn workers(&self) -> Vec<NamedWorker> {
        let mut workers: Vec<NamedWorker> = Vec::new();
        for worker in self.task.suspect.workers() {
            let named = NamedWorker {
                worker_id: worker.id.clone(),
                is_gone: worker.is_gone,
            };
            if !workers.contains(&named) {
                workers.push(named);
            }
        }
        workers
    }

    fn workspaces(&self) -> Vec<HeldPlace> {
        let held = self.task.workspaces.iter().map(|(name, held)| HeldPlace {
            workspace_id: name.clone(),
            task_id: held.task.clone(),
            run_id: held.run.clone(),
        });
        held.collect()
    }
}

fn word(verdict: &Verdict) -> &'static str {
    match verdict {
        Verdict::Healthy => "healthy",
        Verdict::Zombie(_) => "zombie",
        Verdict::Undecided(_) => "undecided",
    }
}

fn changed(row: RowChange) -> ChangedRow {
    let columns = row.columns.into_iter().map(|change| Change {
        column: change.column,
        before: change.before,
        after: change.after,
    });
    ChangedRow {
        table: row.table,
        id: row.id,
        is_new: row.is_new,
        columns: columns.collect(),
    }
}
