//! What is learned from: how long runs were silent.

use zombie_sweeper::SweepOptions;
use zombie_sweeper::inspect::silences;
use zombie_sweeper::zombie::{Beat, Beats, Fate, Followed, Gap, Labels, Runs, Timestamp};

use super::{QUICK, labels, minutes};
use crate::world::{NOW, World, moment};

fn at(phrase: &str) -> Timestamp {
    moment(phrase)
        .parse::<chrono::DateTime<chrono::Utc>>()
        .unwrap()
        .into()
}

fn gap(from: &str, to: &str) -> Gap {
    Gap {
        from: at(from),
        to: at(to),
    }
}

fn of(world: &World, followed: &Followed) -> Runs {
    let runs = silences(&world.conn, &SweepOptions::at(NOW), followed, None).unwrap();
    runs.get(&labels(QUICK)).cloned().unwrap_or_default()
}

fn fates(world: &World, followed: &Followed) -> Vec<Fate> {
    of(world, followed).past.iter().map(|run| run.fate).collect()
}

/// A run that has ended by this word: its heartbeat and its end.
fn ended(status: &str, heartbeat: &str, end: &str) -> World {
    let queue = World::new().bare_task("t1").status("done").other_run("r1");
    queue.status(status).heartbeat(heartbeat).ended(end)
}

/// What two looks saw of a run.
fn seen(run: &str, looks: &[(&str, &str)]) -> Followed {
    let mut followed = Followed::default();
    for (look, beat) in looks {
        let mut beats = Beats::default();
        beats.add(Beat {
            run: run.into(),
            labels: labels(QUICK),
            began: at("2h ago"),
            at: at(beat),
        });
        followed.see(&beats, at(look));
    }
    followed
}

#[test]
fn from_the_last_beat_to_the_end() {
    let world = ended("completed", "50m ago", "30m ago");
    let told = of(&world, &Followed::default());
    assert_eq!(told.past[0].ended, at("30m ago"));
    assert_eq!(told.past[0].fate, Fate::Ended(gap("50m ago", "30m ago")));
}

#[test]
fn longest_silence_between_two_beats_that_looks_saw() {
    let world = ended("failed", "31m ago", "30m ago");
    let followed = seen(
        "r1",
        &[
            ("89m ago", "90m ago"),
            ("81m ago", "90m ago"),
            ("80m ago", "80m ago"),
        ],
    );
    assert_eq!(fates(&world, &followed), [Fate::Ended(gap("90m ago", "80m ago"))]);
}

/// Whoever looks every quarter of an hour does not see that the worker beats every ten seconds.
#[test]
fn looks_far_apart_make_no_silence() {
    let world = ended("completed", "30m ago", "30m ago");
    let followed = seen("r1", &[("90m ago", "5405s ago"), ("75m ago", "4505s ago")]);
    assert_eq!(
        fates(&world, &followed),
        [Fate::Ended(gap("5405s ago", "89m ago"))]
    );
}

#[test]
fn last_beat_that_is_the_end_says_nothing() {
    let world = ended("completed", "1800.9s ago", "30m ago");
    assert_eq!(fates(&world, &Followed::default()), [Fate::Mute]);
    let world = ended("completed", "1801s ago", "30m ago");
    assert_eq!(
        fates(&world, &Followed::default()),
        [Fate::Ended(gap("1801s ago", "30m ago"))]
    );
}

/// Nobody beats: the run was silent for as long as it took.
#[test]
fn from_the_start_where_there_is_no_heartbeat() {
    let world = World::new().bare_task("t1").status("done").other_run("r1");
    let world = world.status("completed").started("2h ago").ended("30m ago");
    assert_eq!(
        fates(&world, &Followed::default()),
        [Fate::Ended(gap("2h ago", "30m ago"))]
    );
}

/// Somebody beats for it on the task's row, which the next run overwrites: its own row says nothing of silence.
#[test]
fn heartbeats_of_the_task_are_known_from_looks_alone() {
    let world = World::new().bare_task("t1").status("done").heartbeat("10m ago");
    let world = world.other_run("r1").status("completed").ended("30m ago");
    assert_eq!(fates(&world, &Followed::default()), [Fate::Mute]);
    let followed = seen("r1", &[("40m ago", "45m ago")]);
    assert_eq!(fates(&world, &followed), [Fate::Ended(gap("45m ago", "30m ago"))]);
}

/// Whoever wrote that it was abandoned did not know when it died.
#[test]
fn run_that_was_given_up_is_no_sample() {
    for word in ["abandoned", "running", "no such word"] {
        assert_eq!(
            fates(&ended(word, "50m ago", "30m ago"), &Followed::default()),
            []
        );
    }
    let no_end = ended("completed", "50m ago", "30m ago").set("completed_at", "soon");
    assert_eq!(fates(&no_end, &Followed::default()), []);
}

#[test]
fn reaps_for_silence_say_what_was_borne() {
    let mut world = World::new().at_work("t1", QUICK, "20m ago");
    world.sweep();
    let reaped = Fate::Reaped {
        gap: gap("20m ago", "now"),
        borne: minutes(15),
    };
    assert_eq!(fates(&world, &Followed::default()), [reaped]);
    // It comes back, and says that it did it after all: the reap is what is known of its silence.
    let world = world.sql("UPDATE task_runs SET status = 'completed'");
    assert_eq!(fates(&world, &Followed::default()), [reaped]);
}

