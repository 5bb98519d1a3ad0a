//! Names and ids that a queue should not have, and may.

use crate::world::{Cell, World, reasons};

const ODD: [&str; 9] = [
    "'; DROP TABLE tasks; --",
    "\"quoted\"",
    "it's",
    "💥 日本語 e\u{301}",
    "two\nlines",
    "{t.key} {tasks}",
    "?1 :task @x $y",
    "a\0b",
    "-- \\ %s /*",
];

#[test]
fn ids_are_kept_to_the_letter() {
    for id in ODD {
        let run = format!("run {id}");
        let mut world = World::new()
            .running(id)
            .run(&run)
            .heartbeat("16m ago")
            .workspace(id)
            .set("task_id", id);
        let report = world.sweep();
        assert_eq!(reasons(&report), [format!("{id}: stale_heartbeat")]);
        assert_eq!((report.runs_abandoned, report.workspaces_freed), (1, 1), "{id:?}");
        assert_eq!(world.value("tasks.status", id), "open");
        assert_eq!(world.value("task_runs.status", &run), "abandoned");
        assert_eq!(world.query("SELECT task_id FROM task_events"), id);
        assert_eq!(world.payload()["run_id"], run);
    }
}

#[test]
fn what_a_task_holds_is_recorded_to_the_letter() {
    for held in ODD {
        let mut world = World::new().running("t1").set("assigned_worker", held);
        world.sweep();
        assert_eq!(world.payload()["released"]["task"]["assigned_worker"], held);
    }
}

#[test]
fn actor_is_kept_to_the_letter() {
    for actor in ODD {
        let mut world = World::new().running("t1").options(|options| options.actor(actor));
        assert_eq!(world.sweep().actor, actor);
        assert_eq!(world.query("SELECT actor FROM task_events"), actor);
    }
}

#[test]
fn unknown_status_is_warned_of_with_its_control_characters_escaped() {
    for status in ODD {
        let world = World::new().running("t1").run("r1").status(status);
        let report = world.heartbeat("16m ago").sweep();
        assert_eq!(report.warnings.len(), 1);
        assert!(!report.warnings[0].contains(['\n', '\0']), "{report:?}");
    }
}

#[test]
fn id_of_a_megabyte() {
    let id = "x".repeat(1 << 20);
    let mut world = World::new()
        .running(&id)
        .run(&id)
        .status(&id)
        .heartbeat("16m ago");
    let report = world.sweep();
    assert_eq!((report.reaps.len(), report.warnings.len()), (1, 1));
    assert!(report.warnings.iter().all(|warning| warning.len() < 1000));
    assert_eq!(world.value("tasks.status", &id), "open");
    assert_eq!(world.query("SELECT length(task_id) FROM task_events"), 1 << 20);
}

#[test]
fn id_that_is_not_utf_8_is_written_back_byte_for_byte() {
    for value in ["CAST(x'66ff6f' AS TEXT)", "x'66ff6f'"] {
        let mut world = World::new()
            .running("t1")
            .run("r1")
            .heartbeat("16m ago")
            .sql(&format!(
                "PRAGMA foreign_keys = OFF;
             UPDATE tasks SET id = {value}, active_run_id = {value};
             UPDATE task_runs SET id = {value}, task_id = {value}"
            ));
        let report = world.sweep();
        assert_eq!(reasons(&report), ["66ff6f: stale_heartbeat"]);
        assert_eq!(world.query("SELECT status FROM tasks"), "open");
        assert_eq!(world.query("SELECT status FROM task_runs"), "abandoned");
        assert_eq!(world.query("SELECT hex(task_id) FROM task_events"), "66FF6F");
        assert_eq!(
            world.query("SELECT count(*) FROM task_events AS e JOIN tasks AS t ON t.id = e.task_id"),
            1
        );
    }
}

#[test]
fn ids_that_differ_only_in_case_or_type_are_told_apart() {
    let mut world = World::new()
        .running("T1")
        .run("R1")
        .heartbeat("16m ago")
        .running("t1")
        .run("r1")
        .heartbeat("1m ago")
        .running("1")
        .run("1.0")
        .heartbeat("16m ago")
        .running("01")
        .run("1")
        .heartbeat("1m ago");
    assert_eq!(
        reasons(&world.sweep()),
        ["1: stale_heartbeat", "T1: stale_heartbeat"]
    );
    assert_eq!(world.value("task_runs.status", "r1"), "running");
}

#[test]
fn tasks_that_share_an_id_are_undecided() {
    let mut world = World::new()
        .redeclare("tasks", "id TEXT PRIMARY KEY", "id TEXT")
        .running("twin")
        .running("twin")
        .running("another");
    let report = world.sweep();
    assert_eq!(reasons(&report), ["another: no_active_run"]);
    let undecided = report
        .undecided
        .iter()
        .map(|task| (&*task.task_id, task.why.contains("the same id")));
    assert!(undecided.eq([("twin", true); 2]), "{report:?}");
}

#[test]
fn task_that_shares_its_id_with_one_that_does_not_run_is_reaped() {
    let mut world = World::new()
        .redeclare("tasks", "id TEXT PRIMARY KEY", "id TEXT")
        .running("twin")
        .task("twin");
    assert_eq!(reasons(&world.sweep()), ["twin: no_active_run"]);
    assert_eq!(world.query("SELECT count(*) FROM task_events"), 1);
}

