//! The sections of the workspaces and the projects.

use rusqlite::Connection;

use super::finding::{Line, Section, Value};
use super::hints::HINTS;
use super::links::{Link, links};
use super::names::words;
use super::portrait::Portrait;
use super::status::status;
use super::tables::Tables;
use super::times::is_moment;

pub(super) fn sections(
    conn: &Connection,
    tables: &Tables<'_>,
    tasks: &Portrait,
) -> rusqlite::Result<Vec<Section>> {
    let mut sections = workspaces(conn, tables, tasks)?;
    sections.extend(projects(conn, tables, tasks)?);
    Ok(sections)
}

fn workspaces(conn: &Connection, tables: &Tables<'_>, tasks: &Portrait) -> rusqlite::Result<Vec<Section>> {
    let mut refused = Vec::new();
    for linked in tables.workspaces.iter().filter(|linked| linked.link.is_single()) {
        let portrait = linked.table;
        let name = Value::text(&portrait.table.name);
        let status = status(portrait);
        let seen = portrait.columns.iter().filter(|column| {
            status
                .as_ref()
                .is_some_and(|status| status.name == column.info.name)
        });
        let seen = seen.flat_map(|column| column.facts.words.iter().flat_map(|words| words.keys()));
        let default = status.iter().filter_map(|status| status.default.as_ref());
        let allowed = status.iter().flat_map(|status| &status.allowed);
        let free = seen
            .chain(default)
            .chain(allowed)
            .find(|word| HINTS.words.free.exactly(&words(word)).is_some())
            .cloned();
        let (Some(status), Some(free)) = (&status, free) else {
            refused.push((name, "no word of it is known to mean that one is free".to_owned()));
            continue;
        };
        let run = match &tables.runs {
            Some(runs) => links(conn, portrait, runs.table, &HINTS.tables.runs)?
                .into_iter()
                .find(|link| link.is_sure() && link.column != linked.link.column),
            None => None,
        };
        let released = portrait
            .columns
            .iter()
            .find(|column| is_moment(column) && column.words.iter().any(|word| word == "released"));
        let or_none = |key: &str, name: Option<&String>, why: &str| match name {
            Some(name) => Line::found(key, Value::text(name), why),
            None => Line::none(key, "none found"),
        };
        let columns = vec![
            Line::found("task", Value::text(&linked.link.column), linked.link.why(tasks)),
            or_none("run", run.as_ref().map(|link| &link.column), "it names runs"),
            Line::found("status", Value::text(&status.name), &status.why),
            or_none(
                "released",
                released.map(|column| &column.info.name),
                "by its name",
            ),
        ];
        let why = "by its name; what a task holds is let go with it";
        return Ok(vec![
            Section::new("workspaces", vec![Line::found("table", name, why)]),
            Section::new("workspaces.columns", columns),
            Section::new(
                "workspaces.words",
                vec![Line::found("free", Value::text(free), "it sounds so")],
            ),
        ]);
    }
    let line = Line::found("table", Value::text(""), "no table of workspaces was found").or_any(refused);
    Ok(vec![Section::new("workspaces", vec![line])])
}

fn projects(conn: &Connection, tables: &Tables<'_>, tasks: &Portrait) -> rusqlite::Result<Vec<Section>> {
    let none = |why: &str| {
        vec![Section::new(
            "projects",
            vec![Line::found("table", Value::text(""), why)],
        )]
    };
    let Some(projects) = tables.projects else {
        return Ok(none("no table of projects was found"));
    };
    let name = projects
        .columns
        .iter()
        .find(|column| HINTS.columns.name.at_the_end(&column.words).is_some());
    let named = links(conn, tasks, projects, &HINTS.tables.projects)?
        .into_iter()
        .find(Link::is_sure);
    let (Some(id), Some(name), Some(link)) = (projects.id(), name, named) else {
        return Ok(none(
            "a table of projects was found, but no task names a row of it",
        ));
    };
    let why = format!(
        "{} of the tasks names its rows: {}",
        link.column,
        link.why(projects)
    );
    Ok(vec![
        Section::new(
            "projects",
            vec![Line::found("table", Value::text(&projects.table.name), why)],
        ),
        Section::new(
            "projects.columns",
            vec![
                Line::found("id", Value::text(id), "the key"),
                Line::found("name", Value::text(&name.info.name), "by its name"),
            ],
        ),
    ])
}
