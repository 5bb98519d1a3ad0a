use rusqlite::Connection;

use super::catalog::{ColumnInfo, TableInfo};
use super::profile::{Candidates, Constants, Names, Profile};
use super::schema::{
    Events, ProjectColumn, Projects, Recurring, Role, Runs, Schema, SchemaError, Tasks, Workspaces,
};

/// Finds each role of the profile in the database, and names everything that is wrong at once.
pub(super) fn resolve(conn: &Connection, profile: &Profile) -> Result<Schema, SchemaError> {
    let names = &profile.names;
    let mut resolver = Resolver {
        conn,
        profile,
        roles: Vec::new(),
        problems: Vec::new(),
    };
    let tasks = resolver.tasks(names)?;
    let runs = resolver.runs(names)?;
    let events = resolver.events(names)?;
    let workspaces = resolver.workspaces(names)?;
    let projects = resolver.projects(names)?;
    match (tasks, runs, events) {
        (Some(tasks), Some(runs), Some(events)) if resolver.problems.is_empty() => Ok(Schema {
            tasks,
            runs,
            events,
            workspaces,
            projects,
            roles: resolver.roles,
        }),
        _ => Err(SchemaError::Unfit(resolver.problems)),
    }
}

/// Finds roles, and remembers what it found and what it missed.
struct Resolver<'a> {
    conn: &'a Connection,
    profile: &'a Profile,
    roles: Vec<Role>,
    problems: Vec<String>,
}

