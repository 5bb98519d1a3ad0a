use rusqlite::{Connection, named_params, params};
use zombie_sweeper::rusqlite;

use super::clock::{Cell, MINUTE, Stamp};
use super::database::STUBBORN;
use super::dice::Dice;
use super::failure::{Fallible, hold};
use super::fleet::{Done, Fleet};
use super::truth::{Event, Row, Run, Task, Truth, WorkerRow, Workspace};
use super::worker::{Job, Stage};

const PROJECTS: [&str; 2] = ["p-A", "p-B"];

/// Two workers at work on one task: nothing can keep the first from going on until it looks.
pub(super) const OVERLAP: &str = "overlap: a task claimed while another worker still works on it";

/// A claim about to be made.
struct Claim<'a> {
    task: &'a str,
    /// What the task names as its active run.
    pointer: &'a str,
    worker: &'a str,
    slot: &'a str,
    now: Stamp,
    /// An orchestrator may keep the first claim's start for ever.
    keep_start: bool,
    lease: Option<Stamp>,
}

impl Fleet {
    /// Empty workspaces.
    pub(super) fn furnish(&mut self, workspaces: usize) -> Fallible {
        for number in 0..workspaces {
            let (id, path) = (format!("ws{number}"), format!("/trees/{number}"));
            self.operator.execute(
                "INSERT INTO workspaces (id, path) VALUES (?1, ?2)",
                params![id, path],
            )?;
            self.truth.put(Row::Workspace(Workspace {
                id,
                path,
                slot: String::new(),
                task_id: None,
                run_id: None,
                status: "free".to_owned(),
                leased_at: None,
                released_at: None,
            }));
        }
        Ok(())
    }

    /// Somebody adds a task to the queue.
    pub(super) fn submit(&mut self, dice: &mut Dice) -> Fallible {
        let now = self.clocks.read(0);
        let recurring = dice.percent(40);
        let task = Task {
            id: format!("t{:02}", self.truth.tasks.len()),
            project_id: dice.pick(&PROJECTS).unwrap().to_owned(),
            title: if dice.percent(30) { STUBBORN } else { "a title" }.to_owned(),
            status: "open".to_owned(),
            task_type: if recurring { "recurring" } else { "one_shot" }.to_owned(),
            frequency: if recurring { "every-15-min" } else { "" }.to_owned(),
            priority: dice.between(0, 99),
            active_run_id: String::new(),
            assigned_slot: String::new(),
            assigned_worker: String::new(),
            workspace_path: String::new(),
            lease_expires_at: Cell::Nothing,
            last_heartbeat: None,
            heartbeat_at: Cell::Nothing,
            next_eligible_at: dice.percent(30).then(|| now.plus(dice.between(0, MINUTE))),
            created_at: now,
            started_at: Cell::Nothing,
            updated_at: now,
            completed_at: None,
            result: String::new(),
        };
        self.note(|_| format!("{} is submitted, {}", task.id, task.task_type));
        let conn = self.operator.clone();
        self.transact(&conn, "", |conn, _| {
            conn.execute(
                "INSERT INTO tasks (id, project_id, title, task_type, frequency, priority, next_eligible_at, created_at, updated_at)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
                params![
                    task.id,
                    task.project_id,
                    task.title,
                    task.task_type,
                    task.frequency,
                    task.priority,
                    task.next_eligible_at,
                    now,
                    now
                ],
            )?;
            Ok(Some(vec![Row::Task(task)]))
        })?;
        Ok(())
    }

