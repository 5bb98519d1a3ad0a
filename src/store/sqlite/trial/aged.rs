//! The signs of life of a task that is no zombie, made old: a queue may rightly refuse that one at work is reaped.

use std::time::Duration;

use super::super::catalog::{ColumnInfo, TableInfo};
use super::super::keys::column;
use super::super::schema::Leases;
use super::super::value::read;
use super::candidate::row as row_of;
use super::shape::{Part, Shape, update};
use super::stage::Stage;
use crate::zombie::{Id, Reading, Timestamp, Zombie};

/// How long a zombie has been silent for which a task is made up, beyond what is borne: longer than any guard asks for.
const LONG: Duration = Duration::from_secs(7 * 24 * 3600);

impl Stage<'_> {
    /// What makes the signs of life old of a task and of each run that is abandoned with it, where they are not.
    pub(super) fn age(&self, zombie: &Zombie) -> rusqlite::Result<Vec<Shape>> {
        let tasks = &self.schema.tasks;
        let of_task = [&tasks.heartbeat, &tasks.started, &tasks.updated].map(Vec::as_slice);
        let signs = signs(of_task.into_iter().flatten(), &tasks.lease);
        let task = self.age_row(&tasks.table, &zombie.suspect.key, &signs)?;
        let mut shapes: Vec<_> = task.into_iter().collect();
        if let Some(runs) = &self.schema.runs {
            let of_run = [&runs.heartbeat, &runs.started].map(Vec::as_slice);
            let of_run = of_run.into_iter().flatten().chain(&runs.created);
            let signs = self::signs(of_run, &runs.lease);
            for run in zombie.runs_to_abandon() {
                shapes.extend(self.age_row(&runs.table, &run.key, &signs)?);
            }
        }
        Ok(shapes)
    }

    /// Each time is written in the form in which it is found; what is not understood stays.
    fn age_row(&self, table: &TableInfo, key: &Id, signs: &[ColumnInfo]) -> rusqlite::Result<Option<Shape>> {
        let keys = table.key_columns();
        let is_free = |sign: &&ColumnInfo| !keys.iter().any(|key| key.name == sign.name);
        let signs: Vec<_> = signs.iter().filter(is_free).collect();
        if signs.is_empty() {
            return Ok(None);
        }
        let columns: Vec<_> = signs.iter().map(|sign| column("s", sign)).collect();
        let mut found = self.conn.prepare(&row_of("s", table, &columns.join(", ")))?;
        let mut rows = found.query([key])?;
        let Some(row) = rows.next()? else { return Ok(None) };
        let (calendar, old) = (&self.loader.facts.calendar, self.long_ago());
        let mut assignments = Vec::new();
        for (place, sign) in signs.into_iter().enumerate() {
            if let (Reading::At(moment), Some(style)) = read(row.get_ref(place)?, calendar)
                && old < moment.at
            {
                assignments.push((sign, Id::from(calendar.write(old, style).as_value())));
            }
        }
        Ok((!assignments.is_empty()).then(|| update(Part::Signs, table, key, &assignments)))
    }

    fn long_ago(&self) -> Timestamp {
        let policy = self.opts.policy;
        let borne = policy.stale_after.max(policy.claim_grace());
        Timestamp::from(self.opts.now).minus(borne.saturating_add(LONG))
    }
}

/// Each column once, whatever it is read as.
fn signs<'c>(columns: impl Iterator<Item = &'c ColumnInfo>, lease: &Leases) -> Vec<ColumnInfo> {
    let mut signs: Vec<ColumnInfo> = Vec::new();
    for sign in columns.cloned().chain(lease.held()) {
        if !signs.iter().any(|known| known.name == sign.name) {
            signs.push(sign);
        }
    }
    signs
}
