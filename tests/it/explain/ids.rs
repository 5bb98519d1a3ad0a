//! A task is named as it is shown, whatever its id is in the database.

use crate::world::World;

const JOBS: &str = "events.table = ''\nruns.table = ''\nworkspaces.table = ''\nprojects.table = ''\n\
                    [tasks]\ntable = 'jobs'\nclear = []\n\
                    [tasks.columns]\nstatus = 'state'\nheartbeat = 'beat_at'\nstarted = []\nupdated = []\n";

fn jobs(columns: &str, id: &str) -> World {
    World::foreign(&format!(
        "CREATE TABLE jobs ({columns}, state TEXT, beat_at TEXT)"
    ))
    .profile(&format!("{JOBS}id = {id}"))
}

fn is_found(world: &World, asked: &str) {
    assert_eq!(world.explain(asked).task_id.to_string(), asked);
}

#[test]
fn number_and_its_digits_are_the_same_id() {
    for column in [
        "id INTEGER PRIMARY KEY",
        "id TEXT PRIMARY KEY",
        "id",
        "id BLOB",
        "id REAL",
    ] {
        for id in ["7", "'7'"] {
            let world = jobs(column, "'id'").sql(&format!("INSERT INTO jobs VALUES ({id}, 'running', '')"));
            is_found(&world, "7");
        }
    }
}

#[test]
fn several_columns_are_named_with_a_stroke_between_them() {
    let world = jobs("tenant TEXT, n INTEGER", "['tenant', 'n']")
        .sql("CREATE UNIQUE INDEX of_both ON jobs (tenant, n)")
        .sql("INSERT INTO jobs VALUES ('a', 1, 'running', ''), ('a/b', 1, 'done', '')");
    is_found(&world, "a/1");
    is_found(&world, "a/b/1");
}

#[test]
fn bytes_are_named_by_their_hexadecimal_digits() {
    let world = jobs("id BLOB PRIMARY KEY", "'id'").sql("INSERT INTO jobs VALUES (x'00ff', 'running', '')");
    is_found(&world, "00ff");
}

#[test]
fn each_task_of_an_id_that_is_not_unique_is_told_of() {
    let world = jobs("id TEXT", "'id'")
        .sql("INSERT INTO jobs VALUES ('x', 'running', ''), ('x', 'running', ''), ('y', 'running', '')");
    let explanation = world.explanation("x").unwrap();
    assert_eq!(explanation.tasks.len(), 2);
    for task in &explanation.tasks {
        assert!(
            task.says.contains("another running task has the same id"),
            "{}",
            task.says
        );
    }
}

#[test]
fn unknown_id_is_an_error_with_near_ones() {
    let world = World::new().task("fold-kinase").task("embed-abstracts");
    let error = world.explanation("fold-kinases").unwrap_err().to_string();
    assert!(
        error.starts_with(
            "no task \"fold-kinases\" in the database; of 2 ids looked at, the nearest are \"fold-kinase\""
        ),
        "{error}"
    );
}

#[test]
fn near_ids_are_found_among_many() {
    let count = "WITH RECURSIVE n(i) AS (SELECT 10000 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)";
    let world = jobs("id TEXT PRIMARY KEY", "'id'").sql(&format!(
        "INSERT INTO jobs {count} SELECT 'task-' || i, 'done', '' FROM n"
    ));
    let error = world.explanation("task-15000x").unwrap_err().to_string();
    assert!(error.contains("\"task-15000\""), "{error}");
    let error = jobs("id TEXT PRIMARY KEY", "'id'")
        .explanation("t1")
        .unwrap_err()
        .to_string();
    assert_eq!(error, "no task \"t1\" in the database; it has none");
}

#[test]
fn near_ones_are_told_by_their_beginning_and_none_is_named_that_nobody_can_type() {
    let end = "y".repeat(200);
    let long = format!("fold-{end}");
    let world = World::new().task(&long).task("fold-".repeat(1_000)).task("other");
    let error = world
        .explanation(&format!("fold-{}", "y".repeat(20_000)))
        .unwrap_err()
        .to_string();
    let (_, near) = error.split_once("; of ").unwrap();
    assert_eq!(
        near,
        format!("2 ids looked at, the nearest are {long:?}, \"other\"")
    );
}
