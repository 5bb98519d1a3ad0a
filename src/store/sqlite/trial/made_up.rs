//! A task that does not run, made to for a trial.

use super::super::keys::{column, key};
use super::super::layout::{ACTIVE_RUN, STATUS, TASK, list};
use super::super::meeting::is_led;
use super::super::others::Others;
use super::super::row::{value, values};
use super::super::schema::AtWork;
use super::super::statements::run_row;
use super::super::writer::as_kept;
use super::candidate::{Candidate, as_if_silent, first, newest_key, row as row_of};
use super::shape::{Part, Shape, update};
use super::stage::Stage;
use crate::zombie::{ActiveRun, Held, Id, Notes, RunRow, RunState, Zombie};

impl Stage<'_> {
    /// A task that does not run, to be brought into shape: that of the newest run, else the newest. `None` where there is none,
    /// or no word says what runs.
    pub(super) fn made_up(&self) -> rusqlite::Result<Option<Candidate>> {
        let AtWork::Words(status, running) = &self.schema.tasks.at_work else {
            return Ok(None);
        };
        let run = self.newest_run()?;
        let of_run = match &run {
            Some((_, task)) => self.task_key(task)?,
            None => None,
        };
        let run = run.filter(|_| of_run.is_some()).map(|(run, _)| run);
        let table = &self.schema.tasks.table;
        let Some(task) = of_run.map_or_else(|| newest_key(self.conn, "t", table), |key| Ok(Some(key)))?
        else {
            return Ok(None);
        };
        let facts = &self.loader.facts;
        let sql = row_of("t", table, &list(&facts.tasks.places));
        let mut found = self.conn.prepare(&sql)?;
        let mut rows = found.query([&task])?;
        let Some(row) = rows.next()? else {
            return Ok(None);
        };
        let columns = values(row, 0, facts.tasks.places.len())?;
        let mut notes = Notes::default();
        let read = facts.task(&columns, &mut notes);
        let old = Id::from(value(&columns, STATUS));
        let word = running.first().map(String::as_str).unwrap_or_default();
        let word = as_kept(Some(status), &old, word);
        let mut shapes = Vec::new();
        let mut assignments = vec![(status, word.clone())];
        let mut pointer = Id::from(value(&columns, ACTIVE_RUN));
        let active = match (run, &self.schema.runs) {
            (None, None) => ActiveRun::Itself,
            (None, Some(_)) => ActiveRun::None,
            (Some(run), _) => {
                if let Some(column) = self
                    .schema
                    .tasks
                    .active_run
                    .as_ref()
                    .filter(|info| info.parts.is_empty())
                {
                    pointer = run.run.id.clone();
                    assignments.push((column, pointer.clone()));
                }
                let (run, shape) = self.open(run);
                shapes.extend(shape);
                ActiveRun::Own(run)
            }
        };
        shapes.push(update(Part::Task, table, &task, &assignments));
        let mut suspect = facts.suspect(&columns, read, active, Others::default());
        suspect.active_run_id = pointer;
        suspect.status = suspect.status.map(|held| Held { value: word, ..held });
        let zombie = Zombie::new(suspect, as_if_silent());
        shapes.extend(self.age(&zombie)?);
        Ok(Some(Candidate { zombie, shapes }))
    }

    /// The run made last, and the id of its task.
    fn newest_run(&self) -> rusqlite::Result<Option<(RunRow, Id)>> {
        let Some(runs) = self.schema.runs.as_ref().filter(|runs| runs.status.is_some()) else {
            return Ok(None);
        };
        let Some(key) = newest_key(self.conn, "r", &runs.table)? else {
            return Ok(None);
        };
        let facts = &self.loader.facts;
        let mut found = self.conn.prepare(&run_row(self.schema, &facts.runs))?;
        let mut rows = found.query([key])?;
        let Some(row) = rows.next()? else {
            return Ok(None);
        };
        let columns = values(row, 0, facts.runs.places.len())?;
        let task = Id::from(value(&columns, TASK));
        Ok(Some((facts.run(&columns, &mut Notes::default()), task)))
    }

    /// What addresses the task with this id, where an index leads there.
    fn task_key(&self, id: &Id) -> rusqlite::Result<Option<Id>> {
        let (tasks, Some(runs)) = (&self.schema.tasks, &self.schema.runs) else {
            return Ok(None);
        };
        if !tasks.id.parts.is_empty() || !is_led(self.conn, &tasks.table, &tasks.id, &runs.task)? {
            return Ok(None);
        }
        let sql = format!(
            "SELECT {} FROM {} AS t WHERE {} = ?1",
            key("t", &tasks.table),
            tasks.table.qualified_name(),
            column("t", &tasks.id)
        );
        first(self.conn, &sql, &[id])
    }

    /// A run that is said to be at work, and what makes it so. Where a condition tells, it stays as it is.
    fn open(&self, mut run: RunRow) -> (RunRow, Option<Shape>) {
        let Some(runs) = self
            .schema
            .runs
            .as_ref()
            .filter(|runs| runs.running_where.is_none())
        else {
            return (run, None);
        };
        let Some(status) = &runs.status else {
            return (run, None);
        };
        let word = runs.running.first().map(String::as_str).unwrap_or_default();
        let word = as_kept(Some(status), &run.status, word);
        let shape = update(Part::Run, &runs.table, &run.key, &[(status, word.clone())]);
        run.status = word;
        run.run.state = RunState::Running;
        (run, Some(shape))
    }
}
