//! Workers that do their work, and die.

use std::collections::BTreeMap;

use rusqlite::{Connection, params};
use zombie_sweeper::rusqlite;

use super::{DAY, HOUR, MINUTE, Machine, Micros, SECOND};
use crate::simulation::dice::Dice;

const WORKERS: usize = 4;
const TASKS: usize = 5;
const BEAT: Micros = 45 * SECOND;

/// How many of a hundred runs end by the death of their worker.
const DEATHS: u64 = 35;

/// A task whose worker died.
#[derive(Clone, Copy, Debug)]
pub(super) struct Dead {
    /// When the last sign of life was written; of a run that has ended, its end.
    pub(super) silent_since: Micros,
    pub(super) has_ended: bool,
}

#[derive(Clone, Debug)]
enum Doing {
    Nothing,
    /// It has claimed this task.
    Claim(String),
    /// It is at work on this run until then.
    Run(String, String, Micros),
    /// It has ended this run, and not yet the task.
    End(String, String),
}

struct Worker {
    doing: Doing,
    acts_at: Micros,
    /// When it wrote its last sign of life.
    wrote: Micros,
}

pub(super) struct Fleet {
    conn: Connection,
    dice: Dice,
    workers: Vec<Worker>,
    dead: BTreeMap<String, Dead>,
    runs: usize,
}

impl Fleet {
    pub(super) fn new(conn: Connection, dice: Dice) -> Self {
        conn.execute_batch("INSERT INTO projects VALUES ('p', 'P', '2026-01-01')")
            .unwrap();
        for task in 0..TASKS {
            let then = "2026-01-01T00:00:00.000Z";
            conn.execute(
                "INSERT INTO tasks (id, project_id, title, created_at, updated_at) VALUES (?1, 'p', '', ?2, ?2)",
                params![format!("t{task}"), then],
            )
            .unwrap();
        }
        let mut fleet = Self {
            conn,
            dice,
            workers: Vec::new(),
            dead: BTreeMap::new(),
            runs: 0,
        };
        for _ in 0..WORKERS {
            let worker = fleet.hired(0);
            fleet.workers.push(worker);
        }
        fleet
    }

    fn hired(&mut self, now: Micros) -> Worker {
        Worker {
            doing: Doing::Nothing,
            acts_at: now + self.dice.between(SECOND, 3 * MINUTE),
            wrote: now,
        }
    }

    pub(super) fn next_at(&self) -> Micros {
        let acts = self.workers.iter().map(|worker| worker.acts_at);
        acts.min().unwrap_or(Micros::MAX)
    }

    /// The machine was suspended: who slept sleeps on.
    pub(super) fn sleep_on(&mut self, time: Micros) {
        for worker in &mut self.workers {
            worker.acts_at += time;
            if let Doing::Run(_, _, until) = &mut worker.doing {
                *until += time;
            }
        }
    }

    /// Those that nobody has found yet.
    pub(super) fn dead(&self) -> &BTreeMap<String, Dead> {
        &self.dead
    }

    /// A task was reaped: what it died of, unless its worker lives.
    pub(super) fn reaped(&mut self, task: &str, _now: Micros) -> Option<Dead> {
        self.dead.remove(task)
    }

    /// Whether the worker of this task has ended its run, so that nothing is lost.
    pub(super) fn has_ended_its_run(&self, task: &str) -> bool {
        self.workers
            .iter()
            .any(|worker| matches!(&worker.doing, Doing::End(of, _) if of == task))
    }

