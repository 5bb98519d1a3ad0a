//! Columns that name rows of another table: by a foreign key, by their name, or because their values are its ids.

use rusqlite::Connection;

use super::super::value::identifier;
use super::hints::Phrases;
use super::names::{stem, words};
use super::portrait::{Column, ForeignKey, Portrait};
use super::times::is_moment;

/// So many different values are looked up.
const VALUES: usize = 200;

/// A column that may name rows of another table.
pub(super) struct Link {
    /// The first of its columns, which mostly is the only one.
    pub(super) column: String,
    /// The others, where a row of the other table is known by several.
    others: Vec<String>,
    pub(super) foreign_key: bool,
    /// It is called after the table, or after what the table is.
    pub(super) named: bool,
    /// Different values looked up, and those of them that are ids there.
    pub(super) seen: usize,
    pub(super) hits: usize,
    /// Numbers are often the same as others by chance.
    numbers: bool,
}

impl Link {
    /// Its columns, in the order of those by which a row of the other table is known.
    pub(super) fn columns(&self) -> Vec<String> {
        [&self.column].into_iter().chain(&self.others).cloned().collect()
    }

    /// Whether a foreign key or a value says so, and not the name alone.
    pub(super) fn is_more_than_a_name(&self) -> bool {
        self.foreign_key || self.hits > 0
    }

    /// Whether a single column names a row.
    pub(super) fn is_single(&self) -> bool {
        self.others.is_empty()
    }

    /// Whether most of what stands there are ids, or, where nothing stands there, the declaration or the name says so.
    pub(super) fn is_sure(&self) -> bool {
        if self.seen == 0 {
            return self.foreign_key || self.named;
        }
        let by_values = self.named || !self.numbers;
        self.foreign_key || (self.hits * 10 >= self.seen * 8 && by_values)
    }

    /// Whether some of what stands there are ids, where rows of the other table may be gone.
    pub(super) fn is_sure_of_some(&self) -> bool {
        self.is_sure() || self.hits > 0 && (self.named || !self.numbers)
    }

    pub(super) fn why(&self, to: &Portrait) -> String {
        let key = if self.foreign_key {
            "a foreign key"
        } else {
            "named so"
        };
        if !self.is_single() {
            return format!("{key}: the columns by which a row of {} is known", to.table.name);
        }
        match (self.seen, self.foreign_key || self.named) {
            (0, _) => format!("{key}; there is no value yet"),
            (seen, true) => format!(
                "{key}; {} of {seen} different values are ids of {}",
                self.hits, to.table.name
            ),
            (seen, false) => format!(
                "{} of {seen} different values are ids of {}",
                self.hits, to.table.name
            ),
        }
    }

    pub(super) fn weight(&self) -> (bool, usize, bool) {
        let tenths = (self.hits * 10).checked_div(self.seen).unwrap_or(0);
        (self.foreign_key, tenths, self.named)
    }
}

/// The columns that may name rows of the other table, the likeliest first.
pub(super) fn links(
    conn: &Connection,
    from: &Portrait,
    to: &Portrait,
    sounds: &Phrases,
) -> rusqlite::Result<Vec<Link>> {
    if to.key.len() > 1 {
        return Ok(by_several(from, to).into_iter().collect());
    }
    links_by(conn, from, to, to.id(), sounds)
}

/// The same, where rows of the other table are known by a certain column, which need not be its key.
pub(super) fn links_by(
    conn: &Connection,
    from: &Portrait,
    to: &Portrait,
    id: Option<&str>,
    sounds: &Phrases,
) -> rusqlite::Result<Vec<Link>> {
    let mut found = Vec::new();
    for column in &from.columns {
        if let Some(link) = link(conn, from, column, (to, id), sounds, true)? {
            found.push(link);
        }
    }
    found.sort_by_key(|link| std::cmp::Reverse(link.weight()));
    Ok(found)
}

/// Whether a column names rows of the other table by its declaration or by its name, and what stands in it agrees.
pub(super) fn names(
    conn: &Connection,
    from: &Portrait,
    to: &Portrait,
    sounds: &Phrases,
) -> rusqlite::Result<bool> {
    if to.key.len() > 1 {
        return Ok(by_several(from, to).is_some());
    }
    for column in &from.columns {
        let found = link(conn, from, column, (to, to.id()), sounds, false)?;
        if found.is_some_and(|link| link.is_sure()) {
            return Ok(true);
        }
    }
    Ok(false)
}

