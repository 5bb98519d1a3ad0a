//! The rows that examples are taken from: a running task, and what belongs to it. One row of each table, found as a sweep
//! finds it or by the order of the rows.

use rusqlite::{Connection, ToSql};

use super::super::catalog::{Affinity, ColumnInfo, TableInfo};
use super::super::schema::{Events, Projects, Runs, Schema, Workers, Workspaces};
use super::super::statements::{column, is_running, newest_rows};
use super::super::value::reading;
use crate::zombie::{Calendar, Id, Timestamp};

/// One row of each table that the queue has.
pub(super) struct Rows<'s> {
    of_sections: Vec<OfSection<'s>>,
    /// Roles that name a row which is not there.
    strays: Vec<&'static str>,
}

/// The row of one section of the profile.
struct OfSection<'s> {
    section: &'static str,
    table: &'s TableInfo,
    /// The columns read of it: those of its roles, and those that look as if they had one.
    names: Vec<&'s str>,
    /// Those of them that are signs of life.
    signs: Vec<&'s str>,
    /// Which row it is.
    which: &'static str,
    /// `None` where the table is empty. Behind the columns stands what the section tells besides.
    values: Option<Vec<Id>>,
}

/// A row that is asked for: which one it is, the condition that finds it, and what that is given.
type Wanted<'w> = (&'static str, String, Vec<&'w Id>);

const RUNNING: &str = "the newest running task";
const ACTIVE_RUN: &str = "its active run";
const NEWEST_RUN: &str = "its newest run";
const WORKER: &str = "its worker";
/// The rows of a task that runs.
const OWN: [&str; 4] = [RUNNING, ACTIVE_RUN, NEWEST_RUN, WORKER];
/// What says that somebody is at work.
const SIGNS: [&str; 4] = ["heartbeat", "started", "created", "updated"];

/// Any row, where none is told from the others.
const ANY: &str = "TRUE";

impl<'s> Rows<'s> {
    pub(super) fn read(conn: &Connection, schema: &'s Schema) -> rusqlite::Result<Self> {
        let mut rows = Self {
            of_sections: Vec::new(),
            strays: Vec::new(),
        };
        let look = Look { conn, schema };
        let task = look.task()?;
        rows.of_sections.extend(
            schema
                .runs
                .as_ref()
                .map(|runs| look.run(runs, &task))
                .transpose()?,
        );
        rows.of_sections.insert(0, task);
        if let Some(workers) = &schema.workers {
            let worker = look.worker(workers, &rows)?;
            rows.of_sections.push(worker);
        }
        let others = [
            schema.events.as_ref().map(|events| look.event(events, &rows)),
            schema
                .workspaces
                .as_ref()
                .map(|workspaces| look.workspace(workspaces, &rows)),
            schema
                .projects
                .as_ref()
                .map(|projects| look.project(projects, &rows)),
        ];
        for other in others.into_iter().flatten() {
            rows.of_sections.push(other?);
        }
        rows.strays = look.strays(&rows)?;
        Ok(rows)
    }

    fn of(&self, section: &str) -> Option<&OfSection<'s>> {
        self.of_sections.iter().find(|of| of.section == section)
    }

    /// Which row the values of a section are from.
    pub(super) fn which(&self, section: &str) -> Option<&'static str> {
        let of = self.of(section)?;
        Some(if of.values.is_some() {
            of.which
        } else {
            "no row yet"
        })
    }

    pub(super) fn table<'r>(&'r self, section: &'r str) -> &'r str {
        self.of(section).map_or(section, |of| &of.table.name)
    }

    /// What stands in a column; `None` where there is no row.
    pub(super) fn value(&self, section: &str, column: &str) -> Option<&Id> {
        let of = self.of(section)?;
        let place = of.names.iter().position(|name| *name == column)?;
        of.values.as_ref()?.get(place)
    }

    /// The newest sign of life of the task that runs, of its run and of its worker; `None` where none runs, or shows one.
    pub(super) fn newest_sign(&self, calendar: &Calendar) -> Option<Timestamp> {
        if self.which("tasks") != Some(RUNNING) {
            return None;
        }
        let own = self.of_sections.iter().filter(|of| OWN.contains(&of.which));
        let signs = own.flat_map(|of| {
            let names = of.signs.iter();
            names.filter_map(|name| self.value(of.section, name))
        });
        signs
            .filter_map(|sign| reading(sign.as_value(), calendar).at())
            .max()
    }

    /// What a section tells besides its columns: of a task its id, of a run whether it is unfinished by the condition.
    pub(super) fn besides(&self, section: &str) -> Option<&Id> {
        self.of(section)?.values.as_ref()?.last()
    }

    /// Whether a role names a row that is not there.
    pub(super) fn is_stray(&self, role: &str) -> bool {
        self.strays.contains(&role)
    }

    /// What stands in the column of a role that is one column.
    fn single(&self, section: &str, column: Option<&ColumnInfo>) -> Option<&Id> {
        self.value(section, &column?.name)
            .filter(|value| !value.is_none())
    }
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
    ) -> rusqlite::Result<OfSection<'s>> {
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
        let mut found = OfSection {
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

    fn task(&self) -> rusqlite::Result<OfSection<'s>> {
        let tasks = &self.schema.tasks;
        let wanted = [
            (RUNNING, is_running(tasks), Vec::new()),
            ("the newest task, as none is running", ANY.to_owned(), Vec::new()),
        ];
        self.row("tasks", ("t", &tasks.table), &column("t", &tasks.id), &wanted)
    }

    fn run(&self, runs: &'s Runs, task: &OfSection<'_>) -> rusqlite::Result<OfSection<'s>> {
        let mut wanted = Vec::new();
        if let Some(values) = &task.values
            && let Some(id) = values.last()
        {
            let is_its_own = format!("{} = ?1", column("r", &runs.task));
            let pointer = self.schema.tasks.active_run.as_ref();
            let pointer = pointer.and_then(|pointer| {
                let place = task.names.iter().position(|name| *name == pointer.name)?;
                values.get(place).filter(|run| !run.is_none())
            });
            if let Some(run) = pointer {
                let is_named = format!("{is_its_own} AND {} = ?2", column("r", &runs.id));
                wanted.push((ACTIVE_RUN, is_named, vec![id, run]));
            }
            wanted.push((NEWEST_RUN, is_its_own, vec![id]));
        }
        wanted.push(("the newest run", ANY.to_owned(), Vec::new()));
        let is_running = runs.running_where.as_deref().unwrap_or("NULL");
        self.row("runs", ("r", &runs.table), is_running, &wanted)
    }

    fn worker(&self, workers: &'s Workers, rows: &Rows<'_>) -> rusqlite::Result<OfSection<'s>> {
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
    fn event(&self, events: &'s Events, rows: &Rows<'_>) -> rusqlite::Result<OfSection<'s>> {
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

    fn workspace(&self, workspaces: &'s Workspaces, rows: &Rows<'_>) -> rusqlite::Result<OfSection<'s>> {
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

    fn project(&self, projects: &'s Projects, rows: &Rows<'_>) -> rusqlite::Result<OfSection<'s>> {
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
