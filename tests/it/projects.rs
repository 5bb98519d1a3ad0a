//! One project only: by name or id, with or without a projects table.

use rusqlite::types::Value;
use zombie_sweeper::store::StoreError;
use zombie_sweeper::{SweepError, rusqlite, store::ProjectError};

use crate::world::{World, reasons};

/// One zombie each in two projects, `p-SciDEX` called SciDEX and `p-Atlas` called Atlas.
fn two_projects() -> World {
    World::new()
        .running("of-scidex")
        .project("Atlas")
        .running("of-atlas")
        .project("Idle")
}

/// The same with the projects' names on the tasks themselves.
fn by_name() -> World {
    two_projects()
        .rename_column("tasks", "project_id", "project")
        .sql("PRAGMA foreign_keys = OFF; UPDATE tasks SET project = substr(project, 3)")
}

fn swept(world: World, project: &str) -> Vec<String> {
    reasons(&asked(world, project).sweep())
}

fn asked(world: World, project: &str) -> World {
    world.options(|options| options.project(project))
}

#[test]
fn all_projects_unless_one_is_named() {
    let report = two_projects().sweep();
    assert_eq!((report.reaps.len(), report.project), (2, None));
}

#[test]
fn id_column_takes_the_name_and_the_id() {
    for project in ["Atlas", "p-Atlas"] {
        let mut world = asked(two_projects(), project);
        let report = world.sweep();
        assert_eq!(reasons(&report), ["of-atlas: no_active_run"]);
        assert_eq!((report.scanned, report.project.as_deref()), (1, Some(project)));
        assert_eq!(world.value("tasks.status", "of-scidex"), "running");
    }
}

#[test]
fn name_column_takes_the_name_and_the_id() {
    for project in ["Atlas", "p-Atlas"] {
        assert_eq!(
            swept(by_name(), project),
            ["of-atlas: no_active_run"],
            "{project}"
        );
        let renamed = by_name().rename_column("tasks", "project", "project_name");
        assert_eq!(swept(renamed, project), ["of-atlas: no_active_run"], "{project}");
    }
}

#[test]
fn without_a_projects_table_the_tasks_have_the_say() {
    let drop = "PRAGMA foreign_keys = OFF; DROP TABLE projects";
    assert_eq!(swept(by_name().sql(drop), "Atlas"), ["of-atlas: no_active_run"]);
    assert_eq!(
        swept(two_projects().sql(drop), "p-Atlas"),
        ["of-atlas: no_active_run"]
    );
}

#[test]
fn integer_ids() {
    let world = || {
        World::new()
            .sql(
                "PRAGMA foreign_keys = OFF;
                 INSERT INTO projects VALUES ('7', 'Seven', ''), ('8', 'Eight', '')",
            )
            .running("of-seven")
            .set("project_id", "7")
            .running("of-eight")
            .set("project_id", "8")
            .redeclare("tasks", "project_id TEXT", "project_id INTEGER")
    };
    for project in ["7", "Seven"] {
        assert_eq!(swept(world(), project), ["of-seven: no_active_run"], "{project}");
    }
    let world = world()
        .sql("DELETE FROM projects WHERE id NOT IN ('7', '8')")
        .redeclare("projects", "id TEXT PRIMARY KEY", "id INTEGER PRIMARY KEY");
    assert_eq!(swept(world, "Eight"), ["of-eight: no_active_run"]);
}

#[test]
fn known_project_without_running_tasks_is_an_empty_sweep() {
    let mut world = asked(two_projects(), "Idle");
    assert_eq!(world.sweep().scanned, 0);
    let mut world = asked(
        by_name().sql("DROP TABLE projects; UPDATE tasks SET status = 'open'"),
        "Atlas",
    );
    assert_eq!(world.sweep().scanned, 0);
}

#[test]
fn unknown_project_is_an_error_that_names_the_nearest() {
    for world in [two_projects(), by_name(), by_name().sql("DROP TABLE projects")] {
        let mut world = asked(world, "Scidex");
        let said = world.refused();
        assert!(said.contains("no project \"Scidex\""), "{said}");
        let names = said.split_once("it knows").unwrap().1;
        assert!(
            names.starts_with(" \"SciDEX\""),
            "the nearest comes first: {said}"
        );
        assert!(names.contains("\"Atlas\""), "{said}");
    }
}

#[test]
fn unknown_project_in_an_empty_queue() {
    let mut world = asked(World::new().sql("DELETE FROM projects"), "Atlas");
    assert!(world.refused().contains("it knows none"));
}

#[test]
fn error_names_only_a_few_of_many() {
    let mut world = World::new();
    for n in 0..50 {
        world = world.project(&format!("project-{n}"));
    }
    let said = asked(world, "project-x").refused();
    assert!(said.matches("project-").count() <= 6, "{said}");
}

#[test]
fn tasks_without_a_project_column_cannot_be_told_apart() {
    let mut world = asked(
        two_projects().redeclare("tasks", "project_id TEXT NOT NULL REFERENCES projects(id),", ""),
        "Atlas",
    );
    let error = world.try_sweep().unwrap_err();
    assert!(
        matches!(
            error,
            SweepError::Store(StoreError::Project(ProjectError::NoColumn))
        ),
        "{error:?}"
    );
}