    /// A supervisor claims a task for a worker that has none: with its run in one transaction, or with the run to
    /// follow in a second one, named already or not.
    pub(super) fn claim(&mut self, dice: &mut Dice) -> Fallible {
        let idle: Vec<usize> = (0..self.workers.len())
            .filter(|&place| {
                let worker = &self.workers[place];
                worker.job.is_none() && self.is_awake(place) && self.groups[worker.group].supervisor.is_some()
            })
            .collect();
        let open = self.truth.tasks.values().filter(|task| task.status == "open");
        let open: Vec<String> = open.map(|task| task.id.clone()).collect();
        let (Some(place), Some(task)) = (dice.pick(&idle), dice.pick(&open)) else {
            return Ok(());
        };
        let worker = &self.workers[place];
        let (name, slot) = (worker.name.clone(), worker.slot.clone());
        let conn = self.groups[worker.group].supervisor.clone().unwrap();
        self.started += 1;
        let run = format!("r{:03}", self.started);
        let (now, sign) = (self.clock_of(place), self.clocks.sign(self.host_of(place)));
        let setup = &self.setup;
        // An orchestrator may leave the pointer at the last run until the next one begins.
        let last = self.truth.runs_of(&task).filter(|run| run.completed_at.is_some());
        let last = last.max_by_key(|run| run.place).map(|run| run.id.clone());
        let kept = last
            .filter(|_| setup.keeps_pointers && dice.percent(60))
            .unwrap_or_default();
        let shape = setup.shape();
        let (stage, pointer) = match dice.below(10) {
            _ if !shape.has_runs() => (Stage::Working(run.clone()), run.as_str()),
            0..5 => (Stage::Working(run.clone()), run.as_str()),
            5..8 => (
                Stage::Claimed {
                    pointer: kept.clone(),
                },
                kept.as_str(),
            ),
            _ => (Stage::Named(run.clone()), run.as_str()),
        };
        let claim = Claim {
            task: &task,
            pointer,
            worker: &name,
            slot: &slot,
            now,
            keep_start: dice.percent(30) && kept.is_empty() && shape.has_runs(),
            lease: setup.leases.then(|| now.plus(dice.between(2, 60) * MINUTE)),
        };
        let (recorded, lent_to_run_only) = (dice.percent(30) && shape.has_events(), dice.percent(25));
        // A supervisor writes its workers down too.
        let beats = shape
            .has_workers()
            .then(|| (name.clone(), self.workers[place].began));
        self.note(|_| format!("{name} is to claim {task}: {stage:?}"));
        let done = self.transact(&conn, "", |conn, truth| {
            let Some(mut rows) = claim.task(conn, truth)? else {
                return Ok(None);
            };
            let created = matches!(stage, Stage::Working(_)) && shape.has_runs();
            rows.extend(claim.workspace(conn, truth, created, created && lent_to_run_only)?);
            if created {
                rows.push(insert_run(conn, &run, &task, &name, &slot, Some(now))?);
            }
            if recorded {
                rows.push(insert_event(conn, &task, &name, now)?);
            }
            if let Some((name, began)) = &beats {
                rows.push(beat_of_worker(conn, name, *began, now)?);
            }
            Ok(Some(rows))
        })?;
        match done {
            Done::Committed => {
                if self.workers.iter().any(|other| other.is_at(&task)) {
                    self.ledger.count(OVERLAP);
                }
                self.workers[place].seen = beats.map(|_| sign);
                self.workers[place].job = Some(Job {
                    task,
                    on_task_alone: !shape.has_runs(),
                    stage,
                    heard: sign,
                });
            }
            Done::Lost => self.note(|_| "  but it is not eligible".to_owned()),
            Done::Busy => {}
        }
        Ok(())
    }

