//! Turns rows into the facts that a verdict asks for.

use std::ops::Range;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rusqlite::Row;
use rusqlite::types::ValueRef;

use super::catalog::{ColumnInfo, RowIds};
use super::layout::{ACTIVE_RUN, ID, KEY, Place, RunLayout, STATUS, TASK, TaskLayout};
use super::others::Others;
use super::print::print;
use super::row::{is_blank, is_true, is_word, value, values};
use super::schema::{Recurring, Runs, Schema};
use super::signs::{Kind, Limits, Times};
use super::value::reading;
use super::workers::KnownWorkers;
use crate::zombie::{
    ActiveRun, Beats, Calendar, Held, Id, Labels, Moment, Notes, Reading, Run, RunRow, RunState, Suspect,
    Task, Timestamp, Worker, beat_of,
};

/// What is said of a run that has ended, where no status says how.
const ENDED: &str = "ended";

/// Reads rows of one queue, as of one moment.
pub(super) struct Facts<'s> {
    schema: &'s Schema,
    pub(super) calendar: Calendar,
    pub(super) tasks: TaskLayout,
    pub(super) runs: RunLayout,
    stale_after: Duration,
    /// From when on a sign of life is fresh.
    fresh: Timestamp,
    pub(super) limits: Limits,
    /// Where workers have rows of their own.
    pub(super) workers: Option<KnownWorkers>,
    /// The sweep's, by which looks are timed.
    pub(super) stopwatch: Instant,
}

impl<'s> Facts<'s> {
    pub(super) fn new(schema: &'s Schema, now: Timestamp, stale_after: Duration, stopwatch: Instant) -> Self {
        Self {
            schema,
            calendar: Calendar::new(now, schema.time_zone),
            tasks: TaskLayout::new(&schema.tasks),
            runs: schema
                .runs
                .as_ref()
                .map_or_else(RunLayout::default, RunLayout::new),
            workers: None,
            stale_after,
            fresh: now.minus(stale_after),
            limits: Limits::at(now, stale_after),
            stopwatch,
        }
    }

    /// So much time has gone by since *now*.
    pub(super) fn let_pass(&mut self, elapsed: Duration) {
        self.limits = Limits::at(self.calendar.now().plus(elapsed), self.stale_after);
    }

    /// Whether a task is live by a heartbeat alone, that of its active run beside it or its own where it is a run itself, so
    /// that nothing else of it has to be read: most rows of a healthy queue. Returns that heartbeat.
    pub(super) fn is_plainly_live(
        &self,
        row: &Row<'_>,
        notes: &mut Notes,
    ) -> rusqlite::Result<Option<Timestamp>> {
        let (first, layout, heartbeat, starts) = match &self.schema.runs {
            None => {
                let starts = self.tasks.started.clone().chain(0..0);
                (0, &self.tasks.places, &self.tasks.heartbeat, starts)
            }
            Some(runs) => {
                let first = self.tasks.places.len();
                let is_its_own = row.get_ref(ID)? == row.get_ref(first + TASK)?
                    && self.is_plainly_running(runs, row, first)?;
                if !is_its_own || is_blank(row.get_ref(ACTIVE_RUN)?) {
                    return Ok(None);
                }
                let starts = self.runs.started.clone().chain(self.runs.created.clone());
                (first, &self.runs.places, &self.runs.heartbeat, starts)
            }
        };
        let starts = starts.map(|place| first + place);
        let latest = self.limits.ahead.min(self.limits.signs);
        let columns = layout.get(heartbeat.clone()).unwrap_or_default();
        for (place, column) in heartbeat.clone().zip(columns) {
            if let Reading::At(beat) = reading(row.get_ref(first + place)?, &self.calendar)
                && (self.fresh..=latest).contains(&beat.at)
                && !(self.may_have_a_lease(row)? && self.has_begun_since(row, starts.clone(), beat)?)
            {
                notes.see_sign(beat);
                notes.see_heartbeat(&column.full_name, beat);
                return Ok(Some(beat.at));
            }
        }
        Ok(None)
    }

    /// Takes in the beat of a task that is plainly live, where its run is one of those that are followed.
    pub(super) fn follow(&self, row: &Row<'_>, labels: &Labels, beats: &mut Beats) -> rusqlite::Result<()> {
        let of_task = self.tasks.places.len();
        let id = match &self.schema.runs {
            None => self.task_id(row.get_ref(ID)?),
            Some(runs) => id(&runs.id, row.get_ref(of_task + ID)?),
        };
        if !beats.wants(&id) {
            return Ok(());
        }
        // What is odd about it was noted as far as it was looked at.
        let mut notes = Notes::default();
        let task = self.task(&values(row, 0, of_task)?, &mut notes);
        let run = match &self.schema.runs {
            None => ActiveRun::Itself,
            Some(_) => ActiveRun::Own(self.run(&values(row, of_task, self.runs.places.len())?, &mut notes)),
        };
        let run = run.as_ref().map(|row| &row.run);
        if let Some(beat) = beat_of(&id, &task, &run, labels, self.calendar.now()) {
            beats.add(beat);
        }
        Ok(())
    }