#[test]
fn name_goes_before_an_id_of_the_same_spelling() {
    let world = || {
        World::new()
            .sql("INSERT INTO projects VALUES ('Atlas', 'Other', ''), ('p-9', 'Atlas', '')")
            .running("of-the-name")
            .set("project_id", "p-9")
            .running("of-the-id")
            .set("project_id", "Atlas")
    };
    assert_eq!(swept(world(), "Atlas"), ["of-the-name: no_active_run"]);
    assert_eq!(swept(world(), "Other"), ["of-the-id: no_active_run"]);
}

#[test]
fn odd_names_are_taken_to_the_letter() {
    for name in [
        "'; DROP TABLE tasks; --",
        "a\"b",
        "%",
        "project 1",
        "日本",
        "{t.key}",
    ] {
        let world = two_projects().project(name).running("odd");
        assert_eq!(swept(world, name), ["odd: no_active_run"], "{name}");
    }
    let mut world = asked(two_projects(), "%");
    assert!(world.refused().contains("no project"));
    let mut world = asked(two_projects(), "Atlas\0");
    assert!(world.refused().contains("no project"));
}

#[test]
fn project_that_is_no_text_is_passed_over() {
    let world = two_projects()
        .sql("PRAGMA foreign_keys = OFF")
        .running("bytes")
        .set("project_id", Value::Blob(vec![0xff]))
        .running("not-utf-8")
        .sql("UPDATE tasks SET project_id = CAST(x'ff' AS TEXT) WHERE id = 'not-utf-8'");
    assert_eq!(swept(world, "Atlas"), ["of-atlas: no_active_run"]);
}

/// Two zombies, of which one names its project by id and the other by name.
fn either() -> World {
    World::new()
        .sql("PRAGMA foreign_keys = OFF; ALTER TABLE tasks ADD COLUMN project TEXT")
        .project("Atlas")
        .running("by-id")
        .running("by-name")
        .set("project_id", "")
        .set("project", "Atlas")
        .project("Idle")
        .running("of-another")
        .set("project", "Idle")
}

#[test]
fn either_of_two_columns_counts() {
    let both = ["by-id: no_active_run", "by-name: no_active_run"];
    for project in ["Atlas", "p-Atlas"] {
        assert_eq!(swept(either(), project), both, "{project}");
    }
    let drop = "DROP TABLE projects";
    assert_eq!(swept(either().sql(drop), "Atlas"), ["by-name: no_active_run"]);
    assert_eq!(swept(either().sql(drop), "p-Atlas"), ["by-id: no_active_run"]);
    let said = asked(either().sql(drop), "Atlantis").refused();
    assert!(said.contains("it knows \"Atlas\""), "{said}");
}

#[test]
fn number_equals_its_digits_whatever_the_columns_hold() {
    for (declared, value) in [
        ("", "7"),
        ("", "'7'"),
        ("TEXT", "'7'"),
        ("INTEGER", "7"),
        ("BLOB", "7"),
        ("REAL", "7"),
    ] {
        for (said_as, said) in [
            ("", "7"),
            ("", "'7'"),
            ("TEXT", "'7'"),
            ("INTEGER", "7"),
            ("BLOB", "'7'"),
        ] {
            let world = || {
                World::foreign(&format!(
                    "CREATE TABLE projects (id {declared}, name TEXT);
                     CREATE TABLE tasks (id TEXT PRIMARY KEY, status TEXT, active_run_id TEXT, updated_at TEXT, project_id {said_as});
                     CREATE TABLE task_runs (id TEXT PRIMARY KEY, task_id TEXT, status TEXT);
                     CREATE TABLE task_events (task_id TEXT, event_type TEXT);
                     INSERT INTO projects VALUES ({value}, 'Seven'), (70, 'Seventy');
                     INSERT INTO tasks VALUES ('of-seven', 'running', '', '2026-01-01T00:00:00Z', {said}),
                                              ('of-seventy', 'running', '', '2026-01-01T00:00:00Z', 70);"
                ))
            };
            for project in ["Seven", "7"] {
                let found = swept(world(), project);
                let forms = format!("{declared} {value}, {said_as} {said}, {project}");
                if declared == "REAL" && project == "7" {
                    continue; // its digits are 7.0
                }
                assert_eq!(found, ["of-seven: no_active_run"], "{forms}");
            }
        }
    }
}

#[test]
fn nul_in_a_name_does_not_cut_it() {
    for encoding in ["UTF-8", "UTF-16"] {
        let world = || {
            let conn = rusqlite::Connection::open_in_memory().unwrap();
            conn.execute_batch(&format!("PRAGMA encoding = '{encoding}'"))
                .unwrap();
            World::at(conn)
                .project("Atlas")
                .running("of-atlas")
                .project("Atlas\0two")
                .running("of-the-second")
                .rename_column("tasks", "project_id", "project")
                .sql("PRAGMA foreign_keys = OFF; UPDATE tasks SET project = p.name FROM projects AS p WHERE p.id = tasks.project")
        };
        assert_eq!(swept(world(), "Atlas"), ["of-atlas: no_active_run"], "{encoding}");
        assert_eq!(
            swept(world(), "Atlas\0two"),
            ["of-the-second: no_active_run"],
            "{encoding}"
        );
        assert_eq!(
            swept(world(), "p-Atlas\0two"),
            ["of-the-second: no_active_run"],
            "{encoding}"
        );
    }
}