fn link(
    conn: &Connection,
    from: &Portrait,
    column: &Column,
    (to, id): (&Portrait, Option<&str>),
    sounds: &Phrases,
    by_values: bool,
) -> rusqlite::Result<Option<Link>> {
    let name = &column.info.name;
    // One that names another column of that table names no row by this one.
    let names_id = |key: &ForeignKey| match (&key.to, id) {
        (Some(to), Some(id)) => to.eq_ignore_ascii_case(id),
        (None, Some(id)) => to.id() == Some(id),
        (_, None) => true,
    };
    let foreign_key = from.foreign_keys.iter().any(|key| {
        key.from.eq_ignore_ascii_case(name) && key.table.eq_ignore_ascii_case(&to.table.name) && names_id(key)
    });
    let is_own_key = from.id().is_some_and(|id| id == name);
    if !foreign_key && (is_own_key && column.words.len() < 2 || is_moment(column) || column.facts.json > 0) {
        return Ok(None);
    }
    let named = match id {
        Some(id) if to.id() != Some(id) => is_named_after_both(column, to, id, sounds),
        _ => is_named_after(column, to, sounds),
    };
    let numbers = column.facts.integers > 0;
    let (seen, hits) = match id {
        Some(id) if foreign_key || named || by_values && !numbers => look_up(conn, from, name, to, id)?,
        _ => (0, 0),
    };
    let link = Link {
        column: name.clone(),
        others: Vec::new(),
        foreign_key,
        named,
        seen,
        hits,
        numbers,
    };
    Ok((foreign_key || named || hits > 0).then_some(link))
}

/// Columns that name a row which several columns tell: a foreign key on all of them, or columns of the same names.
fn by_several(from: &Portrait, to: &Portrait) -> Option<Link> {
    let of_group = |group: i64| {
        let keys = from.foreign_keys.iter().filter(|key| key.group == group);
        let keys: Vec<_> = keys
            .filter(|key| key.table.eq_ignore_ascii_case(&to.table.name))
            .collect();
        let column = |name: &String| {
            let mut by_place = to.key.iter().zip(&keys);
            let named = keys
                .iter()
                .find(|key| key.to.as_ref().is_some_and(|to| to.eq_ignore_ascii_case(name)));
            let key = named.or_else(|| {
                by_place
                    .find(|(at, key)| *at == name && key.to.is_none())
                    .map(|(_, key)| key)
            })?;
            Some(key.from.clone())
        };
        to.key.iter().map(column).collect::<Option<Vec<_>>>()
    };
    let declared = from.foreign_keys.iter().find_map(|key| of_group(key.group));
    let same = || {
        let columns = to
            .key
            .iter()
            .map(|name| Some(from.column(name)?.info.name.clone()));
        let columns = columns.collect::<Option<Vec<_>>>()?;
        // A key of the same names is one of its own.
        let is_own_key = from.key.iter().all(|key| columns.contains(key));
        (!is_own_key).then_some(columns)
    };
    let foreign_key = declared.is_some();
    let mut columns = declared.or_else(same)?.into_iter();
    Some(Link {
        column: columns.next()?,
        others: columns.collect(),
        foreign_key,
        named: true,
        seen: 0,
        hits: 0,
        numbers: false,
    })
}

/// `job_id`, `job` and `current_job_id` are named after `jobs` and after `acme_jobs`.
fn is_named_after(column: &Column, to: &Portrait, sounds: &Phrases) -> bool {
    let stem = stem(&column.words);
    let Some(last) = stem.last() else { return false };
    let is_id = stem.len() < column.words.len();
    let by_table = to.words.ends_with(stem) || is_id && to.words.last() == Some(last);
    let by_sound = is_id
        && sounds
            .exactly(std::slice::from_ref(last))
            .is_some_and(|hit| hit.sure);
    by_table || by_sound
}

/// `worker_name` is named after the `name` of `workers`.
fn is_named_after_both(column: &Column, to: &Portrait, id: &str, sounds: &Phrases) -> bool {
    let id = words(id);
    let Some(before) = column.words.strip_suffix(id.as_slice()) else {
        return false;
    };
    !before.is_empty() && (to.words.ends_with(before) || sounds.exactly(before).is_some_and(|hit| hit.sure))
}

/// How many different values there are, and how many of them are ids of the other table.
fn look_up(
    conn: &Connection,
    from: &Portrait,
    column: &str,
    to: &Portrait,
    id: &str,
) -> rusqlite::Result<(usize, usize)> {
    let (column, id) = (identifier(column), identifier(id));
    let order = from
        .table
        .rowid()
        .map_or_else(String::new, |rowid| format!("ORDER BY t.{rowid} DESC"));
    let sql = format!(
        "SELECT count(*), coalesce(sum(v.value IN (SELECT o.{id} FROM {} AS o)), 0) FROM (\
         SELECT DISTINCT n.value FROM (SELECT t.{column} AS value FROM {} AS t {order} LIMIT 1000) AS n \
         WHERE n.value NOT IN ('', '0', 0) LIMIT {VALUES}) AS v",
        to.table.qualified_name(),
        from.table.qualified_name(),
    );
    conn.query_row(&sql, [], |row| Ok((count(row.get(0)?), count(row.get(1)?))))
}

/// A count as the database gives it.
pub(super) fn count(number: i64) -> usize {
    usize::try_from(number).unwrap_or(0)
}