#[test]
fn task_whose_runs_share_an_id_is_reaped_once() {
    let mut world = World::new()
        .redeclare("task_runs", "id TEXT PRIMARY KEY", "id TEXT")
        .running("t1")
        .run("r1")
        .heartbeat("16m ago")
        .workspace("w1")
        .set("task_id", "t1")
        .sql("INSERT INTO task_runs SELECT * FROM task_runs");
    let report = world.sweep();
    assert_eq!((report.scanned, report.reaps.len(), report.moved_on), (1, 1, 0));
    assert_eq!((report.runs_abandoned, report.workspaces_freed), (2, 1));
    assert_eq!(world.query("SELECT count(*) FROM task_events"), 1);
}

#[test]
fn task_without_an_id_is_reported_and_left_alone() {
    let mut world = World::new()
        .running("t1")
        .sql("UPDATE tasks SET id = NULL")
        .running("t2");
    let report = world.sweep();
    assert_eq!(reasons(&report), ["t2: no_active_run"]);
    assert_eq!(report.undecided.len(), 1);
    assert_eq!(
        world.query("SELECT status FROM tasks WHERE id IS NULL"),
        "running"
    );
}

#[test]
fn tables_and_columns_of_every_name() {
    for odd in ODD.into_iter().filter(|odd| !odd.contains('\0')) {
        let name = |part: &str| format!("{part} {odd}");
        let quoted = |part: &str| format!("\"{}\"", name(part).replace('"', "\"\""));
        let key = |part: &str| toml_text(&name(part));
        let mut world = World::new()
            .running("t1")
            .run("r1")
            .heartbeat("16m ago")
            .workspace("w1")
            .set("task_id", "t1")
            .sql(&format!(
                "ALTER TABLE tasks RENAME COLUMN active_run_id TO {run};
                 ALTER TABLE tasks RENAME COLUMN assigned_slot TO {slot};
                 ALTER TABLE task_runs RENAME COLUMN last_heartbeat TO {beat};
                 ALTER TABLE task_events RENAME COLUMN event_type TO {kind};
                 ALTER TABLE tasks RENAME TO {tasks}; ALTER TABLE task_runs RENAME TO {runs};
                 ALTER TABLE task_events RENAME TO {events}; ALTER TABLE workspaces RENAME TO {workspaces}",
                run = quoted("run"),
                slot = quoted("slot"),
                beat = quoted("beat"),
                kind = quoted("kind"),
                tasks = quoted("tasks"),
                runs = quoted("runs"),
                events = quoted("events"),
                workspaces = quoted("workspaces"),
            ))
            .profile(&format!(
                "tasks = {{ table = {}, columns = {{ active_run = {} }}, clear = [{slot}], set = {{ {slot} = {} }} }}
                 runs = {{ table = {}, columns = {{ heartbeat = {} }} }}
                 events = {{ table = {}, columns = {{ type = {} }} }}
                 workspaces.table = {}",
                key("tasks"),
                key("run"),
                toml_text(odd),
                key("runs"),
                key("beat"),
                key("events"),
                key("kind"),
                key("workspaces"),
                slot = key("slot"),
            ));
        let report = world.sweep();
        assert_eq!(reasons(&report), ["t1: stale_heartbeat"], "{odd}");
        assert_eq!((report.runs_abandoned, report.workspaces_freed), (1, 1), "{odd}");
        let slot = format!("SELECT {} FROM {}", quoted("slot"), quoted("tasks"));
        assert_eq!(world.query(&slot), odd);
        let kind = format!("SELECT {} FROM {}", quoted("kind"), quoted("events"));
        assert_eq!(world.query(&kind), Cell::text("zombie_reaped"));
    }
}

/// A basic string of TOML.
fn toml_text(text: &str) -> String {
    serde_json::to_string(text).unwrap()
}

#[test]
fn words_of_every_kind() {
    for odd in ODD.into_iter().filter(|odd| !odd.contains('\0')) {
        let with = |part: &str| format!("{part}{odd}");
        let key = |part: &str| toml_text(&with(part));
        let mut world = World::new()
            .running("t1")
            .status(&with("run"))
            .run("r1")
            .status(&with("run"))
            .heartbeat("16m ago")
            .running("t2")
            .status(&with("run"))
            .run("r2")
            .status(&with("done"))
            .profile(&format!(
                "tasks.words = {{ running = {run}, open = {} }}
                 runs.words = {{ running = {run}, finished = [{}], abandoned = {} }}
                 events.words = {{ reaped = {} }}",
                key("open"),
                key("done"),
                key("lost"),
                key("reaped"),
                run = key("run"),
            ));
        let report = world.sweep();
        assert_eq!(
            reasons(&report),
            ["t1: stale_heartbeat".to_owned(), format!("t2: run_done{odd}")]
        );
        assert_eq!(world.value("tasks.status", "t1"), with("open"));
        assert_eq!(world.value("task_runs.status", "r1"), with("lost"));
        assert_eq!(
            world.query("SELECT min(event_type) FROM task_events"),
            with("reaped")
        );
    }
}
