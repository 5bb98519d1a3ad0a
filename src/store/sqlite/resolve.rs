//! Finds each role of the profile in the database, and names everything that is wrong at once.

use rusqlite::Connection;

use super::catalog::ColumnInfo;
use super::condition::Condition;
use super::roles::Roles;
use super::schema::{
    AtWork, Events, ProjectColumns, Projects, Recurring, Runs, Schema, Tasks, Workers, Workspaces,
};
use super::schema_error::SchemaError;
use super::section::{Played, Section};
use super::writes;
use crate::profile::{Candidates, LeaseColumns, Names, Profile};

impl Schema {
    /// Reads the schema of the database and finds the profile's roles in it.
    ///
    /// # Errors
    ///
    /// Where a needed table or column is missing, where one that a profile file asks for is missing, or where an
    /// event could not be written. The error names everything at once, and what was found.
    pub fn read(conn: &Connection, profile: &Profile) -> Result<Self, SchemaError> {
        let names = &*profile.names;
        let mut roles = Roles::new(conn, profile);
        let tasks = tasks(&mut roles, names)?;
        let id: Vec<_> = tasks
            .iter()
            .flat_map(|tasks| tasks.table.columns_of(&tasks.id))
            .collect();
        let mut runs = runs(&mut roles, names, &id)?;
        let workers = workers(&mut roles, names)?;
        let events = events(&mut roles, names)?;
        let workspaces = workspaces(&mut roles, names, !id.is_empty())?;
        let projects = projects(&mut roles, names)?;
        let Some(mut tasks) = tasks.filter(|_| roles.problems.is_empty()) else {
            return Err(SchemaError::Unfit(roles.problems));
        };
        for column in std::iter::once(&mut tasks.id).chain(&mut tasks.active_run) {
            tasks.table.see_folding(conn, column)?;
        }
        if let Some(runs) = &mut runs {
            for column in [&mut runs.id, &mut runs.task] {
                runs.table.see_folding(conn, column)?;
            }
        }
        let of_runs = runs.as_ref().map(|runs| runs.table.clone());
        let of_workspaces = workspaces.as_ref().map(|workspaces| &workspaces.table);
        let beside: Vec<_> = of_runs.iter().chain(of_workspaces).collect();
        let on_task = |key, condition: &String| {
            let condition = Condition {
                key,
                text: condition,
                row: ("task", "t"),
            };
            condition.checked(conn, &tasks.table, &beside)
        };
        let condition = names.tasks.r#where.as_ref();
        let condition = condition
            .map(|condition| on_task("tasks.where", condition))
            .transpose()?;
        let running = names.tasks.running_where.as_ref();
        let running = running
            .map(|condition| on_task("tasks.running_where", condition))
            .transpose()?;
        tasks.condition = condition;
        if let Some(running) = running {
            tasks.at_work = AtWork::Where(running);
        }
        if let (Some(runs), Some(condition)) = (&mut runs, &names.runs.running_where) {
            let condition = Condition {
                key: "runs.running_where",
                text: condition,
                row: ("run", "r"),
            };
            runs.running_where = Some(condition.checked(conn, &runs.table, &[&tasks.table])?);
        }
        let writes_nothing = |section: &str| {
            let problem =
                format!("{section}: a reap has nothing to write there; name what it clears or sets");
            Err(SchemaError::Unfit(vec![problem]))
        };
        if !writes::resets_something(&tasks) {
            return writes_nothing("tasks");
        }
        if runs
            .as_ref()
            .is_some_and(|runs| !writes::abandons_something(runs))
        {
            return writes_nothing("runs");
        }
        let of_runs = runs.as_ref().and_then(|runs| runs.worker.as_ref());
        if workers.is_some() && tasks.worker.is_none() && of_runs.is_none() {
            let problem = "workers: neither a task nor a run names one; say which column does \
                           (tasks.columns.worker, runs.columns.worker)";
            return Err(SchemaError::Unfit(vec![problem.to_owned()]));
        }
        Ok(Self {
            tasks,
            runs,
            workers,
            events,
            workspaces,
            projects,
            says_starts_alone: says_starts_alone(names),
            time_zone: names.database.time_zone.0,
            hints: names.hints.clone(),
            roles: roles.found,
        })
    }
}