    /// Whether there may be a lease, which alone decides where nobody has beaten since the start.
    fn may_have_a_lease(&self, row: &Row<'_>) -> rusqlite::Result<bool> {
        let first_of_run = self.tasks.places.len();
        let of_run = self.runs.lease.places().map(|place| first_of_run + place);
        for place in self.tasks.lease.places().chain(of_run) {
            if !is_blank(row.get_ref(place)?) {
                return Ok(true);
            }
        }
        let workers = self.schema.workers.as_ref();
        Ok(workers.is_some_and(|workers| workers.lease.columns().next().is_some()))
    }

    /// Whether one of these starts came after a heartbeat.
    fn has_begun_since(
        &self,
        row: &Row<'_>,
        starts: impl Iterator<Item = usize>,
        beat: Moment,
    ) -> rusqlite::Result<bool> {
        for place in starts {
            if matches!(reading(row.get_ref(place)?, &self.calendar), Reading::At(start) if beat.is_before(start))
            {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Whether the run that stands from `first` on is unfinished beyond doubt.
    fn is_plainly_running(&self, runs: &Runs, row: &Row<'_>, first: usize) -> rusqlite::Result<bool> {
        Ok(match self.runs.running.clone().next() {
            Some(place) => is_true(row.get_ref(first + place)?),
            None => is_running_word(runs, row.get_ref(first + STATUS)?),
        })
    }

    /// What reads columns of times.
    pub(super) fn times(&self) -> Times<'_> {
        Times {
            calendar: &self.calendar,
            limits: &self.limits,
        }
    }

    pub(super) fn task(&self, row: &[ValueRef<'_>], notes: &mut Notes) -> Task {
        let (layout, times) = (&self.tasks, self.times());
        let lease = times.leases(row, &layout.lease, &layout.places, notes);
        let mut signs = |range: &Range<usize>, kind| times.signs(row, range, &layout.places, kind, notes);
        Task {
            heartbeat: signs(&layout.heartbeat, Kind::Heartbeat),
            started: signs(&layout.started, Kind::Sign),
            updated: signs(&layout.updated, Kind::Sign),
            ended: signs(&layout.ended, Kind::End),
            lease,
            worker: self.worker(row, &layout.worker),
            latest_run: None,
            is_double: false,
        }
    }

    pub(super) fn run(&self, row: &[ValueRef<'_>], notes: &mut Notes) -> RunRow {
        let (layout, times) = (&self.runs, self.times());
        let status = value(row, STATUS);
        let id = match &self.schema.runs {
            Some(runs) => id(&runs.id, value(row, ID)),
            None => value(row, ID).into(),
        };
        let state = self.state(row);
        if let RunState::Unknown(word) = &state {
            notes.see_unknown_status(word, || id.to_string());
        }
        let key = Id::from(value(row, KEY));
        let row_ids = self.schema.runs.as_ref().map(|runs| runs.table.row_ids());
        let place = match (row_ids, &key) {
            (Some(RowIds::Ascending | RowIds::Assigned), Id::Integer(place)) => Some(*place),
            _ => None,
        };
        let lease = times.leases(row, &layout.lease, &layout.places, notes);
        let ended = layout.ended.clone().next();
        let mut signs = |range: &Range<usize>, kind| times.signs(row, range, &layout.places, kind, notes);
        let run = Run {
            state,
            place,
            heartbeat: signs(&layout.heartbeat, Kind::Heartbeat),
            started: signs(&layout.started, Kind::Sign),
            created: signs(&layout.created, Kind::Sign),
            ended: signs(&layout.ended, Kind::End),
            lease,
            worker: self.worker(row, &layout.worker),
            id,
        };
        if let (Some(runs), RunState::Running, Some(_)) = (&self.schema.runs, &run.state, &run.ended.newest)
            && runs.running_where.is_some()
        {
            notes.see_ended(&runs.table.name, || run.id.to_string());
        }
        RunRow {
            key,
            status: status.into(),
            ended: ended.map_or(Id::Null, |place| value(row, place).into()),
            changed: held(row, &layout.changed, &layout.places).collect(),
            print: print(row),
            run,
        }
    }

    /// A task that is not plainly live, with its runs.
    pub(super) fn suspect(
        &self,
        row: &[ValueRef<'_>],
        task: Task,
        active: ActiveRun<RunRow>,
        others: Others,
    ) -> Suspect {
        let layout = &self.tasks;
        let get = |place: usize| Id::from(value(row, place));
        let times = [&layout.updated, &layout.next_eligible, &layout.stamp];
        Suspect {
            key: get(KEY),
            id: self.task_id(value(row, ID)),
            status: layout.status.as_ref().map(|column| Held {
                column: Arc::clone(column),
                value: get(STATUS),
            }),
            active_run_id: get(ACTIVE_RUN),
            is_recurring: self.is_recurring(row),
            times: times
                .into_iter()
                .flat_map(|range| held(row, range, &layout.places))
                .collect(),
            due: (!layout.next_eligible.is_empty()).then_some(layout.updated.len()),
            changed: held(row, &layout.changed, &layout.places).collect(),
            print: print(row),
            held: held(row, &layout.held, &layout.places)
                .filter(|held| !held.value.is_blank())
                .collect(),
            task,
            active,
            others: others.rows,
            others_print: others.print,
            labels: None,
        }
    }

    /// What the status of a run says, or the condition that tells instead.
    pub(super) fn state(&self, row: &[ValueRef<'_>]) -> RunState {
        let status = value(row, STATUS);
        let word_or = |none: &str| {
            let status = Id::from(status);
            if status.is_blank() {
                none.into()
            } else {
                status.to_string().into()
            }
        };
        if let Some(place) = self.runs.running.clone().next() {
            return match value(row, place) {
                ValueRef::Null => RunState::Unknown(word_or("null")),
                running if is_true(running) => RunState::Running,
                _ => RunState::Finished(word_or(ENDED)),
            };
        }
        let Some(runs) = &self.schema.runs else {
            return RunState::Unknown(word_or("null"));
        };
        if is_running_word(runs, status) {
            return RunState::Running;
        }
        let finished = runs.finished.iter().find(|word| is_word(status, word));
        finished.map_or_else(
            || RunState::Unknown(word_or("null")),
            |word| RunState::Finished(Arc::clone(word)),
        )
    }

    /// The id of a task.
    pub(super) fn task_id(&self, value: ValueRef<'_>) -> Id {
        id(&self.schema.tasks.id, value)
    }

    /// What ids of tasks are compared by.
    pub(super) fn task_value(&self, id: &Id) -> Id {
        match &self.schema.runs {
            Some(runs) => compared(&self.schema.tasks.id, &runs.task, id),
            None => id.clone(),
        }
    }

    /// What ids of runs are compared by.
    pub(super) fn run_value(&self, id: &Id) -> Id {
        match (&self.schema.runs, &self.schema.tasks.active_run) {
            (Some(runs), Some(active_run)) => compared(&runs.id, active_run, id),
            _ => id.clone(),
        }
    }

    /// Whether the ids of a task and of a run's task are the same.
    pub(super) fn is_same_task(&self, task: &Id, of_run: &Id) -> bool {
        task == of_run || self.task_value(task) == self.task_value(of_run)
    }

    fn is_recurring(&self, row: &[ValueRef<'_>]) -> bool {
        let Some(place) = self.tasks.recurring.clone().next() else {
            return false;
        };
        match &self.schema.tasks.recurring {
            Recurring::Never => false,
            Recurring::Kind(_, word) => is_word(value(row, place), word),
            Recurring::Flag(_) => is_true(value(row, place)),
        }
    }

    /// The worker that a row names.
    fn worker(&self, row: &[ValueRef<'_>], worker: &Range<usize>) -> Option<Arc<Worker>> {
        let place = worker.clone().next()?;
        self.workers.as_ref()?.named(value(row, place))
    }
}

/// An id as it was read from its column, or from several together.
fn id(column: &ColumnInfo, value: ValueRef<'_>) -> Id {
    match Id::from(value) {
        Id::Text(json) if !column.parts.is_empty() => match Id::Several(json) {
            // A part of it is no value, so that it addresses nothing.
            id if id.is_blank() => Id::Null,
            id => id,
        },
        id => id,
    }
}

/// What ids are compared by that stand in these two columns.
fn compared(column: &ColumnInfo, other: &ColumnInfo, id: &Id) -> Id {
    match column.affinity().compared(other.affinity(), id) {
        // Rather too often the same than a run that is at work not seen.
        Id::Text(text) if column.folds || other.folds => {
            Id::Text(text.trim_ascii_end().to_ascii_lowercase().as_slice().into())
        }
        id => id,
    }
}

fn held<'r>(
    row: &'r [ValueRef<'_>],
    range: &Range<usize>,
    places: &'r [Place],
) -> impl Iterator<Item = Held> + 'r {
    let columns = places.get(range.clone()).unwrap_or_default();
    range.clone().zip(columns).map(|(place, column)| Held {
        column: Arc::clone(&column.name),
        value: value(row, place).into(),
    })
}

fn is_running_word(runs: &Runs, status: ValueRef<'_>) -> bool {
    runs.running.iter().any(|word| is_word(status, word))
}
