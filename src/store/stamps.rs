use rusqlite::Connection;

use super::catalog::{ColumnInfo, TableInfo};
use super::schema::Schema;
use super::statements;
use super::value::{moment, timestamp};
use crate::zombie::{Number, Style, Timestamp, Zone};

/// What is written where nothing tells how the database writes its timestamps.
const PLAIN: Style = Style::Iso {
    separator: b'T',
    point: b'.',
    digits: 3,
    zone: Zone::Letter(b'Z'),
};

/// *Now* as SQL, in the style of each column that is written.
pub(super) struct Stamps {
    pub(super) updated: Option<String>,
    pub(super) next_eligible: Option<String>,
    pub(super) ended: Option<String>,
    pub(super) event: Option<String>,
    pub(super) released: Option<String>,
}

impl Stamps {
    /// Looks at a few rows of each column, and at its table's other timestamps where it is empty.
    pub(super) fn read(conn: &Connection, schema: &Schema, now: Timestamp) -> rusqlite::Result<Self> {
        let (tasks, runs, events) = (&schema.tasks, &schema.runs, &schema.events);
        let of_tasks = [&tasks.updated, &tasks.started, &tasks.heartbeat];
        let of_runs = [&runs.heartbeat, &runs.started, &runs.ended];
        let mut general = first_style(conn, &tasks.table, &of_tasks)?;
        if general.is_none() {
            general = first_style(conn, &runs.table, &of_runs)?;
        }
        let pen = Pen {
            conn,
            now,
            general: general.unwrap_or(PLAIN),
        };
        let released = match &schema.workspaces {
            Some(workspaces) => pen.stamp(&workspaces.table, workspaces.released.as_ref(), &[])?,
            None => None,
        };
        Ok(Self {
            updated: pen.stamp(&tasks.table, tasks.updated.as_ref(), &of_tasks)?,
            next_eligible: pen.stamp(&tasks.table, tasks.next_eligible.as_ref(), &of_tasks)?,
            ended: pen.stamp(&runs.table, runs.ended.as_ref(), &of_runs)?,
            event: pen.stamp(&events.table, events.time.as_ref(), &[])?,
            released,
        })
    }
}

struct Pen<'c> {
    conn: &'c Connection,
    now: Timestamp,
    general: Style,
}

impl Pen<'_> {
    /// *Now* for a column: in its own style, else in that of its relatives, else as most of the database writes.
    fn stamp(
        &self,
        table: &TableInfo,
        column: Option<&ColumnInfo>,
        relatives: &[&Option<ColumnInfo>],
    ) -> rusqlite::Result<Option<String>> {
        let Some(column) = column else { return Ok(None) };
        let style = match style(self.conn, table, column)? {
            Some(own) => fit_strict(own, table, column),
            None => fit(
                first_style(self.conn, table, relatives)?.unwrap_or(self.general),
                table,
                column,
            ),
        };
        Ok(Some(moment(self.now.write(style))))
    }
}

fn first_style(
    conn: &Connection,
    table: &TableInfo,
    columns: &[&Option<ColumnInfo>],
) -> rusqlite::Result<Option<Style>> {
    for column in columns.iter().copied().flatten() {
        if let Some(style) = style(conn, table, column)? {
            return Ok(Some(style));
        }
    }
    Ok(None)
}

/// The style of the newest readable value, else that of the column's default, such as `CURRENT_TIMESTAMP`.
fn style(conn: &Connection, table: &TableInfo, column: &ColumnInfo) -> rusqlite::Result<Option<Style>> {
    let mut recent = conn.prepare(&statements::recent(table, column))?;
    let mut rows = recent.query([])?;
    while let Some(row) = rows.next()? {
        if let Some((_, style)) = timestamp(row.get_ref(0)?) {
            return Ok(Some(style));
        }
    }
    let Some(default) = column.default_expression() else {
        return Ok(None);
    };
    // A default that only the orchestrator's own functions can compute tells us nothing.
    let default = conn.query_row(&format!("SELECT {default}"), [], |row| {
        Ok(timestamp(row.get_ref(0)?))
    });
    Ok(default.ok().flatten().map(|(_, style)| style))
}

/// A column declared to hold numbers gets one, even where its relatives hold texts.
fn fit(style: Style, table: &TableInfo, column: &ColumnInfo) -> Style {
    match style {
        Style::Iso { .. } if column.is_numeric() => Style::Seconds(Number::Integer, 0),
        style => fit_strict(style, table, column),
    }
}

/// A strict integer column gets an integer.
fn fit_strict(style: Style, table: &TableInfo, column: &ColumnInfo) -> Style {
    match style {
        Style::Seconds(..) if table.takes_integers_only(column) => Style::Seconds(Number::Integer, 0),
        Style::Millis(_) if table.takes_integers_only(column) => Style::Millis(Number::Integer),
        style => style,
    }
}