/// Whether a profile says that there are neither heartbeats nor leases, so that none was merely overlooked.
fn says_starts_alone(names: &Names) -> bool {
    let (tasks, runs) = (&names.tasks.columns, &names.runs.columns);
    let says_none = |heartbeat: &Candidates, lease: &LeaseColumns| {
        heartbeat.as_slice().is_empty()
            && matches!(lease, LeaseColumns::Moments(names) if names.as_slice().is_empty())
    };
    let of_runs = names.runs.table.is_empty() || says_none(&runs.heartbeat, &runs.lease);
    says_none(&tasks.heartbeat, &tasks.lease) && of_runs && names.workers.table.is_empty()
}

fn tasks(roles: &mut Roles<'_>, names: &Names) -> rusqlite::Result<Option<Tasks>> {
    let (has_runs, has_workers) = (!names.runs.table.is_empty(), !names.workers.table.is_empty());
    let names = &names.tasks;
    let Some(table) = roles.needed_table("tasks", &names.table)? else {
        return Ok(None);
    };
    let mut section = Section::new(roles, "tasks", &table);
    let id = section.id(&names.columns.id)?;
    let status = match &names.running_where {
        None => section.written("status", &names.columns.status),
        Some(_) => section.absent("status"),
    };
    let active_run = if has_runs && !names.columns.active_run.as_slice().is_empty() {
        section.written("active_run", &names.columns.active_run)
    } else {
        section.absent("active_run")
    };
    let project = ProjectColumns {
        name: section.column("project", &names.columns.project),
        id: section.column("project_id", &names.columns.project_id),
    };
    let kind = section.column("kind", &names.columns.kind);
    let is_recurring = section.column("is_recurring", &names.columns.is_recurring);
    let worker = section.only_where(has_workers, "worker", &names.columns.worker);
    let heartbeat = section.columns("heartbeat", &names.columns.heartbeat);
    let started = section.columns("started", &names.columns.started);
    let updated = section.columns("updated", &names.columns.updated);
    let ended = if has_runs {
        section.absent("ended");
        Vec::new()
    } else {
        section.columns("ended", &names.columns.ended)
    };
    let lease = section.lease(&names.columns.lease);
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
    section.cleared_too(&mut clear, "lease", &lease.held(), &kept);
    let Some(id) = id else { return Ok(None) };
    let at_work = match status {
        Some(status) => AtWork::Words(status, names.words.running.as_slice().to_vec()),
        None => AtWork::Where(String::new()), // filled in once all tables are known
    };
    let recurring = match (kind, is_recurring) {
        (Some(kind), _) => Recurring::Kind(kind, names.words.recurring.clone()),
        (None, Some(flag)) => Recurring::Flag(flag),
        (None, None) => Recurring::Never,
    };
    Ok(Some(Tasks {
        table,
        id,
        at_work,
        active_run,
        worker,
        project,
        recurring,
        heartbeat,
        started,
        updated,
        ended,
        lease,
        next_eligible,
        clear,
        set: names.set.clone(),
        stamp,
        increment,
        condition: None,
        parked: names.running_where.is_none().then(|| names.words.parked.clone()),
        open: names.words.open.clone(),
        completed: names.words.completed.as_slice().to_vec(),
        failed: names.words.failed.as_slice().to_vec(),
    }))
}

