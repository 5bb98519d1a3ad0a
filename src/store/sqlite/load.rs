use std::collections::HashSet;
use std::time::{Duration, Instant};

use rusqlite::types::ValueRef;
use rusqlite::{Connection, Row};

use super::catalog::Affinity;
use super::facts::Facts;
use super::labels::LabelReader;
use super::layout::{ACTIVE_RUN, ID, KEY, TASK};
use super::meeting::Meeting;
use super::others::Others;
use super::query_plan::{create_index, rows_in_vain};
use super::row::{is_blank, value, values};
use super::runs::Runs;
use super::schema::Schema;
use super::statements::{self, Which};
use super::visitor::Visitor;
use super::workers::KnownWorkers;
use crate::store::contract::Scan;
use crate::zombie::{
    ActiveRun, Beat, Id, Labels, Notes, Policy, RunRow, Suspect, Timestamp, age, beat_of, due_of_live,
    is_live, last_sign_of_run, silent_from,
};

/// Reads the running tasks and hands over those whose active run is not plainly live.
pub(super) struct Loader<'c> {
    conn: &'c Connection,
    schema: &'c Schema,
    pub(super) in_project: &'c str,
    pub(super) facts: Facts<'c>,
    policy: Policy,
    meeting: Meeting,
    data_version: Option<i64>,
    /// The runs that stand beside no task, until the database changes.
    runs: Option<Runs<'c>>,
    /// The ids that several running tasks have.
    doubles: HashSet<String>,
    /// Whether tasks that are plainly live are handed over too.
    with_the_living: bool,
    /// Whether it tells when the living may be zombies.
    foretells: bool,
    /// Where projects and kinds are told.
    labels: Option<LabelReader<'c>>,
    /// Whether the living are counted by them.
    counts: bool,
    /// Where it is noted what is odd about the living that are listed, and has no say: nobody reads it.
    aside: Notes,
}

/// What a closer look at one row found.
#[expect(clippy::large_enum_variant, reason = "it is taken apart at once")]
enum Looked {
    /// Its active run proves it live.
    Live(Live),
    Suspect(Suspect),
}

/// What is asked of one that is live.
#[derive(Default)]
struct Live {
    /// How old the sign is that proves it.
    age: Option<Duration>,
    beat: Option<Beat>,
    /// It is live until then at least.
    due: Option<Timestamp>,
}

impl<'c> Loader<'c> {
    pub(super) fn new(
        conn: &'c Connection,
        schema: &'c Schema,
        in_project: &'c str,
        policy: Policy,
        now: Timestamp,
        stopwatch: Instant,
    ) -> rusqlite::Result<Self> {
        let facts = Facts::new(schema, now, policy.stale_after, stopwatch);
        Ok(Self {
            conn,
            schema,
            in_project,
            meeting: Meeting::of(conn, schema)?,
            facts,
            policy,
            data_version: None,
            runs: None,
            doubles: HashSet::new(),
            with_the_living: false,
            foretells: false,
            labels: None,
            counts: false,
            aside: Notes::default(),
        })
    }

    /// The same, but that it hands over every running task, the plainly live ones too.
    pub(super) fn with_the_living(mut self) -> Self {
        self.hand_over_the_living(true);
        self
    }

    /// The same, but that it hands over each with its labels.
    pub(super) fn with_labels(mut self) -> Self {
        self.count_the_living();
        self
    }

    /// Whether it hands over the plainly live from now on.
    pub(super) fn hand_over_the_living(&mut self, yes: bool) {
        self.with_the_living = yes;
    }

    /// From now on the living are counted.
    pub(super) fn count_the_living(&mut self) {
        self.tell_projects();
        self.counts = true;
    }

    /// From now on it hands over each with its labels.
    pub(super) fn tell_projects(&mut self) {
        if self.labels.is_none() {
            self.labels = Some(LabelReader::new(self.conn, self.schema));
        }
    }

    /// From now on it tells when the living may be zombies.
    pub(super) fn foretell(&mut self) {
        self.foretells = true;
    }

    /// Another look begins, so long after *now*.
    pub(super) fn begin(
        &mut self,
        data_version: i64,
        elapsed: Duration,
        notes: &mut Notes,
    ) -> rusqlite::Result<()> {
        self.facts.let_pass(elapsed);
        if self.data_version != Some(data_version) {
            self.data_version = Some(data_version);
            self.runs = None;
            let workers = self.schema.workers.as_ref();
            let read = |workers| KnownWorkers::read(self.conn, workers, self.facts.times(), notes);
            self.facts.workers = workers.map(read).transpose()?;
        }
        self.doubles = self.find_doubles()?;
        Ok(())
    }

