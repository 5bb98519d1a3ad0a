use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use crate::world::{World, moment};

/// A queue, before it is one: what proptest makes smaller until it is the smallest that breaks a law.
#[derive(Clone, Debug)]
pub(super) struct Queue(Vec<Task>);

#[derive(Clone, Debug)]
struct Task {
    status: &'static str,
    project: &'static str,
    recurring: bool,
    bare: bool,
    active: Active,
    heartbeat: Sign,
    started: Sign,
    updated: Sign,
    next_eligible: Sign,
    lease: Sign,
    runs: Vec<Run>,
    holder: Holder,
}

#[derive(Clone, Debug)]
struct Run {
    status: &'static str,
    heartbeat: Sign,
    started: Sign,
    ended: Sign,
}

#[derive(Clone, Copy, Debug)]
enum Active {
    None,
    Gone,
    /// The run of another task.
    Foreign,
    Own(usize),
}

#[derive(Clone, Copy, Debug)]
enum Holder {
    Nobody,
    Task,
    Run,
    Both,
}

#[derive(Clone, Debug)]
enum Sign {
    None,
    Ago(u32),
    Ahead(u32),
    Garbage,
}

impl Sign {
    fn text(&self) -> String {
        match self {
            Self::None => String::new(),
            Self::Ago(ms) => moment(&format!("{}.{:03}s ago", ms / 1000, ms % 1000)),
            Self::Ahead(s) => moment(&format!("in {s}s")),
            Self::Garbage => "soon".to_owned(),
        }
    }
}

/// No sign of life that could be read.
fn mute() -> BoxedStrategy<Sign> {
    prop_oneof![2 => Just(Sign::None), 1 => Just(Sign::Garbage)].boxed()
}

fn signs() -> BoxedStrategy<Sign> {
    prop_oneof![
        2 => Just(Sign::None),
        2 => (0_u32..900_000).prop_map(Sign::Ago),
        4 => (900_001_u32..4_000_000).prop_map(Sign::Ago),
        1 => select(vec![899_999, 900_000, 900_001]).prop_map(Sign::Ago),
        1 => (1_u32..600).prop_map(Sign::Ahead),
        1 => Just(Sign::Garbage),
    ]
    .boxed()
}

fn runs(signs: &BoxedStrategy<Sign>) -> impl Strategy<Value = Run> + use<> {
    let words = vec![
        "running",
        "running",
        "running",
        "completed",
        "failed",
        "aborted",
        "abandoned",
        "paused",
    ];
    (select(words), signs.clone(), signs.clone(), signs.clone()).prop_map(
        |(status, heartbeat, started, ended)| Run {
            status,
            heartbeat,
            started,
            ended,
        },
    )
}

fn tasks(signs: &BoxedStrategy<Sign>) -> impl Strategy<Value = Task> + use<> {
    let active = prop_oneof![
        2 => Just(Active::None),
        1 => Just(Active::Gone),
        1 => Just(Active::Foreign),
        6 => (0_usize..3).prop_map(Active::Own),
    ];
    let holder = select(vec![Holder::Nobody, Holder::Task, Holder::Run, Holder::Both]);
    let words = (
        select(vec!["running", "running", "running", "running", "open", "done"]),
        select(World::PROJECTS.to_vec()),
        any::<bool>(),
        any::<bool>(),
    );
    let lease = prop_oneof![3 => Just(Sign::None), 1 => signs.clone()];
    let five = (signs.clone(), signs.clone(), signs.clone(), signs.clone(), lease);
    (words, active, five, vec(runs(signs), 0..4), holder).prop_map(
        |(
            (status, project, recurring, bare),
            active,
            (heartbeat, started, updated, next_eligible, lease),
            runs,
            holder,
        )| {
            Task {
                status,
                project,
                recurring,
                bare,
                active,
                heartbeat,
                started,
                updated,
                next_eligible,
                lease,
                runs,
                holder,
            }
        },
    )
}

pub(super) fn queues() -> impl Strategy<Value = Queue> {
    let task = prop_oneof![4 => tasks(&signs()), 1 => tasks(&mute())];
    vec(task, 0..7).prop_map(Queue)
}

impl World {
    pub(super) const PROJECTS: [&str; 2] = ["SciDEX", "Atlas"];
}

impl Queue {
    /// The same, where no clock is ahead.
    pub(super) fn in_step(mut self) -> Self {
        for task in &mut self.0 {
            let of_task = [&mut task.heartbeat, &mut task.started, &mut task.updated];
            let of_runs = task
                .runs
                .iter_mut()
                .flat_map(|run| [&mut run.heartbeat, &mut run.started]);
            for sign in of_task.into_iter().chain(of_runs) {
                if let Sign::Ahead(_) = sign {
                    *sign = Sign::Ago(0);
                }
            }
        }
        self
    }

    /// The ids of the running tasks.
    pub(super) fn running(&self) -> Vec<String> {
        let tasks = self.0.iter().enumerate();
        tasks
            .filter(|(_, task)| task.status == "running")
            .map(|(n, _)| format!("t{n}"))
            .collect()
    }

    pub(super) fn build(&self) -> World {
        let world = World::new().project("Atlas").sql("BEGIN");
        let world = self
            .0
            .iter()
            .enumerate()
            .fold(world, |world, (n, task)| task.add_to(world, n));
        world.sql("COMMIT")
    }
}

impl Task {
    fn add_to(&self, world: World, n: usize) -> World {
        let id = format!("t{n}");
        let world = if self.bare {
            world.bare_task(&id)
        } else {
            world.task(&id)
        };
        let world = if self.recurring { world.recurring() } else { world };
        let mut world = world
            .status(self.status)
            .set("project_id", format!("p-{}", self.project))
            .set("active_run_id", self.active_run(n))
            .set("last_heartbeat", self.heartbeat.text())
            .set("started_at", self.started.text())
            .set("updated_at", self.updated.text())
            .set("next_eligible_at", self.next_eligible.text())
            .set("lease_expires_at", self.lease.text());
        for (m, run) in self.runs.iter().enumerate() {
            world = world
                .other_run(format!("r{n}-{m}"))
                .status(run.status)
                .set("last_heartbeat", run.heartbeat.text())
                .set("started_at", run.started.text())
                .set("completed_at", run.ended.text());
        }
        let (by_task, by_run) = match self.holder {
            Holder::Nobody => (false, false),
            Holder::Task => (true, false),
            Holder::Run => (false, true),
            Holder::Both => (true, true),
        };
        let run = (by_run && !self.runs.is_empty()).then(|| format!("r{n}-0"));
        world
            .workspace(&format!("w{n}"))
            .set("task_id", by_task.then_some(id))
            .set("run_id", run)
    }

    fn active_run(&self, n: usize) -> String {
        match self.active {
            Active::None => String::new(),
            Active::Gone => "gone".to_owned(),
            Active::Foreign => format!("r{}-0", n + 1),
            Active::Own(m) if self.runs.is_empty() => format!("r{n}-{m}"),
            Active::Own(m) => format!("r{n}-{}", m % self.runs.len()),
        }
    }
}
