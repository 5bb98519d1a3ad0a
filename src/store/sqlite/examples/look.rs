//! Finds the rows that examples are taken from, one of each table, as a sweep finds them or by the order of the rows.

use rusqlite::{Connection, ToSql};

use super::super::catalog::{Affinity, ColumnInfo, TableInfo};
use super::super::keys::column;
use super::super::schema::{Events, Projects, Runs, Schema, Workers, Workspaces};
use super::super::statements::{is_running, newest_rows};
use super::rows::{ACTIVE_RUN, NEWEST_RUN, RUNNING, Row, Rows, WORKER};
use crate::zombie::Id;

/// A row that is asked for: which one it is, the condition that finds it, and what that is given.
type Wanted<'w> = (&'static str, String, Vec<&'w Id>);

/// What says that somebody is at work.
const SIGNS: [&str; 4] = ["heartbeat", "started", "created", "updated"];

/// Any row, where none is told from the others.
const ANY: &str = "TRUE";

/// One row of each table that the queue has.
pub(super) fn rows<'s>(conn: &Connection, schema: &'s Schema) -> rusqlite::Result<Rows<'s>> {
    let look = Look { conn, schema };
    let mut rows = Rows::default();
    rows.add(look.task()?);
    if let Some(runs) = &schema.runs {
        rows.add(look.run(runs, &rows)?);
    }
    if let Some(workers) = &schema.workers {
        rows.add(look.worker(workers, &rows)?);
    }
    if let Some(events) = &schema.events {
        rows.add(look.event(events, &rows)?);
    }
    if let Some(workspaces) = &schema.workspaces {
        rows.add(look.workspace(workspaces, &rows)?);
    }
    if let Some(projects) = &schema.projects {
        rows.add(look.project(projects, &rows)?);
    }
    rows.strays = look.strays(&rows)?;
    Ok(rows)
}

struct Look<'l, 's> {
    conn: &'l Connection,
    schema: &'s Schema,
}

