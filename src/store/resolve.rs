use rusqlite::Connection;

use super::catalog::ColumnInfo;
use super::condition;
use super::roles::{Played, Roles};
use super::schema::{
    Events, ProjectColumns, Projects, Recurring, Runs, Schema, SchemaError, Tasks, Workspaces,
};
use crate::profile::{Names, Profile};

/// Finds each role of the profile in the database, and names everything that is wrong at once.
pub(super) fn resolve(conn: &Connection, profile: &Profile) -> Result<Schema, SchemaError> {
    let names = &*profile.names;
    let mut roles = Roles::new(conn, profile);
    let tasks = tasks(&mut roles, names)?;
    let runs = runs(&mut roles, names)?;
    let events = events(&mut roles, names)?;
    let workspaces = workspaces(&mut roles, names)?;
    let projects = projects(&mut roles, names)?;
    let (Some(mut tasks), Some(runs), Some(events)) = (tasks, runs, events) else {
        return Err(SchemaError::Unfit(roles.problems));
    };
    if !roles.problems.is_empty() {
        return Err(SchemaError::Unfit(roles.problems));
    }
    if let Some(condition) = &names.tasks.r#where {
        let beside = [Some(&runs.table), workspaces.as_ref().map(|held| &held.table)];
        let condition = condition::checked(conn, condition, &tasks.table, beside.into_iter().flatten())?;
        tasks.condition = Some(condition);
    }
    Ok(Schema {
        tasks,
        runs,
        events,
        workspaces,
        projects,
        time_zone: names.database.time_zone.0,
        look_alikes: names.hints.heartbeat.clone(),
        roles: roles.found,
    })
}

fn tasks(roles: &mut Roles<'_>, names: &Names) -> rusqlite::Result<Option<Tasks>> {
    let names = &names.tasks;
    let Some(table) = roles.needed_table("tasks", &names.table)? else {
        return Ok(None);
    };
    let mut section = roles.section("tasks", &table);
    let id = section.address(&names.columns.id);
    let status = section.written("status", &names.columns.status);
    let active_run = section.written("active_run", &names.columns.active_run);
    let project = ProjectColumns {
        name: section.column("project", &names.columns.project),
        id: section.column("project_id", &names.columns.project_id),
    };
    let kind = section.column("kind", &names.columns.kind);
    let is_recurring = section.column("is_recurring", &names.columns.is_recurring);
    let heartbeat = section.columns("heartbeat", &names.columns.heartbeat);
    let started = section.columns("started", &names.columns.started);
    let updated = section.columns("updated", &names.columns.updated);
    let lease = section.columns("lease", &names.columns.lease);
    let next_eligible = section.column("next_eligible", &names.columns.next_eligible);
    let kept = played([("id", &id), ("status", &status), ("active_run", &active_run)]);
    let mut clear = section.changed("clear", &names.clear, &kept);
    let stamp = section.changed("stamp", &names.stamp, &kept);
    let increment = section.changed("increment", &names.increment, &kept);
    // A queue without a pointer may lend a column that is free while a task runs, and have its own word put there.
    section.set(&names.set, &played([("id", &id), ("status", &status)]));
    let written = updated.iter().map(|column| ("updated", column));
    section.exclude(&kept, written.chain(played([("next_eligible", &next_eligible)])));
    section.lists_differ("stamp", &stamp, "increment", &increment);
    if section.asks_for("clear") {
        section.lists_differ("stamp", &stamp, "clear", &clear);
        section.lists_differ("increment", &increment, "clear", &clear);
    } else {
        // What the profile writes there is what it wants there.
        let wanted = |name: &String| stamp.iter().chain(&increment).any(|column| column.name == *name);
        clear.retain(|column| !wanted(&column.name));
    }
    section.cleared_too(&mut clear, "lease", &lease, &kept);
    let (Some(id), Some(status), Some(active_run)) = (id, status, active_run) else {
        return Ok(None);
    };
    let recurring = match (kind, is_recurring) {
        (Some(kind), _) => Recurring::Kind(kind, names.words.recurring.clone()),
        (None, Some(flag)) => Recurring::Flag(flag),
        (None, None) => Recurring::Never,
    };
    Ok(Some(Tasks {
        table,
        id,
        status,
        active_run,
        project,
        recurring,
        heartbeat,
        started,
        updated,
        lease,
        next_eligible,
        clear,
        set: names.set.clone(),
        stamp,
        increment,
        condition: None,
        running: names.words.running.as_slice().to_vec(),
        open: names.words.open.clone(),
    }))
}

