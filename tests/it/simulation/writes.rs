use rusqlite::{Connection, named_params, params};
use zombie_sweeper::rusqlite;

use super::clock::{Cell, MINUTE, Stamp};
use super::failure::{Fallible, hold};
use super::supervisor::{free_workspaces, insert_run};
use super::truth::{Row, Run, Task, Truth};

/// The statements of a worker that checks before it writes, word for word as `docs/worker.md` has them.
pub(super) const FENCE: &str = include_str!("sql/fence.sql");
pub(super) const FINISH_RUN: &str = include_str!("sql/finish_run.sql");
pub(super) const FINISH_TASK: &str = include_str!("sql/finish_task.sql");

/// How long a task waits after a failure, and between two turns of a recurring one.
const PAUSE_MS: i64 = 15 * MINUTE;

/// One write of a worker.
pub(super) struct Write<'a> {
    /// Whether runs have rows of their own.
    pub(super) has_runs: bool,
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
        column: &str,
        task_too: bool,
    ) -> Fallible<Option<Vec<Row>>> {
        let Some(mut run) = self.set_of_run(conn, truth, column, Cell::At(self.now))? else {
            return Ok(None);
        };
        if column == "heartbeat_at" {
            run.heartbeat_at = Cell::At(self.now);
        } else {
            run.last_heartbeat = Some(self.now);
        }
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
    pub(super) fn heartbeat_of_task(
        &self,
        conn: &Connection,
        truth: &Truth,
        column: &str,
    ) -> Fallible<Option<Vec<Row>>> {
        let Some(mut task) = self.set_of_task(conn, truth, column, Cell::At(self.now))? else {
            return Ok(None);
        };
        if column == "heartbeat_at" {
            task.heartbeat_at = Cell::At(self.now);
        } else {
            task.last_heartbeat = Some(self.now);
        }
        Ok(Some(vec![Row::Task(task)]))
    }

    /// Sets a column of the run, as long as the worker owns it.
    fn set_of_run(
        &self,
        conn: &Connection,
        truth: &Truth,
        column: &str,
        value: Cell,
    ) -> Fallible<Option<Run>> {
        let changed = if self.fenced {
            let fence = FENCE.replacen("last_heartbeat", column, 1);
            conn.execute(&fence, named_params! {":now": value, ":run": self.run})?
        } else {
            conn.execute(
                &format!("UPDATE task_runs SET {column} = ?1 WHERE id = ?2"),
                params![value, self.run],
            )?
        };
        let expected = usize::from(!self.fenced || truth.owns(self.task, self.run));
        hold!(
            changed == expected,
            "the fence of {} let {changed} rows through",
            self.run
        );
        Ok((changed > 0).then(|| truth.runs[self.run].clone()))
    }

    /// Sets a column of the task, likewise, and when it was updated.
    fn set_of_task(
        &self,
        conn: &Connection,
        truth: &Truth,
        column: &str,
        value: Cell,
    ) -> Fallible<Option<Task>> {
        let guard = if self.fenced && !self.has_runs {
            "AND status = 'running' AND active_run_id = :run"
        } else if self.fenced {
            "AND status = 'running' AND active_run_id = :run
             AND EXISTS (SELECT 1 FROM task_runs WHERE id = :run AND status = 'running')"
        } else {
            "AND :run <> ''"
        };
        let changed = conn.execute(
            &format!("UPDATE tasks SET {column} = :value, updated_at = :now WHERE id = :task {guard}"),
            named_params! {":value": value, ":now": self.now, ":task": self.task, ":run": self.run},
        )?;
        let expected = usize::from(!self.fenced || truth.owns(self.task, self.run));
        hold!(changed == expected, "{changed} tasks heard of, for {}", self.run);
        Ok((changed > 0).then(|| Task {
            updated_at: self.now,
            ..truth.tasks[self.task].clone()
        }))
    }

    /// A heartbeat in a form that no reader understands.
    pub(super) fn spoil(
        &self,
        conn: &Connection,
        truth: &Truth,
        of_task: bool,
    ) -> Fallible<Option<Vec<Row>>> {
        const COLUMN: &str = "heartbeat_at";
        Ok(if of_task {
            let task = self.set_of_task(conn, truth, COLUMN, Cell::Odd)?;
            task.map(|task| {
                vec![Row::Task(Task {
                    heartbeat_at: Cell::Odd,
                    ..task
                })]
            })
        } else {
            let run = self.set_of_run(conn, truth, COLUMN, Cell::Odd)?;
            run.map(|run| {
                vec![Row::Run(Run {
                    heartbeat_at: Cell::Odd,
                    ..run
                })]
            })
        })
    }

    /// The worker says how long it may be silent.
    pub(super) fn renew(
        &self,
        conn: &Connection,
        truth: &Truth,
        of_task: bool,
        lease_expires_at: Cell,
    ) -> Fallible<Option<Vec<Row>>> {
        const COLUMN: &str = "lease_expires_at";
        Ok(if of_task {
            let task = self.set_of_task(conn, truth, COLUMN, lease_expires_at)?;
            task.map(|task| {
                vec![Row::Task(Task {
                    lease_expires_at,
                    ..task
                })]
            })
        } else {
            let run = self.set_of_run(conn, truth, COLUMN, lease_expires_at)?;
            run.map(|run| {
                vec![Row::Run(Run {
                    lease_expires_at,
                    ..run
                })]
            })
        })
    }

    /// With a last heartbeat, the run says that it pauses.
    pub(super) fn pause(&self, conn: &Connection, truth: &Truth) -> Fallible<Option<Vec<Row>>> {
        let Some(mut run) = self.set_of_run(conn, truth, "last_heartbeat", Cell::At(self.now))? else {
            return Ok(None);
        };
        conn.execute("UPDATE task_runs SET status = 'paused' WHERE id = ?1", [self.run])?;
        run.last_heartbeat = Some(self.now);
        "paused".clone_into(&mut run.status);
        Ok(Some(vec![Row::Run(run)]))
    }

    /// A paused run goes on, if nobody has touched it.
    pub(super) fn resume(&self, conn: &Connection, truth: &Truth) -> Fallible<Option<Vec<Row>>> {
        let task = &truth.tasks[self.task];
        let mut run = truth.runs[self.run].clone();
        let owns = task.is_running() && task.active_run_id == self.run && run.status == "paused";
        let guard = if self.fenced {
            "AND status = 'paused' AND EXISTS (SELECT 1 FROM tasks
             WHERE id = task_runs.task_id AND status = 'running' AND active_run_id = :run)"
        } else {
            ""
        };
        let changed = conn.execute(
            &format!(
                "UPDATE task_runs SET status = 'running', last_heartbeat = :now WHERE id = :run {guard}"
            ),
            named_params! {":now": self.now, ":run": self.run},
        )?;
        hold!(
            changed == usize::from(!self.fenced || owns),
            "{changed} runs resumed"
        );
        if changed == 0 {
            return Ok(None);
        }
        "running".clone_into(&mut run.status);
        run.last_heartbeat = Some(self.now);
        Ok(Some(vec![Row::Run(run)]))
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
        let Some(mut rows) = self.heartbeat(conn, truth, "last_heartbeat", false)? else {
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
        let succeeded = matches!(word, "completed" | "succeeded");
        let done = succeeded && !task.is_recurring();
        if done { "done" } else { "open" }.clone_into(&mut task.status);
        task.next_eligible_at = (!done).then(|| self.now.plus(PAUSE_MS));
        if succeeded {
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
        pointer: &str,
    ) -> Fallible<Option<Vec<Row>>> {
        let mut task = truth.tasks[self.task].clone();
        let owns = task.is_running() && task.active_run_id == pointer && task.assigned_worker == worker;
        let guard = if self.fenced {
            "AND status = 'running' AND active_run_id = :pointer AND assigned_worker = :worker"
        } else {
            "AND :worker <> '' AND :pointer IS NOT NULL"
        };
        let changed = conn.execute(
            &format!("UPDATE tasks SET active_run_id = :run, updated_at = :now WHERE id = :task {guard}"),
            named_params! {
                ":run": self.run, ":now": self.now, ":task": self.task, ":worker": worker, ":pointer": pointer,
            },
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
        let run = insert_run(conn, self.run, self.task, worker, slot, Some(self.now))?;
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
            conn,
            self.run,
            self.task,
            worker,
            slot,
            Some(self.now),
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