    /// The next worker does the next thing, if it can write.
    pub(super) fn act(&mut self, machine: &Machine, can_write: bool) {
        let next = self.next_at();
        let place = self
            .workers
            .iter()
            .position(|worker| worker.acts_at == next)
            .unwrap();
        let now = machine.now;
        if !can_write {
            self.workers[place].acts_at = now + BEAT;
            return;
        }
        let wall = machine.wall();
        let doing = self.workers[place].doing.clone();
        let (then, rest) = match doing {
            Doing::Nothing => match self.claim(&wall) {
                Some(task) => (Doing::Claim(task), self.dice.between(0, 5 * SECOND)),
                None => (Doing::Nothing, self.dice.between(30 * SECOND, 2 * MINUTE)),
            },
            Doing::Claim(task) => {
                let run = self.begin(&task, &wall);
                let work = self.dice.between(10 * SECOND, HOUR);
                (Doing::Run(task, run, now + work), BEAT.min(work))
            }
            Doing::Run(task, run, until) if now >= until => {
                self.end(&run, &wall);
                (Doing::End(task, run), self.dice.between(0, 5 * SECOND))
            }
            Doing::Run(task, run, until) => {
                self.beat(&run, &wall);
                (Doing::Run(task, run, until), BEAT.min(until - now))
            }
            Doing::End(task, run) => {
                self.finish(&task, &run, &wall);
                (Doing::Nothing, self.dice.between(SECOND, MINUTE))
            }
        };
        let worker = &mut self.workers[place];
        let has_written = !matches!(then, Doing::Nothing);
        worker.doing = then;
        worker.acts_at = now + rest;
        if has_written {
            worker.wrote = now;
        }
        if now < DAY && self.dies(place) {
            self.bury(place, now);
        }
    }

    /// One that is at work dies once in a while: as likely right after a claim or an end as at a beat.
    fn dies(&mut self, place: usize) -> bool {
        let chance = match &self.workers[place].doing {
            Doing::Nothing => return false,
            Doing::Claim(_) | Doing::End(..) => DEATHS / 3,
            Doing::Run(..) => 1,
        };
        self.dice.percent(chance)
    }

    fn bury(&mut self, place: usize, now: Micros) {
        let heir = self.hired(now);
        let worker = std::mem::replace(&mut self.workers[place], heir);
        let (task, has_ended) = match worker.doing {
            Doing::Nothing => return,
            Doing::Claim(task) | Doing::Run(task, ..) => (task, false),
            Doing::End(task, _) => (task, true),
        };
        let silent_since = worker.wrote;
        self.dead.insert(
            task,
            Dead {
                silent_since,
                has_ended,
            },
        );
    }

    fn claim(&self, wall: &str) -> Option<String> {
        let open = "SELECT id FROM tasks WHERE status = 'open' ORDER BY updated_at LIMIT 1";
        let task: String = self.conn.query_row(open, [], |row| row.get(0)).ok()?;
        self.write(
            "UPDATE tasks SET status = 'running', started_at = ?1, updated_at = ?1 WHERE id = ?2",
            &[wall, &task],
        );
        Some(task)
    }

    fn begin(&mut self, task: &str, wall: &str) -> String {
        self.runs += 1;
        let run = format!("r{}", self.runs);
        let begin = "INSERT INTO task_runs (id, task_id, started_at, last_heartbeat) VALUES (?1, ?2, ?3, ?3)";
        self.conn.execute_batch("BEGIN").unwrap();
        self.write(begin, &[&run, task, wall]);
        let own = "UPDATE tasks SET active_run_id = ?1 WHERE id = ?2 AND status = 'running'";
        self.write(own, &[&run, task]);
        self.conn.execute_batch("COMMIT").unwrap();
        run
    }

    fn beat(&self, run: &str, wall: &str) {
        let beat = "UPDATE task_runs SET last_heartbeat = ?1 WHERE id = ?2 AND status = 'running'";
        self.write(beat, &[wall, run]);
    }

    fn end(&self, run: &str, wall: &str) {
        let end = "UPDATE task_runs SET status = 'completed', completed_at = ?1 WHERE id = ?2 AND status = 'running'";
        self.write(end, &[wall, run]);
    }

    /// Unless it was reaped meanwhile.
    fn finish(&self, task: &str, run: &str, wall: &str) {
        let finish = "UPDATE tasks SET status = 'open', active_run_id = '', updated_at = ?1
                      WHERE id = ?2 AND active_run_id = ?3";
        self.conn
            .prepare(finish)
            .and_then(|mut finish| finish.execute([wall, task, run]))
            .unwrap();
    }

    /// One row changes: nobody has taken it from its worker.
    fn write(&self, sql: &str, values: &[&str]) {
        let changed = self
            .conn
            .prepare(sql)
            .and_then(|mut write| write.execute(rusqlite::params_from_iter(values)))
            .unwrap();
        assert_eq!(changed, 1, "{sql}, {values:?}");
    }
}