impl<'s> Look<'_, 's> {
    /// The first of the wanted rows that is there.
    fn row(
        &self,
        section: &'static str,
        (alias, table): (&str, &'s TableInfo),
        besides: &str,
        wanted: &[Wanted<'_>],
    ) -> rusqlite::Result<Row<'s>> {
        let (mut names, mut signs): (Vec<&str>, Vec<&str>) = (Vec::new(), Vec::new());
        for role in &self.schema.roles {
            if let Some((of, key)) = role.role.split_once('.')
                && of == section
            {
                for name in role.columns.iter().map(String::as_str) {
                    if !names.contains(&name) {
                        names.push(name);
                    }
                    if SIGNS.contains(&key) {
                        signs.push(name);
                    }
                }
            }
        }
        names.extend(self.roleless(section));
        names.retain(|name| table.column(name).is_some());
        let mut found = Row {
            section,
            table,
            which: "",
            values: None,
            names,
            signs,
        };
        let columns = found.names.iter().filter_map(|name| table.column(name));
        let columns: Vec<_> = columns
            .map(|info| column(alias, info))
            .chain([besides.to_owned()])
            .collect();
        for (which, is_wanted, given) in wanted {
            let sql = newest_rows((alias, table), &columns, is_wanted, 1);
            let mut statement = self.conn.prepare(&sql)?;
            let given = given.iter().map(|id| *id as &dyn ToSql);
            let mut rows = statement.query(rusqlite::params_from_iter(given))?;
            if let Some(row) = rows.next()? {
                let values = (0..columns.len()).map(|place| Ok(Id::from(row.get_ref(place)?)));
                found.which = which;
                found.values = Some(values.collect::<rusqlite::Result<_>>()?);
                break;
            }
        }
        Ok(found)
    }

    /// The columns without a role, where they may be asked for one.
    fn roleless(&self, section: &str) -> Vec<&'s str> {
        let schema = self.schema;
        let columns: Vec<_> = match section {
            "tasks" => schema.tasks.without_role().collect(),
            "runs" => schema.runs.iter().flat_map(Runs::without_role).collect(),
            "workers" => schema.workers.iter().flat_map(Workers::without_role).collect(),
            _ => Vec::new(),
        };
        let columns = columns.into_iter().filter(|column| !column.generated);
        columns.map(|column| column.name.as_str()).collect()
    }

    fn task(&self) -> rusqlite::Result<Row<'s>> {
        let tasks = &self.schema.tasks;
        let wanted = [
            (RUNNING, is_running(tasks), Vec::new()),
            ("the newest task, as none is running", ANY.to_owned(), Vec::new()),
        ];
        self.row("tasks", ("t", &tasks.table), &column("t", &tasks.id), &wanted)
    }

    fn run(&self, runs: &'s Runs, rows: &Rows<'_>) -> rusqlite::Result<Row<'s>> {
        let mut wanted = Vec::new();
        if let Some(id) = rows.besides("tasks") {
            let is_its_own = format!("{} = ?1", column("r", &runs.task));
            if let Some(run) = rows.single("tasks", self.schema.tasks.active_run.as_ref()) {
                let is_named = format!("{is_its_own} AND {} = ?2", column("r", &runs.id));
                wanted.push((ACTIVE_RUN, is_named, vec![id, run]));
            }
            wanted.push((NEWEST_RUN, is_its_own, vec![id]));
        }
        wanted.push(("the newest run", ANY.to_owned(), Vec::new()));
        let is_running = runs.running_where.as_deref().unwrap_or("NULL");
        self.row("runs", ("r", &runs.table), is_running, &wanted)
    }

    fn worker(&self, workers: &'s Workers, rows: &Rows<'_>) -> rusqlite::Result<Row<'s>> {
        let is_named = format!("{} = ?1", column("w", &workers.id));
        let named = self.worker_names(rows);
        let named = named.into_iter().flatten();
        let mut wanted: Vec<_> = named
            .map(|(_, name)| (WORKER, is_named.clone(), vec![name]))
            .collect();
        wanted.push(("the newest worker", ANY.to_owned(), Vec::new()));
        self.row("workers", ("w", &workers.table), "NULL", &wanted)
    }

    /// What names the worker, by the role.
    fn worker_names<'r>(&self, rows: &'r Rows<'_>) -> [Option<(&'static str, &'r Id)>; 2] {
        let of_run = self.schema.runs.as_ref().and_then(|runs| runs.worker.as_ref());
        let of_task = self.schema.tasks.worker.as_ref();
        [
            rows.single("runs", of_run).map(|name| ("runs.worker", name)),
            rows.single("tasks", of_task).map(|name| ("tasks.worker", name)),
        ]
    }

    /// The newest of the task, where an index leads to it: the last of a long table may be anywhere.
    fn event(&self, events: &'s Events, rows: &Rows<'_>) -> rusqlite::Result<Row<'s>> {
        let mut wanted = Vec::new();
        if let Some(id) = rows.besides("tasks")
            && self.schema.tasks.id.parts.is_empty()
            && events.table.leads(self.conn, &events.task)?
        {
            let is_of_task = format!("{} = ?1", column("e", &events.task));
            wanted.push(("its newest event", is_of_task, vec![id]));
        }
        wanted.push(("the newest event", ANY.to_owned(), Vec::new()));
        self.row("events", ("e", &events.table), "NULL", &wanted)
    }

    fn workspace(&self, workspaces: &'s Workspaces, rows: &Rows<'_>) -> rusqlite::Result<Row<'s>> {
        let run = self.schema.runs.as_ref().map(|runs| &runs.id);
        let holders = [
            (&workspaces.task, rows.besides("tasks")),
            (&workspaces.run, rows.single("runs", run)),
        ];
        let held = holders.into_iter().filter_map(|(info, holder)| {
            let is_held = format!("{} = ?1", column("w", info.as_ref()?));
            Some(("its workspace", is_held, vec![holder?]))
        });
        let any = ("the newest workspace", ANY.to_owned(), Vec::new());
        let wanted: Vec<_> = held.chain([any]).collect();
        self.row("workspaces", ("w", &workspaces.table), "NULL", &wanted)
    }

    fn project(&self, projects: &'s Projects, rows: &Rows<'_>) -> rusqlite::Result<Row<'s>> {
        let named = &self.schema.tasks.project;
        let columns = [(&named.id, &projects.id), (&named.name, &projects.name)];
        let own = columns.into_iter().filter_map(|(named, info)| {
            let name = rows.single("tasks", named.as_ref())?;
            Some(("its project", format!("{} = ?1", column("p", info)), vec![name]))
        });
        let any = ("the newest project", ANY.to_owned(), Vec::new());
        let wanted: Vec<_> = own.chain([any]).collect();
        self.row("projects", ("p", &projects.table), "NULL", &wanted)
    }

    /// The roles that name a row which is not there. Where a column keeps each value as it is given, a number and its digits
    /// are the same id, and no search by one finds the other: of such nothing is said.
    fn strays(&self, rows: &Rows<'_>) -> rusqlite::Result<Vec<&'static str>> {
        let is_typed = |info: &ColumnInfo| info.affinity() != Affinity::None;
        let mut strays = Vec::new();
        if let Some(runs) = &self.schema.runs
            && rows
                .single("tasks", self.schema.tasks.active_run.as_ref())
                .is_some()
            && rows.which("runs") != Some(ACTIVE_RUN)
            && is_typed(&runs.id)
            && is_typed(&runs.task)
        {
            strays.push("tasks.active_run");
        }
        let Some(workers) = self
            .schema
            .workers
            .as_ref()
            .filter(|workers| is_typed(&workers.id))
        else {
            return Ok(strays);
        };
        let is_named = format!("{} = ?1", column("w", &workers.id));
        for (role, name) in self.worker_names(rows).into_iter().flatten() {
            let wanted = [("", is_named.clone(), vec![name])];
            let found = self.row("workers", ("w", &workers.table), "NULL", &wanted)?;
            if found.values.is_none() {
                strays.push(role);
            }
        }
        Ok(strays)
    }
}