fn runs(roles: &mut Roles<'_>, names: &Names, task_id: &[ColumnInfo]) -> rusqlite::Result<Option<Runs>> {
    let has_workers = !names.workers.table.is_empty();
    let names = &names.runs;
    let Some(table) = roles.wanted_table("runs", &names.table)? else {
        return Ok(None);
    };
    let mut section = Section::new(roles, "runs", &table);
    let id = section.id(&names.columns.id)?;
    let task = section.task(&names.columns.task, task_id);
    let status = match &names.running_where {
        None => section.written("status", &names.columns.status),
        Some(_) => section.column("status", &names.columns.status),
    };
    let heartbeat = section.columns("heartbeat", &names.columns.heartbeat);
    let started = section.columns("started", &names.columns.started);
    let created = section.column("created", &names.columns.created);
    let mut ended = section.columns("ended", &names.columns.ended);
    ended.sort_by_key(|column| column.generated); // a reap writes the first
    let lease = section.lease(&names.columns.lease);
    let worker = section.only_where(has_workers, "worker", &names.columns.worker);
    let kept = played([("id", &id), ("task", &task), ("status", &status)]);
    let clear = section.changed("clear", &names.clear, &kept);
    section.set(&names.set, &kept);
    section.exclude(&kept, ended.iter().map(|column| ("ended", column)));
    let (Some(id), Some(task)) = (id, task) else {
        return Ok(None);
    };
    let words = &names.words;
    let mut finished: Vec<_> = words.finished.as_slice().iter().map(String::as_str).collect();
    // What the sweeper itself writes is an end, whether the profile lists it or not.
    if !finished.contains(&words.abandoned.as_str()) {
        finished.push(&words.abandoned);
    }
    let completed = words.completed.as_slice().iter().map(String::as_str);
    let completed = completed.filter(|word| finished.contains(word)).map(Into::into);
    Ok(Some(Runs {
        completed: completed.collect(),
        table,
        id,
        task,
        status,
        running_where: None,
        heartbeat,
        started,
        created,
        ended,
        lease,
        worker,
        clear,
        set: names.set.clone(),
        running: words.running.as_slice().to_vec(),
        finished: finished.into_iter().map(Into::into).collect(),
        abandoned: words.abandoned.clone(),
    }))
}

fn workers(roles: &mut Roles<'_>, names: &Names) -> rusqlite::Result<Option<Workers>> {
    let names = &names.workers;
    let Some(table) = roles.wanted_table("workers", &names.table)? else {
        return Ok(None);
    };
    let mut section = Section::new(roles, "workers", &table);
    let id = section.needed("id", &names.columns.id);
    let heartbeat = section.columns("heartbeat", &names.columns.heartbeat);
    let started = section.columns("started", &names.columns.started);
    let status = section.column("status", &names.columns.status);
    let lease = section.lease(&names.columns.lease);
    if status.is_none() && !names.words.gone.as_slice().is_empty() {
        section.needed("status", &names.columns.status);
    }
    Ok(id.map(|id| Workers {
        table,
        id,
        heartbeat,
        started,
        lease,
        status,
        gone: names.words.gone.as_slice().to_vec(),
    }))
}

fn events(roles: &mut Roles<'_>, names: &Names) -> rusqlite::Result<Option<Events>> {
    let names = &names.events;
    let Some(table) = roles.wanted_table("events", &names.table)? else {
        return Ok(None);
    };
    let mut section = Section::new(roles, "events", &table);
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
        reaped_is_ours: names.words.reaped == Profile::default().names.events.words.reaped,
        parked: names.words.parked.clone(),
        unparked: names.words.unparked.clone(),
        table,
    };
    check_event_can_be_written(roles, &events);
    Ok(Some(events))
}

fn workspaces(
    roles: &mut Roles<'_>,
    names: &Names,
    id_is_several: bool,
) -> rusqlite::Result<Option<Workspaces>> {
    let names = &names.workspaces;
    let Some(table) = roles.table("workspaces", &names.table)? else {
        return Ok(None);
    };
    let mut section = Section::new(roles, "workspaces", &table);
    let task = section.column("task", &names.columns.task);
    if let Some(task) = task.as_ref().filter(|_| id_is_several) {
        let why = "cannot name a task, whose id is several columns: leave it out (task = [])";
        section.refuse("task", task, why);
    }
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
    let mut section = Section::new(roles, "projects", &table);
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