#[test]
fn reap_of_a_run_that_had_ended_is_none() {
    let mut world = World::new().running("t1").run("r1").status("completed");
    world = world.heartbeat("50m ago").ended("30m ago");
    world.sweep();
    assert_eq!(
        fates(&world, &Followed::default()),
        [Fate::Ended(gap("50m ago", "30m ago"))]
    );
}

#[test]
fn living_run_is_silent_so_far_or_was_for_longer() {
    let world = World::new()
        .at_work("t1", QUICK, "3m ago")
        .at_work("t2", QUICK, "4m ago");
    let looks = [
        ("89m ago", "90m ago"),
        ("81m ago", "90m ago"),
        ("80m ago", "80m ago"),
    ];
    let mut living = of(&world, &seen("r-t1", &looks)).living;
    living.sort_unstable();
    assert_eq!(living, [gap("90m ago", "80m ago"), gap("4m ago", "now")]);
}

#[test]
fn zombie_and_claim_are_no_runs_at_work() {
    let world = World::new()
        .at_work("t1", QUICK, "16m ago")
        .running("t2")
        .updated("1m ago");
    assert_eq!(of(&world, &Followed::default()).living, []);
}

/// Another attempt under the same id: what lies between the two is no silence.
#[test]
fn attempt_is_told_from_the_one_before() {
    let mut followed = seen("t1", &[("100m ago", "110m ago")]);
    let mut beats = Beats::default();
    beats.add(Beat {
        run: "t1".into(),
        labels: Labels::default(),
        began: at("20m ago"),
        at: at("10m ago"),
    });
    followed.see(&beats, at("10m ago"));
    let run = followed.get(&"t1".into()).unwrap();
    assert_eq!((run.first, run.gap), (at("10m ago"), None));
}

#[test]
fn task_that_is_its_own_run() {
    let queue = "CREATE TABLE tasks (id INTEGER PRIMARY KEY, status TEXT, started_at TEXT, last_heartbeat TEXT, completed_at TEXT)";
    let none =
        "runs.table = ''\nevents.table = ''\nworkspaces.table = ''\n[tasks.words]\ncompleted = ['done']";
    let row = |id: u32, status: &str, beat: &str, end: &str| {
        let [start, beat, end] = ["2h ago", beat, end].map(moment);
        format!("INSERT INTO tasks VALUES ({id}, '{status}', '{start}', '{beat}', '{end}');")
    };
    let world = World::foreign(queue)
        .sql(&row(1, "done", "50m ago", "30m ago"))
        .sql(&row(2, "open", "50m ago", "30m ago"))
        .sql(&row(3, "done", "50m ago", "30m ago"))
        .sql("UPDATE tasks SET last_heartbeat = NULL WHERE id = 3");
    let profile = zombie_sweeper::Profile::from_toml(none).unwrap();
    let opts = SweepOptions::at(NOW).profile(profile);
    let runs = silences(&world.conn, &opts, &Followed::default(), None).unwrap();
    let mut fates: Vec<_> = runs[&Labels::default()].past.iter().map(|run| run.fate).collect();
    fates.sort_unstable();
    assert_eq!(fates, [Fate::Ended(gap("50m ago", "30m ago")), Fate::Mute]);
}

/// Of a queue that keeps no events, what was reaped stands elsewhere.
#[test]
fn reaps_on_record_elsewhere() {
    let no_events = "events.table = ''";
    let mut world = World::new().at_work("t1", QUICK, "20m ago").profile(no_events);
    world = world.options(|options| options.remember(true));
    let report = world.sweep();
    let reaps = report.remembered().unwrap().reaps.iter();
    let elsewhere = reaps.map(|remembered| remembered.reap.clone()).collect();
    let profile = zombie_sweeper::Profile::from_toml(no_events).unwrap();
    let opts = SweepOptions::at(NOW).profile(profile);
    let runs = silences(&world.conn, &opts, &Followed::default(), Some(elsewhere)).unwrap();
    let reaped = Fate::Reaped {
        gap: gap("20m ago", "now"),
        borne: minutes(15),
    };
    let fates: Vec<_> = runs[&labels(QUICK)].past.iter().map(|run| run.fate).collect();
    assert_eq!(fates, [reaped]);
}

#[test]
fn project_is_kept_apart() {
    let world = World::new()
        .past_runs(QUICK, 3, 2)
        .project("other")
        .past_runs_of_other();
    let runs = silences(
        &world.conn,
        &SweepOptions::at(NOW).project("SciDEX"),
        &Followed::default(),
        None,
    )
    .unwrap();
    assert_eq!(runs.len(), 1);
    assert_eq!(runs[&labels(QUICK)].past.len(), 3);
    let all = silences(&world.conn, &SweepOptions::at(NOW), &Followed::default(), None).unwrap();
    assert_eq!(all.len(), 2);
}

impl World {
    fn past_runs_of_other(self) -> Self {
        let world = self.bare_task("elsewhere").status("done").other_run("x1");
        world.status("completed").heartbeat("50m ago").ended("30m ago")
    }
}