fn runs(roles: &mut Roles<'_>, names: &Names) -> rusqlite::Result<Option<Runs>> {
    let names = &names.runs;
    let Some(table) = roles.needed_table("runs", &names.table)? else {
        return Ok(None);
    };
    let mut section = roles.section("runs", &table);
    let id = section.address(&names.columns.id);
    let task = section.needed("task", &names.columns.task);
    let status = section.written("status", &names.columns.status);
    let heartbeat = section.columns("heartbeat", &names.columns.heartbeat);
    let started = section.columns("started", &names.columns.started);
    let created = section.column("created", &names.columns.created);
    let mut ended = section.columns("ended", &names.columns.ended);
    ended.sort_by_key(|column| column.generated); // a reap writes the first
    let lease = section.columns("lease", &names.columns.lease);
    let kept = played([("id", &id), ("task", &task), ("status", &status)]);
    let clear = section.changed("clear", &names.clear, &kept);
    section.set(&names.set, &kept);
    section.exclude(&kept, ended.iter().map(|column| ("ended", column)));
    let (Some(id), Some(task), Some(status)) = (id, task, status) else {
        return Ok(None);
    };
    let words = &names.words;
    let mut finished: Vec<_> = words.finished.as_slice().iter().map(String::as_str).collect();
    // What the sweeper itself writes is an end, whether the profile lists it or not.
    if !finished.contains(&words.abandoned.as_str()) {
        finished.push(&words.abandoned);
    }
    Ok(Some(Runs {
        table,
        id,
        task,
        status,
        heartbeat,
        started,
        created,
        ended,
        lease,
        clear,
        set: names.set.clone(),
        running: words.running.as_slice().to_vec(),
        finished: finished.into_iter().map(Into::into).collect(),
        abandoned: words.abandoned.clone(),
    }))
}

fn events(roles: &mut Roles<'_>, names: &Names) -> rusqlite::Result<Option<Events>> {
    let names = &names.events;
    let Some(table) = roles.needed_table("events", &names.table)? else {
        return Ok(None);
    };
    let mut section = roles.section("events", &table);
    let id = section.column("id", &names.columns.id);
    let task = section.written("task", &names.columns.task);
    let kind = section.written("type", &names.columns.r#type);
    let actor = section.column("actor", &names.columns.actor);
    let payload = section.column("payload", &names.columns.payload);
    let time = section.column("time", &names.columns.time);
    let run = section.column("run", &names.columns.run);
    let kept = played([("task", &task), ("type", &kind)]);
    section.filled(&names.set, &kept);
    section.exclude(&kept, []);
    let (Some(task), Some(kind)) = (task, kind) else {
        return Ok(None);
    };
    let key = table
        .columns
        .iter()
        .find(|column| column.key_place > 0)
        .or(id.as_ref());
    let uuid = key
        .filter(|key| ![&task.name, &kind.name].contains(&&key.name) && !table.fills_itself(key))
        .filter(|key| key.default_expression().is_none() && !key.is_numeric() && !key.is_blob())
        .cloned();
    let events = Events {
        uuid,
        task,
        kind,
        actor,
        payload,
        time,
        run,
        set: names.set.clone(),
        reaped: names.words.reaped.clone(),
        table,
    };
    check_event_can_be_written(roles, &events);
    Ok(Some(events))
}

fn workspaces(roles: &mut Roles<'_>, names: &Names) -> rusqlite::Result<Option<Workspaces>> {
    let names = &names.workspaces;
    let Some(table) = roles.table("workspaces", &names.table)? else {
        return Ok(None);
    };
    let mut section = roles.section("workspaces", &table);
    let task = section.column("task", &names.columns.task);
    let run = section.column("run", &names.columns.run);
    let status = section.column("status", &names.columns.status);
    let released = section.column("released", &names.columns.released);
    if task.is_none() && run.is_none() {
        return Ok(None);
    }
    Ok(Some(Workspaces {
        table,
        task,
        run,
        status,
        released,
        free: names.words.free.clone(),
    }))
}

fn projects(roles: &mut Roles<'_>, names: &Names) -> rusqlite::Result<Option<Projects>> {
    let names = &names.projects;
    let Some(table) = roles.table("projects", &names.table)? else {
        return Ok(None);
    };
    let mut section = roles.section("projects", &table);
    let id = section.column("id", &names.columns.id);
    let name = section.column("name", &names.columns.name);
    Ok(id.zip(name).map(|(id, name)| Projects { table, id, name }))
}

/// Every column that must not be null is one that we, or the database, can fill.
fn check_event_can_be_written(roles: &mut Roles<'_>, events: &Events) {
    for column in &events.table.columns {
        let filled = !column.not_null && column.key_place == 0
            || column.generated
            || column.default_expression().is_some()
            || events.table.fills_itself(column)
            || events.written().any(|written| written.name == column.name)
            || events
                .set
                .keys()
                .any(|name| name.eq_ignore_ascii_case(&column.name));
        if !filled {
            roles.problems.push(format!(
                "events: {}.{} must not be null, and nothing says what to write there; \
                 give it a value in the profile's [events.set]",
                events.table.name, column.name
            ));
        }
    }
}

/// Those of the roles that a column plays.
fn played<'c, const N: usize>(roles: [(&'static str, &'c Option<ColumnInfo>); N]) -> Vec<Played<'c>> {
    let found = roles.into_iter();
    found
        .filter_map(|(role, column)| Some((role, column.as_ref()?)))
        .collect()
}
