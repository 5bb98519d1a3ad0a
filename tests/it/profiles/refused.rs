//! What a profile that cannot be used is told.

use zombie_sweeper::Profile;

use super::one_zombie;

fn profile_error(toml: &str) -> String {
    Profile::from_toml(toml).unwrap_err().to_string()
}

#[test]
fn unknown_key_is_shown_with_its_line_and_the_keys_there_are() {
    let said = profile_error("[tasks]\ntable = 'jobs'\ncolums = { id = 'x' }\n");
    assert!(said.contains("line 3") && said.contains("colums"), "{said}");
    assert!(said.contains("`columns`"), "{said}");
    let said = profile_error("[jobs]\ntable = 'jobs'\n");
    assert!(said.contains("line 1") && said.contains("`tasks`"), "{said}");
    let said = profile_error("tasks.columns.hartbeat = 'x'");
    assert!(said.contains("`heartbeat`"), "{said}");
}

#[test]
fn value_of_the_wrong_kind_is_shown_with_its_line() {
    let said = profile_error("[tasks]\n\ntable = 7\n");
    assert!(said.contains("line 3"), "{said}");
    assert!(profile_error("tasks.columns.id = 7").contains("expected a column name, or a list of them"));
    assert!(profile_error("tasks.set.x = [1]").contains("expected a text, a number or a boolean"));
    assert!(profile_error("tasks.words.running = 7").contains("expected a word, or a list of them"));
    assert!(profile_error("tasks.words.open = ['a']").contains("expected a word, or a table of words"));
    assert!(profile_error("tasks = \n").contains("line 1"));
}

#[test]
fn word_of_what_is_parked_stands_for_nothing_else() {
    for (toml, other) in [
        ("tasks.words.parked = 'running'", "tasks.words.running"),
        ("tasks.words.parked = 'open'", "tasks.words.open"),
        (
            "tasks.words = { parked = 'late', open = { stale_heartbeat = 'late' } }",
            "tasks.words.open",
        ),
        ("tasks.words.parked = 'done'", "tasks.words.completed"),
        ("tasks.words.parked = 'failed'", "tasks.words.failed"),
        ("events.words.parked = 'zombie_reaped'", "events.words.reaped"),
        ("events.words.unparked = 'zombie_reaped'", "events.words.reaped"),
        ("events.words.unparked = 'zombie_parked'", "events.words.parked"),
    ] {
        let said = profile_error(toml);
        assert!(said.contains(&format!("{other} must differ")), "{toml}: {said}");
    }
}

#[test]
fn empty_name_or_word_is_refused() {
    for toml in [
        "tasks.words.running = ''",
        "tasks.words.open = '  '",
        "runs.words.finished = ['done', '']",
        "events.words.reaped = ''",
        "tasks.columns.id = ''",
        "tasks.clear = ['']",
        "tasks.words.open.running = ''",
        "tasks.words.running = ['busy', '']",
        "tasks.words.running = []",
        "runs.words.running = []",
        "tasks.where = ' '",
        "hints.heartbeat = ['']",
    ] {
        let key = toml.split(" =").next().unwrap();
        assert!(profile_error(toml).starts_with(key), "{toml}");
    }
}

#[test]
fn nul_in_a_name_or_word_is_refused() {
    for toml in [
        r#"tasks.words.running = "run\u0000ning""#,
        r#"tasks.table = "\u0000""#,
        r#"runs.words.finished = ["\u0000"]"#,
        r#"tasks.set.title = "\u0000""#,
    ] {
        let key = toml.split(" =").next().unwrap();
        assert!(profile_error(toml).starts_with(key), "{toml}");
    }
}

#[test]
fn column_that_a_profile_asks_for_must_exist() {
    for (toml, role) in [
        (
            "tasks.columns.heartbeat = 'beat'",
            "tasks.heartbeat: expected beat",
        ),
        (
            "tasks.columns.id = ['uid', 'key']",
            "tasks.id: expected uid or key",
        ),
        (
            "workspaces.columns.released = 'x'",
            "workspaces.released: expected x",
        ),
        (
            "tasks.clear = ['assigned_slot', 'rack']",
            "tasks.clear: expected rack",
        ),
        ("runs.clear = ['pid']", "runs.clear: expected pid"),
        ("tasks.set = { rack = 1 }", "tasks.set: expected rack"),
        (
            "events.set = { \"level\\u0000\" = 1 }",
            "events.set: expected level",
        ),
    ] {
        let said = one_zombie(toml).refused();
        assert!(said.contains(role), "{toml}: {said}");
        assert!(
            said.contains("table ") && said.contains(" has "),
            "{toml}: {said}"
        );
    }
}

#[test]
fn table_that_a_profile_asks_for_must_exist() {
    for (toml, missing) in [
        ("tasks.table = 'jobs'", "tasks: expected a table jobs"),
        ("workspaces.table = 'rooms'", "workspaces: expected a table rooms"),
        ("projects.table = 'teams'", "projects: expected a table teams"),
    ] {
        let said = one_zombie(toml).refused();
        assert!(said.contains(missing), "{toml}: {said}");
        assert!(
            said.contains("task_runs"),
            "it names the tables that there are: {said}"
        );
    }
}

#[test]
fn what_is_needed_may_not_be_switched_off() {
    let said = one_zombie("tasks.table = ''").refused();
    assert!(
        said.contains("tasks: expected a table; the database has"),
        "{said}"
    );
    let said = one_zombie("tasks.columns.id = []").refused();
    assert!(
        said.contains("tasks.id: expected a column; table tasks has"),
        "{said}"
    );
}

#[test]
fn words_that_would_undo_each_other_are_refused() {
    for toml in [
        "tasks.words.open = 'running'",
        "runs.words.abandoned = 'running'",
        "runs.words.finished = ['done', 'running']",
        "tasks.words = { running = ['queued', 'open'] }",
        "tasks.words.open = { default = 'ready', run_completed = 'running' }",
        "tasks.words.open = { running = 'running' }",
        "tasks.words = { running = ['busy', 'queued'], open = { busy = 'queued' } }",
        "runs.words.running = ['running', 'abandoned']",
        "runs.words.running = ['running', 'failed']",
        "tasks.words = { running = ['1', '2'], open = '02' }",
    ] {
        let said = profile_error(toml);
        assert!(said.contains("must differ"), "{toml}: {said}");
    }
}

#[test]
fn task_is_opened_by_reason_or_by_the_status_it_had() {
    let said =
        profile_error("tasks.words = { running = ['queued', 'running'], open = { qeued = 'failed' } }");
    assert!(said.contains("queued, running"), "{said}");
    assert!(said.contains("found \"qeued\""), "{said}");
    for key in [
        "running",
        "default",
        "run_completed",
        "run_x",
        "no_active_run",
        "missing_run",
        "lease_expired",
        "stale_heartbeat",
        "worker_gone",
    ] {
        Profile::from_toml(&format!("tasks.words.open.{key} = 'failed'")).unwrap();
    }
}

#[test]
fn time_zone_that_is_none_is_shown_with_its_line() {
    for zone in ["", "Berlin", "+2", "02:00", "LOCAL"] {
        let said = profile_error(&format!("\n[database]\ntime_zone = '{zone}'"));
        assert!(
            said.contains("line 3") && said.contains("expected UTC, an offset"),
            "{said}"
        );
    }
    for zone in ["UTC", "local", "+02:00", "-03:30"] {
        Profile::from_toml(&format!("database.time_zone = '{zone}'")).unwrap();
    }
}
