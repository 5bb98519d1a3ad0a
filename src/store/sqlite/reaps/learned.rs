//! Whether reaps say that their silence was borne for as long as was learned.

use rusqlite::Connection;

use super::sql::{is_reap, newest_first};
use crate::store::sqlite::keys::column;
use crate::store::sqlite::questions::event_names;
use crate::store::sqlite::schema::Events;
use crate::store::sqlite::statements::render;
use crate::store::sqlite::value::reading;
use crate::zombie::{Calendar, Timestamp};

/// Among how many of the latest reaps.
const MOST: usize = 10_000;

/// When the last of them was; `None` where there is none, or an event has no time or no payload.
pub(super) fn last(
    conn: &Connection,
    events: &Events,
    calendar: &Calendar,
) -> rusqlite::Result<Option<Timestamp>> {
    let (Some(_), Some(payload)) = (&events.time, &events.payload) else {
        return Ok(None);
    };
    let json = format!("CAST({} AS TEXT)", column("e", payload));
    let mut names = event_names(events);
    names.extend([
        ("is_reap", is_reap(events)),
        ("newest_first", newest_first(conn, events)?),
        ("most", MOST.to_string()),
        (
            "is_learned",
            format!("CASE WHEN json_valid({json}) THEN {json} ->> '$.learned' IS TRUE ELSE FALSE END"),
        ),
    ]);
    let sql = render(include_str!("../sql/learned_reaps.sql"), &names);
    let mut last = None;
    let mut statement = conn.prepare(&sql)?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        last = last.max(reading(row.get_ref(0)?, calendar).at());
    }
    Ok(last)
}