    /// Another moment is *now*.
    pub(super) fn turn_to(&mut self, now: Timestamp) {
        self.facts = Facts::new(self.schema, now, self.policy.stale_after, self.facts.stopwatch);
        self.data_version = None;
    }

    /// Looks at every running task behind `after` until `visit` has had enough.
    pub(super) fn scan(
        &mut self,
        after: Option<&Id>,
        notes: &mut Notes,
        visitor: impl Visitor,
    ) -> rusqlite::Result<Scan> {
        match after {
            Some(key) => self.read(Which::BehindKey, [Some(key)], notes, visitor),
            None => self.read(Which::All, [None], notes, visitor),
        }
    }

    /// Looks again at the tasks with these keys, as they are now.
    pub(super) fn look_again<'i>(
        &mut self,
        keys: impl Iterator<Item = &'i Id>,
        notes: &mut Notes,
        visitor: impl Visitor,
    ) -> rusqlite::Result<Scan> {
        self.read(Which::WithKey, keys.map(Some), notes, visitor)
    }

    /// Runs the query once for each parameter.
    fn read<'i>(
        &mut self,
        which: Which,
        parameters: impl IntoIterator<Item = Option<&'i Id>>,
        notes: &mut Notes,
        mut visitor: impl Visitor,
    ) -> rusqlite::Result<Scan> {
        let labels = self.labels.as_ref().map(LabelReader::list).unwrap_or_default();
        let sql = statements::running_tasks(
            self.schema,
            (&self.facts.tasks, &self.facts.runs),
            self.meeting,
            (self.in_project, which),
            &labels,
        );
        let mut tasks = self.conn.prepare(&sql)?;
        let has_plain_signs = self.meeting != Meeting::Apart || self.schema.runs.is_none();
        let mut scan = Scan::default();
        let mut oldest: Option<Timestamp> = None;
        let mut last = None;
        for parameter in parameters {
            let mut rows = tasks.query(rusqlite::params_from_iter(parameter))?;
            while let Some(row) = rows.next()? {
                scan.scanned += 1;
                let mut is_listed = false;
                if has_plain_signs && let Some(beat) = self.facts.is_plainly_live(row, notes)? {
                    is_listed =
                        visitor.wants(|| Some(beat)) && self.facts.task_id(row.get_ref(ID)?) != Id::Null;
                    scan.live += usize::from(!is_listed);
                    oldest = Some(oldest.map_or(beat, |oldest| oldest.min(beat)));
                    if !self.with_the_living && !is_listed {
                        if let Some(labels) = self.labels.as_mut().filter(|_| self.counts) {
                            let age = self.facts.calendar.now().since(beat);
                            let labels = labels.read(row)?;
                            scan.living.add(labels, Some(age));
                            self.facts.follow(row, labels, &mut scan.beats)?;
                        }
                        continue;
                    }
                }
                let key = Id::from(row.get_ref(KEY)?);
                if last.as_ref() == Some(&key) {
                    // Its active run's id is that of several of its runs: once is enough.
                    scan.scanned -= 1;
                    continue;
                }
                match self.suspect(row, is_listed, &visitor, notes)? {
                    Looked::Live(Live { age, beat, due }) => {
                        scan.live += 1;
                        scan.see_due(due);
                        if let Some(labels) = self.labels.as_mut().filter(|_| self.counts) {
                            let labels = labels.read(row)?;
                            scan.living.add(labels, age);
                            if let Some(beat) = beat {
                                let labels = labels.clone();
                                scan.beats.add(Beat { labels, ..beat });
                            }
                        }
                    }
                    Looked::Suspect(mut suspect) => {
                        if let Some(labels) = &mut self.labels {
                            suspect.labels = Some(Box::new(labels.read(row)?.clone()));
                        }
                        if visitor.visit(suspect).is_break() {
                            scan.rest = Some(key);
                            break;
                        }
                    }
                }
                last = Some(key);
            }
        }
        if self.foretells {
            scan.see_due(oldest.map(|beat| silent_from(beat, self.policy.stale_after)));
        }
        let tasks_read = rows_in_vain(&tasks, scan.scanned);
        if let (Some(count), Which::All | Which::BehindKey) = (tasks_read, which) {
            let tasks = &self.schema.tasks;
            if let Some(status) = tasks.status()
                && !tasks.table.leads(self.conn, status)?
            {
                notes.see_missing_index(
                    &tasks.table.name,
                    count,
                    create_index(self.conn, &tasks.table, status),
                );
            }
        }
        Ok(scan)
    }

    /// The task with all its runs, unless its active run proves it live and nobody lists it.
    fn suspect(
        &mut self,
        row: &Row<'_>,
        is_listed: bool,
        visitor: &impl Visitor,
        notes: &mut Notes,
    ) -> rusqlite::Result<Looked> {
        let facts = &self.facts;
        let runs = match &mut self.runs {
            Some(runs) => runs,
            none => none.insert(Runs::new(self.conn, self.schema, facts, self.meeting, notes)?),
        };
        let mut notes = if is_listed { &mut self.aside } else { notes };
        let columns = values(row, 0, facts.tasks.places.len())?;
        let id = facts.task_id(value(&columns, ID));
        let mut task = facts.task(&columns, notes);
        let (active, others) = match (&self.schema.runs, &self.schema.tasks.active_run) {
            (None, _) => (ActiveRun::Itself, Some(Others::default())),
            (Some(_), None) => {
                let (active, others) = runs.begun_last(facts, &id, &task, notes)?;
                (active, Some(others))
            }
            (Some(_), Some(_)) => {
                let pointer = value(&columns, ACTIVE_RUN);
                let found = if is_blank(pointer) {
                    None
                } else if self.meeting == Meeting::Apart {
                    runs.named(facts, &id, &Id::from(pointer))
                } else {
                    joined_run(facts, &id, row, notes)?
                };
                let active = match found {
                    Some(run) => ActiveRun::Own(run),
                    None if Id::from(pointer).is_none() => ActiveRun::None,
                    None => ActiveRun::Missing,
                };
                (active, None)
            }
        };
        if task.end().is_some() {
            notes.see_ended(&self.schema.tasks.table.name, || id.to_string());
        }
        let run = active.as_ref().map(|row| &row.run);
        let now = facts.calendar.now();
        if !self.with_the_living && !is_listed && is_live(&task, &run, &self.policy, now) {
            if id == Id::Null || !visitor.wants(|| last_sign_of_run(&task, &run, now)) {
                let mut live = Live::default();
                if self.counts {
                    live.age = age(&task, &run, [], &self.policy, now);
                    live.beat = beat_of(&id, &task, &run, &Labels::default(), now);
                }
                if self.foretells {
                    live.due = due_of_live(&task, &run, &self.policy, now);
                }
                return Ok(Looked::Live(live));
            }
            notes = &mut self.aside;
        }
        let others = match others {
            Some(others) => others,
            None => runs.others(facts, &id, active.own().map(|row| &row.key), notes)?,
        };
        if let ActiveRun::None | ActiveRun::Missing = active {
            if others
                .rows
                .iter()
                .any(|other| other.run.is_mute() || !other.run.is_readable())
            {
                task.latest_run = runs.latest(facts, &id)?;
            }
            if task.heartbeat.is_none() && task.started.is_none() && !task.updated.is_none() {
                notes.see_claim_by_update(|| id.to_string());
            }
        }
        task.is_double = !self.doubles.is_empty() && self.doubles.contains(&id.to_string());
        Ok(Looked::Suspect(facts.suspect(&columns, task, active, others)))
    }

    /// The ids that several running tasks have: looked for only where no key keeps them apart.
    fn find_doubles(&self) -> rusqlite::Result<HashSet<String>> {
        let tasks = &self.schema.tasks;
        let is_typed = tasks.id.affinity() != Affinity::None;
        let mut doubles = HashSet::new();
        if is_typed && tasks.table.is_unique(self.conn, &tasks.id)? {
            return Ok(doubles);
        }
        let mut seen = HashSet::new();
        let mut ids = self.conn.prepare(&statements::running_ids(self.schema))?;
        let mut rows = ids.query([])?;
        while let Some(row) = rows.next()? {
            // As they are shown: a number and its digits are the same id, and so are bytes and their hexadecimal text.
            let id = self.facts.task_id(row.get_ref(0)?).to_string();
            if !seen.insert(id.clone()) {
                doubles.insert(id);
            }
        }
        Ok(doubles)
    }
}

/// The run beside a task, where it is one of the task's own.
fn joined_run(
    facts: &Facts<'_>,
    task: &Id,
    row: &Row<'_>,
    notes: &mut Notes,
) -> rusqlite::Result<Option<RunRow>> {
    let columns = values(row, facts.tasks.places.len(), facts.runs.places.len())?;
    let is_there = value(&columns, KEY) != ValueRef::Null;
    if !is_there || !facts.is_same_task(task, &Id::from(value(&columns, TASK))) {
        return Ok(None);
    }
    Ok(Some(facts.run(&columns, notes)))
}