impl Resolver<'_> {
    fn tasks(&mut self, names: &Names) -> rusqlite::Result<Option<Tasks>> {
        let names = &names.tasks;
        let Some(table) = self.needed_table("tasks", &names.table)? else {
            return Ok(None);
        };
        let id = self.address("tasks", &table, &names.columns.id);
        let status = self.written("tasks", "status", &table, &names.columns.status);
        let active_run = self.written("tasks", "active_run", &table, &names.columns.active_run);
        let project = self.column("tasks", "project", &table, &names.columns.project);
        let project_id = self.column("tasks", "project_id", &table, &names.columns.project_id);
        let kind = self.column("tasks", "kind", &table, &names.columns.kind);
        let is_recurring = self.column("tasks", "is_recurring", &table, &names.columns.is_recurring);
        let heartbeat = self.column("tasks", "heartbeat", &table, &names.columns.heartbeat);
        let started = self.column("tasks", "started", &table, &names.columns.started);
        let updated = self.column("tasks", "updated", &table, &names.columns.updated);
        let next_eligible = self.column("tasks", "next_eligible", &table, &names.columns.next_eligible);
        let clear = self.cleared("tasks", &table, &names.clear);
        self.check_constants("tasks", &table, &names.set);
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
            // A column with a role of its own is not the queue's to clear: a reap keeps or sets it by that role.
            clear: clear
                .into_iter()
                .filter(|column| {
                    ![&id, &status, &active_run]
                        .iter()
                        .any(|role| role.name == column.name)
                })
                .collect(),
            id,
            status,
            active_run,
            project: project
                .map(ProjectColumn::ByName)
                .or(project_id.map(ProjectColumn::ById)),
            recurring,
            heartbeat,
            started,
            updated,
            next_eligible,
            set: names.set.clone(),
            running: names.words.running.clone(),
            open: names.words.open.clone(),
        }))
    }

    fn runs(&mut self, names: &Names) -> rusqlite::Result<Option<Runs>> {
        let names = &names.runs;
        let Some(table) = self.needed_table("runs", &names.table)? else {
            return Ok(None);
        };
        let id = self.address("runs", &table, &names.columns.id);
        let task = self.needed("runs", "task", &table, &names.columns.task);
        let status = self.written("runs", "status", &table, &names.columns.status);
        let heartbeat = self.column("runs", "heartbeat", &table, &names.columns.heartbeat);
        let started = self.column("runs", "started", &table, &names.columns.started);
        let ended = self.column("runs", "ended", &table, &names.columns.ended);
        let clear = self.cleared("runs", &table, &names.clear);
        self.check_constants("runs", &table, &names.set);
        let (Some(id), Some(task), Some(status)) = (id, task, status) else {
            return Ok(None);
        };
        let words = &names.words;
        let mut finished: Vec<_> = words.finished.iter().map(String::as_str).collect();
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
            ended,
            clear,
            set: names.set.clone(),
            running: words.running.clone(),
            finished: finished.into_iter().map(Into::into).collect(),
            abandoned: words.abandoned.clone(),
        }))
    }

    fn events(&mut self, names: &Names) -> rusqlite::Result<Option<Events>> {
        let names = &names.events;
        let Some(table) = self.needed_table("events", &names.table)? else {
            return Ok(None);
        };
        let id = self.column("events", "id", &table, &names.columns.id);
        let task = self.written("events", "task", &table, &names.columns.task);
        let kind = self.written("events", "type", &table, &names.columns.r#type);
        let actor = self.column("events", "actor", &table, &names.columns.actor);
        let payload = self.column("events", "payload", &table, &names.columns.payload);
        let time = self.column("events", "time", &table, &names.columns.time);
        let run = self.column("events", "run", &table, &names.columns.run);
        self.check_constants("events", &table, &names.set);
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
        self.check_event_can_be_written(&events);
        Ok(Some(events))
    }

    fn workspaces(&mut self, names: &Names) -> rusqlite::Result<Option<Workspaces>> {
        let names = &names.workspaces;
        let Some(table) = self.table("workspaces", &names.table)? else {
            return Ok(None);
        };
        let task = self.column("workspaces", "task", &table, &names.columns.task);
        let run = self.column("workspaces", "run", &table, &names.columns.run);
        let status = self.column("workspaces", "status", &table, &names.columns.status);
        let released = self.column("workspaces", "released", &table, &names.columns.released);
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

    fn projects(&mut self, names: &Names) -> rusqlite::Result<Option<Projects>> {
        let names = &names.projects;
        let Some(table) = self.table("projects", &names.table)? else {
            return Ok(None);
        };
        let id = self.column("projects", "id", &table, &names.columns.id);
        let name = self.column("projects", "name", &table, &names.columns.name);
        Ok(id.zip(name).map(|(id, name)| Projects { table, id, name }))
    }

    fn needed_table(&mut self, section: &str, name: &str) -> rusqlite::Result<Option<TableInfo>> {
        let table = self.table(section, name)?;
        let missed = !name.is_empty() && self.profile.asks_for(&format!("{section}.table"));
        if table.is_none() && !missed {
            self.miss_table(section, name)?;
        }
        Ok(table)
    }

    fn table(&mut self, section: &str, name: &str) -> rusqlite::Result<Option<TableInfo>> {
        let table = TableInfo::read(self.conn, name)?;
        self.roles.push(Role {
            role: section.to_owned(),
            column: table.as_ref().map(|table| table.name.clone()),
        });
        if table.is_none() && !name.is_empty() && self.profile.asks_for(&format!("{section}.table")) {
            self.miss_table(section, name)?;
        }
        Ok(table)
    }

    fn miss_table(&mut self, section: &str, name: &str) -> rusqlite::Result<()> {
        let tables = self
            .conn
            .prepare(include_str!("sql/tables.sql"))?
            .query_map([], |row| row.get::<_, String>(0))?
            .collect::<rusqlite::Result<Vec<_>>>()?;
        let found = if tables.is_empty() {
            "no table".to_owned()
        } else {
            tables.join(", ")
        };
        let expected = format!("a table {name}");
        self.problems.push(format!(
            "{section}: expected {}; the database has {found}",
            expected.trim_end()
        ));
        Ok(())
    }

    fn needed(
        &mut self,
        section: &str,
        role: &str,
        table: &TableInfo,
        names: &Candidates,
    ) -> Option<ColumnInfo> {
        let column = self.column(section, role, table, names);
        let names_some = !names.as_slice().is_empty();
        let missed = names_some && self.profile.asks_for(&format!("{section}.columns.{role}"));
        if column.is_none() && !missed {
            self.miss_column(section, role, table, names.as_slice());
        }
        column
    }

    /// The id, which has to address one row where the table has no rowid to do so.
    fn address(&mut self, section: &str, table: &TableInfo, names: &Candidates) -> Option<ColumnInfo> {
        let id = self.needed(section, "id", table, names)?;
        if table.rowid().is_none() && !table.is_whole_key(&id) {
            self.problems.push(format!(
                "{section}.id: {}.{} does not address one row: the table has no rowid, and its primary key is another",
                table.name, id.name
            ));
        }
        Some(id)
    }

    /// A needed column that we have to be able to write.
    fn written(
        &mut self,
        section: &str,
        role: &str,
        table: &TableInfo,
        names: &Candidates,
    ) -> Option<ColumnInfo> {
        let column = self.needed(section, role, table, names)?;
        if column.generated {
            self.problems.push(format!(
                "{section}.{role}: {}.{} is a generated column, which nobody can write",
                table.name, column.name
            ));
        }
        Some(column)
    }

    fn column(
        &mut self,
        section: &str,
        role: &str,
        table: &TableInfo,
        names: &Candidates,
    ) -> Option<ColumnInfo> {
        let names = names.as_slice();
        let column = names.iter().find_map(|name| table.column(name)).cloned();
        self.roles.push(Role {
            role: format!("{section}.{role}"),
            column: column
                .as_ref()
                .map(|column| format!("{}.{}", table.name, column.name)),
        });
        if column.is_none()
            && !names.is_empty()
            && self.profile.asks_for(&format!("{section}.columns.{role}"))
        {
            self.miss_column(section, role, table, names);
        }
        column
    }

    fn miss_column(&mut self, section: &str, role: &str, table: &TableInfo, names: &[String]) {
        let expected = if names.is_empty() {
            "a column".to_owned()
        } else {
            names.join(" or ")
        };
        self.problems.push(format!(
            "{section}.{role}: expected {expected}; {}",
            table.describe()
        ));
    }

    /// The columns of a `clear` list that the table has and that may be written.
    fn cleared(&mut self, section: &str, table: &TableInfo, names: &[String]) -> Vec<ColumnInfo> {
        let asked = self.profile.asks_for(&format!("{section}.clear"));
        let mut found = Vec::new();
        for name in names {
            match table.column(name) {
                Some(column) if !column.generated => found.push(column.clone()),
                None if asked => self.miss_column(section, "clear", table, std::slice::from_ref(name)),
                Some(_) | None => {}
            }
        }
        self.roles.push(Role {
            role: format!("{section}.clear"),
            column: (!found.is_empty()).then(|| {
                let names: Vec<_> = found
                    .iter()
                    .map(|column| format!("{}.{}", table.name, column.name))
                    .collect();
                names.join(", ")
            }),
        });
        found
    }

    fn check_constants(&mut self, section: &str, table: &TableInfo, constants: &Constants) {
        for name in constants.keys() {
            if table.column(name).is_none() {
                self.miss_column(section, "set", table, std::slice::from_ref(name));
            }
        }
    }

    /// Every column that must not be null is one that we, or the database, can fill.
    fn check_event_can_be_written(&mut self, events: &Events) {
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
                self.problems.push(format!(
                    "events: {}.{} must not be null, and nothing says what to write there; \
                     give it a value in the profile's [events.set]",
                    events.table.name, column.name
                ));
            }
        }
    }
}
