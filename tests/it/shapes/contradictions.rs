//! Profiles that tell of two shapes at once.

use zombie_sweeper::Profile;

#[test]
fn each_is_told_by_a_sentence_of_its_own() {
    for (toml, key, other) in [
        (
            "tasks = { running_where = 'a', columns = { status = 'b' } }",
            "tasks.columns.status",
            "tasks.running_where",
        ),
        (
            "tasks = { running_where = 'a', words = { running = 'b' } }",
            "tasks.words.running",
            "tasks.running_where",
        ),
        (
            "tasks = { running_where = 'a', words = { open = { default = 'b' } } }",
            "tasks.words.open.default",
            "tasks.running_where",
        ),
        (
            "runs = { running_where = 'a', words = { finished = ['b'] } }",
            "runs.words.finished",
            "runs.running_where",
        ),
        (
            "runs = { table = '', columns = { task = 'b' } }",
            "runs.columns.task",
            "runs.table = \"\"",
        ),
        (
            "runs.table = ''\ntasks.columns.active_run = 'b'",
            "tasks.columns.active_run",
            "runs.table = \"\"",
        ),
        (
            "tasks.columns.worker = 'b'",
            "tasks.columns.worker",
            "workers.table = \"\"",
        ),
        (
            "runs.columns.worker = 'b'",
            "runs.columns.worker",
            "workers.table = \"\"",
        ),
        (
            "workers.columns.heartbeat = 'b'",
            "workers.columns.heartbeat",
            "workers.table = \"\"",
        ),
        (
            "events = { table = '', words = { reaped = 'b' } }",
            "events.words.reaped",
            "events.table = \"\"",
        ),
    ] {
        let said = Profile::from_toml(toml).unwrap_err().to_string();
        assert!(
            said.starts_with(&format!("{key} and {other}: expected one of them: ")),
            "{said}"
        );
    }
}

#[test]
fn to_say_that_there_is_none_contradicts_nothing() {
    let toml = "tasks = { running_where = 'a', columns = { status = [], worker = [], active_run = [] } }\n\
                runs = { table = '', clear = [] }\nevents.table = ''\nworkers = { table = '', words = { gone = [] } }";
    Profile::from_toml(toml).unwrap();
}