    /// Somebody resets a task by hand, and leaves its runs as they are.
    pub(super) fn reset_by_hand(&mut self, dice: &mut Dice) -> Fallible {
        let running = self.truth.tasks.values().filter(|task| task.is_running());
        let running: Vec<String> = running.map(|task| task.id.clone()).collect();
        let Some(id) = dice.pick(&running) else {
            return Ok(());
        };
        let now = self.clocks.read(0);
        self.note(|_| format!("{id} is reset by hand"));
        let conn = self.operator.clone();
        self.transact(&conn, "", |conn, truth| {
            conn.execute(
                "UPDATE tasks SET status = 'open', active_run_id = '', assigned_slot = '', assigned_worker = '',
                        workspace_path = '', lease_expires_at = NULL, updated_at = ?1 WHERE id = ?2",
                params![now, id],
            )?;
            let mut task = truth.tasks[&id].clone();
            "open".clone_into(&mut task.status);
            task.let_go();
            task.updated_at = now;
            let mut rows = free_workspaces(conn, truth, &id, now)?;
            rows.push(Row::Task(task));
            Ok(Some(rows))
        })?;
        Ok(())
    }

    /// Somebody cancels a run, and tells neither the task nor the worker.
    pub(super) fn cancel_by_hand(&mut self, dice: &mut Dice) -> Fallible {
        let unfinished = self.truth.runs.values().filter(|run| !run.is_finished());
        let unfinished: Vec<Run> = unfinished.cloned().collect();
        let Some(mut run) = dice.pick(&unfinished) else {
            return Ok(());
        };
        let now = self.clocks.read(0);
        self.note(|_| format!("{} is cancelled by hand", run.id));
        "aborted".clone_into(&mut run.status);
        run.completed_at = Some(now);
        let conn = self.operator.clone();
        self.transact(&conn, "", |conn, _| {
            conn.execute(
                "UPDATE task_runs SET status = 'aborted', completed_at = ?1 WHERE id = ?2",
                params![now, run.id],
            )?;
            Ok(Some(vec![Row::Run(run)]))
        })?;
        Ok(())
    }
}

impl Claim<'_> {
    /// Takes the task, unless another was quicker or its time has not come: the orchestrator compares texts.
    fn task(&self, conn: &Connection, truth: &Truth) -> Fallible<Option<Vec<Row>>> {
        let mut task = truth.tasks[self.task].clone();
        let eligible = task.next_eligible_at.is_none_or(|next| next <= self.now);
        let path = truth
            .free_workspace()
            .map_or_else(String::new, |free| free.path.clone());
        let changed = conn.execute(
            "UPDATE tasks SET status = 'running', active_run_id = :run, assigned_slot = :slot, assigned_worker = :worker,
                    workspace_path = :path, lease_expires_at = :lease, updated_at = :now,
                    started_at = CASE WHEN :keep_start THEN coalesce(started_at, :now) ELSE :now END
             WHERE id = :task AND status = 'open' AND (next_eligible_at IS NULL OR next_eligible_at <= :now)",
            named_params! {
                ":run": self.pointer, ":slot": self.slot, ":worker": self.worker, ":path": path, ":lease": self.lease,
                ":now": self.now, ":keep_start": self.keep_start, ":task": self.task,
            },
        )?;
        hold!(
            changed == usize::from(eligible),
            "{changed} rows claimed at {}: {task:?}",
            self.now
        );
        if changed == 0 {
            return Ok(None);
        }
        "running".clone_into(&mut task.status);
        self.pointer.clone_into(&mut task.active_run_id);
        self.slot.clone_into(&mut task.assigned_slot);
        self.worker.clone_into(&mut task.assigned_worker);
        task.workspace_path = path;
        task.lease_expires_at = self.lease.into();
        task.updated_at = self.now;
        if !self.keep_start || task.started_at == Cell::Nothing {
            task.started_at = Cell::At(self.now);
        }
        Ok(Some(vec![Row::Task(task)]))
    }

    /// Leases a workspace, where one is free.
    fn workspace(
        &self,
        conn: &Connection,
        truth: &Truth,
        has_run: bool,
        to_run_only: bool,
    ) -> Fallible<Option<Row>> {
        let Some(mut workspace) = truth.free_workspace().cloned() else {
            return Ok(None);
        };
        workspace.task_id = (!to_run_only).then(|| self.task.to_owned());
        workspace.run_id = has_run.then(|| self.pointer.to_owned());
        "leased".clone_into(&mut workspace.status);
        self.slot.clone_into(&mut workspace.slot);
        workspace.leased_at = Some(self.now);
        let changed = conn.execute(
            "UPDATE workspaces SET task_id = ?1, run_id = ?2, status = 'leased', slot = ?3, leased_at = ?4
             WHERE id = ?5 AND status = 'free'",
            params![
                workspace.task_id,
                workspace.run_id,
                self.slot,
                self.now,
                workspace.id
            ],
        )?;
        hold!(changed == 1, "{changed} workspaces leased");
        Ok(Some(Row::Workspace(workspace)))
    }
}

