use rusqlite::{Connection, named_params, params};
use zombie_sweeper::rusqlite;

use super::clock::{MINUTE, Stamp};
use super::failure::{Fallible, hold};
use super::supervisor::{free_workspaces, insert_run};
use super::truth::{Row, Truth};

/// The statements of a worker that checks before it writes, word for word as `docs/worker.md` has them.
pub(super) const FENCE: &str = include_str!("sql/fence.sql");
pub(super) const FINISH_RUN: &str = include_str!("sql/finish_run.sql");
pub(super) const FINISH_TASK: &str = include_str!("sql/finish_task.sql");

/// How long a task waits after a failure, and between two turns of a recurring one.
const PAUSE_MS: i64 = 15 * MINUTE;

/// One write of a worker.
pub(super) struct Write<'a> {
    pub(super) fenced: bool,
    pub(super) task: &'a str,
    pub(super) run: &'a str,
    pub(super) now: Stamp,
}

impl Write<'_> {
    /// The fence: one guarded UPDATE, and its row count. `None`: the worker has lost.
    pub(super) fn heartbeat(
        &self,
        conn: &Connection,
        truth: &Truth,
        task_too: bool,
    ) -> Fallible<Option<Vec<Row>>> {
        let changed = if self.fenced {
            conn.execute(FENCE, named_params! {":now": self.now, ":run": self.run})?
        } else {
            conn.execute(
                "UPDATE task_runs SET last_heartbeat = ?1 WHERE id = ?2",
                params![self.now, self.run],
            )?
        };
        let expected = usize::from(!self.fenced || truth.owns(self.task, self.run));
        hold!(
            changed == expected,
            "the fence of {} let {changed} rows through",
            self.run
        );
        if changed == 0 {
            return Ok(None);
        }
        let mut run = truth.runs[self.run].clone();
        run.last_heartbeat = Some(self.now);
        let mut rows = vec![Row::Run(run)];
        if task_too {
            conn.execute(
                "UPDATE tasks SET last_heartbeat = ?1, updated_at = ?1 WHERE id = ?2",
                params![self.now, self.task],
            )?;
            let mut task = truth.tasks[self.task].clone();
            task.last_heartbeat = Some(self.now);
            task.updated_at = self.now;
            rows.push(Row::Task(task));
        }
        Ok(Some(rows))
    }

    /// The same on the task, as some queues have it.
    pub(super) fn heartbeat_of_task(&self, conn: &Connection, truth: &Truth) -> Fallible<Option<Vec<Row>>> {
        let guard = if self.fenced {
            "AND status = 'running' AND active_run_id = :run
             AND EXISTS (SELECT 1 FROM task_runs WHERE id = :run AND status = 'running')"
        } else {
            "AND :run <> ''"
        };
        let changed = conn.execute(
            &format!("UPDATE tasks SET last_heartbeat = :now, updated_at = :now WHERE id = :task {guard}"),
            named_params! {":now": self.now, ":task": self.task, ":run": self.run},
        )?;
        let expected = usize::from(!self.fenced || truth.owns(self.task, self.run));
        hold!(changed == expected, "{changed} tasks heard of, for {}", self.run);
        if changed == 0 {
            return Ok(None);
        }
        let mut task = truth.tasks[self.task].clone();
        task.last_heartbeat = Some(self.now);
        task.updated_at = self.now;
        Ok(Some(vec![Row::Task(task)]))
    }

    /// Run and task in one transaction.
    pub(super) fn finish(&self, conn: &Connection, truth: &Truth, word: &str) -> Fallible<Option<Vec<Row>>> {
        let Some(mut rows) = self.finish_run(conn, truth, word)? else {
            return Ok(None);
        };
        let Some(of_task) = self.finish_task(conn, truth, word)? else {
            return Ok(None);
        };
        rows.extend(of_task);
        Ok(Some(rows))
    }

    pub(super) fn finish_run(
        &self,
        conn: &Connection,
        truth: &Truth,
        word: &str,
    ) -> Fallible<Option<Vec<Row>>> {
        let Some(mut rows) = self.heartbeat(conn, truth, false)? else {
            return Ok(None);
        };
        let changed = if self.fenced {
            conn.execute(
                FINISH_RUN,
                named_params! {":word": word, ":now": self.now, ":run": self.run},
            )?
        } else {
            conn.execute(
                "UPDATE task_runs SET status = ?1, completed_at = ?2 WHERE id = ?3",
                params![word, self.now, self.run],
            )?
        };
        hold!(changed == 1, "{changed} runs finished");
        for row in &mut rows {
            if let Row::Run(run) = row {
                word.clone_into(&mut run.status);
                run.completed_at = Some(self.now);
            }
        }
        Ok(Some(rows))
    }

    /// Completed, a one-shot task is done and a recurring one has its next turn; else it is tried again.
    pub(super) fn finish_task(
        &self,
        conn: &Connection,
        truth: &Truth,
        word: &str,
    ) -> Fallible<Option<Vec<Row>>> {
        let mut task = truth.tasks[self.task].clone();
        let owns = task.is_running() && task.active_run_id == self.run;
        let done = word == "completed" && !task.is_recurring();
        if done { "done" } else { "open" }.clone_into(&mut task.status);
        task.next_eligible_at = (!done).then(|| self.now.plus(PAUSE_MS));
        if word == "completed" {
            self.run.clone_into(&mut task.result);
        }
        let guarded = if self.fenced {
            FINISH_TASK.to_owned()
        } else {
            let (unguarded, guards) = FINISH_TASK.split_once("AND").unwrap();
            format!("{unguarded} OR 0 AND {guards}")
        };
        let changed = conn.execute(
            &guarded,
            named_params! {
                ":status": task.status, ":result": task.result, ":next": task.next_eligible_at, ":now": self.now,
                ":task": self.task, ":run": self.run,
            },
        )?;
        let expected = usize::from(!self.fenced || owns);
        hold!(changed == expected, "{} finished {changed} tasks", self.run);
        if changed == 0 {
            return Ok(None);
        }
        task.let_go();
        task.updated_at = self.now;
        task.completed_at = Some(self.now);
        let mut rows = free_workspaces(conn, truth, self.task, self.now)?;
        rows.push(Row::Task(task));
        Ok(Some(rows))
    }

    /// The second half of a claim: the run, and its name in the task.
    pub(super) fn begin(
        &self,
        conn: &Connection,
        truth: &Truth,
        worker: &str,
        slot: &str,
    ) -> Fallible<Option<Vec<Row>>> {
        let mut task = truth.tasks[self.task].clone();
        let owns = task.is_running() && task.active_run_id.is_empty() && task.assigned_worker == worker;
        let guard = if self.fenced {
            "AND status = 'running' AND active_run_id = '' AND assigned_worker = :worker"
        } else {
            "AND :worker <> ''"
        };
        let changed = conn.execute(
            &format!("UPDATE tasks SET active_run_id = :run, updated_at = :now WHERE id = :task {guard}"),
            named_params! {":run": self.run, ":now": self.now, ":task": self.task, ":worker": worker},
        )?;
        hold!(
            changed == usize::from(!self.fenced || owns),
            "{changed} tasks begun"
        );
        if changed == 0 {
            return Ok(None);
        }
        self.run.clone_into(&mut task.active_run_id);
        task.updated_at = self.now;
        let run = insert_run(conn, self.run, self.task, worker, slot, self.now)?;
        Ok(Some(vec![Row::Task(task), run]))
    }

    /// The second half of a claim that has named its run already.
    pub(super) fn create(
        &self,
        conn: &Connection,
        truth: &Truth,
        worker: &str,
        slot: &str,
    ) -> Fallible<Option<Vec<Row>>> {
        let task = &truth.tasks[self.task];
        let owns = task.is_running() && task.active_run_id == self.run;
        let is_mine: bool = conn.query_row(
            "SELECT EXISTS (SELECT 1 FROM tasks WHERE id = ?1 AND status = 'running' AND active_run_id = ?2)",
            params![self.task, self.run],
            |row| row.get(0),
        )?;
        hold!(is_mine == owns, "run {} is the active one: {is_mine}", self.run);
        if self.fenced && !is_mine {
            return Ok(None);
        }
        Ok(Some(vec![insert_run(
            conn, self.run, self.task, worker, slot, self.now,
        )?]))
    }

    /// The task names the new run in the place of the old one.
    pub(super) fn replace(&self, conn: &Connection, truth: &Truth, old: &str) -> Fallible<Option<Vec<Row>>> {
        let mut task = truth.tasks[self.task].clone();
        let owns = task.is_running() && task.active_run_id == old;
        let guard = if self.fenced {
            "AND status = 'running' AND active_run_id = :old"
        } else {
            "AND :old <> ''"
        };
        let changed = conn.execute(
            &format!("UPDATE tasks SET active_run_id = :new, updated_at = :now WHERE id = :task {guard}"),
            named_params! {":new": self.run, ":now": self.now, ":task": self.task, ":old": old},
        )?;
        hold!(
            changed == usize::from(!self.fenced || owns),
            "{changed} tasks handed over"
        );
        if changed == 0 {
            return Ok(None);
        }
        self.run.clone_into(&mut task.active_run_id);
        task.updated_at = self.now;
        Ok(Some(vec![Row::Task(task)]))
    }
}
