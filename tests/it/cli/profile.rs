//! A profile that cannot be used: nothing is read or written for it.

use insta::assert_snapshot;

use super::place::Place;

#[track_caller]
fn refused(toml: impl AsRef<[u8]>) -> String {
    let place = Place::queue(|world| world.zombie("t1"));
    let profile = place.write("queue.toml", toml);
    let args = ["--profile", profile.to_str().unwrap()];
    let sweep = place.untouched(|| place.sweeper(&args).run());
    let said = sweep.failure(place.path());
    let dry_run = place.untouched(|| place.sweeper(&args).args(["--dry-run"]).run());
    assert_eq!(dry_run.failure(place.path()), said);
    said
}

#[test]
fn missing() {
    let place = Place::queue(|world| world);
    let ran = place.sweeper(&["--profile", "no/such/profile.toml"]).run();
    assert_snapshot!(ran.failure(place.path()), @"
    exit 66
    error: failed to read the profile no/such/profile.toml: No such file or directory (os error 2)
    ");
}

#[test]
fn folder() {
    let place = Place::queue(|world| world);
    let ran = place
        .sweeper(&["--profile", place.path().to_str().unwrap()])
        .run();
    assert_snapshot!(ran.failure(place.path()), @"
    exit 66
    error: failed to read the profile ~: Is a directory (os error 21)
    ");
}

#[test]
fn not_toml() {
    assert_snapshot!(refused("[tasks\ntable = 'jobs'\n"), @"
    exit 65
    error: the profile ~/queue.toml cannot be used: failed to read the profile: TOML parse error at line 1, column 7
      |
    1 | [tasks
      |       ^
    unclosed table, expected `]`
    ");
}

#[test]
fn not_text() {
    assert_snapshot!(refused(b"\xff\xfe"), @"
    exit 65
    error: failed to read the profile ~/queue.toml: stream did not contain valid UTF-8
    ");
}

#[test]
fn unknown_key() {
    assert_snapshot!(refused("[tasks]\ntabel = 'jobs'\n"), @"
    exit 65
    error: the profile ~/queue.toml cannot be used: failed to read the profile: TOML parse error at line 2, column 1
      |
    2 | tabel = 'jobs'
      | ^^^^^
    unknown field `tabel`, expected one of `table`, `columns`, `words`, `running_where`, `where`, `clear`, `stamp`, `increment`, `set`
    ");
}

#[test]
fn column_that_is_not_there() {
    assert_snapshot!(refused("[tasks.columns]\nheartbeat = ['pulse']\n"), @"
    exit 65
    error: the schema does not fit: tasks.heartbeat: expected pulse; table tasks has id, project_id, title, status, task_type, frequency, priority, active_run_id, assigned_slot, assigned_worker, workspace_path, lease_expires_at, last_heartbeat, next_eligible_at, created_at, started_at, updated_at, completed_at
    ");
}

#[test]
fn table_that_is_not_there() {
    assert_snapshot!(refused("[runs]\ntable = 'attempts'\n"), @"
    exit 65
    error: the schema does not fit: runs: expected a table attempts; the database has projects, task_events, task_runs, tasks, workspaces
    ");
}

#[test]
fn nothing_at_all() {
    let said = refused("");
    assert_snapshot!(said, @"
    exit 65
    error: the profile ~/queue.toml is empty, as is a file that is just being written, or a pipe that was read before: expected a key or a comment in it
    ");
    assert_eq!(refused(" \n\t\r\n"), said);
}

#[test]
fn comments_alone_change_nothing() {
    let place = Place::queue(|world| world.zombie("t1"));
    let profile = place.write("queue.toml", "# as built in\n");
    let summary = place
        .sweeper(&["--profile", profile.to_str().unwrap()])
        .run()
        .summary();
    assert_eq!(summary["reaped"], 1);
}

#[test]
fn condition_that_does_not_compile() {
    assert_snapshot!(refused("[tasks]\nwhere = \"t.colour = 'red'\"\n"), @r#"
    exit 65
    error: tasks.where: expected an SQL condition on the task t, found "t.colour = 'red'": no such column: t.colour
    "#);
}

#[test]
fn dry_run_by_a_profile_of_ones_own_warns_of_words_that_no_task_has() {
    let place = Place::queue(|world| world.running("t1").run("r1").heartbeat("16m ago"));
    let file = place.file("queue.toml");
    std::fs::write(&file, "[tasks.words]\nrunning = 'runing'\nopen = 'opne'\n").unwrap();
    let of_words = |args: &[&str]| {
        let summary = place.sweeper(args).run().exits(0).json();
        let warnings = summary["warnings"].as_array().unwrap().iter();
        let of_words =
            warnings.filter(|warning| warning.as_str().unwrap().starts_with("no task has the status"));
        of_words.count()
    };
    assert_eq!(of_words(&["--dry-run", "--profile", file.to_str().unwrap()]), 2);
    assert_eq!(of_words(&["--dry-run"]), 0);
}