impl Truth {
    fn free_workspace(&self) -> Option<&Workspace> {
        self.workspaces
            .values()
            .find(|workspace| workspace.status == "free")
    }
}

pub(super) fn insert_run(
    conn: &Connection,
    id: &str,
    task: &str,
    worker: &str,
    slot: &str,
    start: Option<Stamp>,
) -> Fallible<Row> {
    conn.execute(
        "INSERT INTO task_runs (id, task_id, status, worker_id, slot, started_at) VALUES (?1, ?2, 'running', ?3, ?4, ?5)",
        params![id, task, worker, slot, start],
    )?;
    Ok(Row::Run(Run {
        place: conn.last_insert_rowid(),
        id: id.to_owned(),
        task_id: task.to_owned(),
        status: "running".to_owned(),
        worker_id: worker.to_owned(),
        slot: slot.to_owned(),
        started_at: start.into(),
        last_heartbeat: None,
        heartbeat_at: Cell::Nothing,
        lease_expires_at: Cell::Nothing,
        completed_at: None,
        error: None,
    }))
}

/// A worker says in its own row that it is there, whoever had the row before.
pub(super) fn beat_of_worker(conn: &Connection, name: &str, began: Stamp, now: Stamp) -> Fallible<Row> {
    conn.execute(
        "INSERT INTO workers VALUES (?1, ?2, ?3, 'up')
         ON CONFLICT (name) DO UPDATE SET beat_at = excluded.beat_at, started_at = excluded.started_at, state = 'up'",
        params![name, now, began],
    )?;
    Ok(Row::Worker(WorkerRow {
        name: name.to_owned(),
        beat_at: now,
        started_at: began,
        state: "up".to_owned(),
    }))
}

/// Frees what the task or one of its runs holds.
pub(super) fn free_workspaces(
    conn: &Connection,
    truth: &Truth,
    task: &str,
    now: Stamp,
) -> Fallible<Vec<Row>> {
    if truth.workspaces.is_empty() {
        return Ok(Vec::new()); // the queue has none
    }
    let mut held = truth.workspaces_of(task);
    let changed = conn.execute(
        "UPDATE workspaces SET task_id = NULL, run_id = NULL, status = 'free', released_at = ?1
         WHERE task_id = ?2 OR task_id IS NULL AND run_id IN (SELECT id FROM task_runs WHERE task_id = ?2)",
        params![now, task],
    )?;
    hold!(
        changed == held.len(),
        "{changed} workspaces freed, not {}",
        held.len()
    );
    for workspace in &mut held {
        workspace.free(now);
    }
    Ok(held.into_iter().map(Row::Workspace).collect())
}

fn insert_event(conn: &Connection, task: &str, actor: &str, now: Stamp) -> Fallible<Row> {
    conn.execute(
        "INSERT INTO task_events (task_id, event_type, actor, created_at) VALUES (?1, 'claimed', ?2, ?3)",
        params![task, actor, now],
    )?;
    Ok(Row::Event(Event {
        id: conn.last_insert_rowid(),
        task_id: task.to_owned(),
        event_type: "claimed".to_owned(),
        actor: actor.to_owned(),
        payload: "{}".to_owned(),
        created_at: now,
    }))
}
