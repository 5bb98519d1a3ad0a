//! The reaps that the queue's own events have on record.

use std::collections::HashMap;

use super::super::keys::column;
use super::super::parking;
use super::super::past;
use super::super::schema::Events;
use super::super::statements::{forms, render, task_names};
use super::super::value::reading;
use super::SqliteSurvey;
use crate::store::contract::Effort;
use crate::store::survey::{PastReaps, Repeated};
use crate::zombie::{Id, Reading, Timestamp};

impl SqliteSurvey<'_> {
    pub(super) fn see_past_reaps(&self, since: Timestamp, from: usize) -> rusqlite::Result<PastReaps> {
        let mut reaps = PastReaps::default();
        let Some(events) = &self.schema.events else {
            return Ok(reaps);
        };
        let Some(sql) = past_reaps(events) else {
            return Ok(reaps);
        };
        // Who may be among them is told by the times alone; of those few all that is on record is read.
        let mut counts: HashMap<Id, (Id, usize)> = HashMap::new();
        let mut statement = self.conn.prepare(&sql)?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let Reading::At(moment) = reading(row.get_ref(1)?, &self.facts().calendar) else {
                continue;
            };
            reaps.last = reaps.last.max(Some(moment.at));
            if moment.at < since {
                continue;
            }
            let task = Id::from(row.get_ref(0)?);
            let of_tasks = self.schema.tasks.id.affinity();
            let value = events.task.affinity().compared(of_tasks, &task);
            counts.entry(value).or_insert((task, 0)).1 += 1;
        }
        drop(rows);
        let again = counts.into_values().filter(|(_, count)| *count >= from);
        let mut again: Vec<_> = again.map(|(task, _)| task).collect();
        again.sort_unstable();
        let tasks: Vec<_> = again.iter().collect();
        let pasts = past::of(
            self.conn,
            self.schema,
            &self.facts().calendar,
            &tasks,
            Effort::Thorough,
        )?;
        let counted = again.iter().zip(pasts.unwrap_or_default());
        let counted = counted.map(|(task, past)| Repeated {
            task: task.clone(),
            reaps: past.silent_reaps(since),
            is_parked: false,
        });
        reaps.again = counted.filter(|repeated| repeated.reaps >= from).collect();
        reaps.can_park = parking::check(self.schema).is_ok();
        self.see_parked(&mut reaps.again)?;
        Ok(reaps)
    }

    /// In one look at those that are parked, as no index need lead to a task.
    fn see_parked(&self, again: &mut [Repeated]) -> rusqlite::Result<()> {
        let tasks = &self.schema.tasks;
        let (Some(status), Some(word), false) = (tasks.status(), &tasks.parked, again.is_empty()) else {
            return Ok(());
        };
        let mut names = task_names(tasks);
        let words: Vec<_> = forms(status, word).collect();
        let is_parked = format!("{} IN ({})", column("t", status), words.join(", "));
        names.push(("is_parked", is_parked));
        let sql = render(include_str!("../sql/parked_tasks.sql"), &names);
        let mut by_name: HashMap<_, _> = again
            .iter_mut()
            .map(|repeated| (past::name(&repeated.task), repeated))
            .collect();
        let mut parked = self.conn.prepare(&sql)?;
        let mut rows = parked.query([])?;
        while let Some(row) = rows.next()? {
            let task = self.facts().task_id(row.get_ref(0)?);
            if let Some(repeated) = by_name.get_mut(&past::name(&task)) {
                repeated.is_parked = true;
            }
        }
        Ok(())
    }
}

fn past_reaps(events: &Events) -> Option<String> {
    let time = events.time.as_ref()?;
    let kind = column("e", &events.kind);
    let words: Vec<_> = forms(&events.kind, &events.reaped).collect();
    let names = [
        ("events", events.table.qualified_name()),
        ("e.task", column("e", &events.task)),
        ("e.time", column("e", time)),
        ("is_reap", format!("{kind} IN ({})", words.join(", "))),
    ];
    Some(render(include_str!("../sql/past_reaps.sql"), &names))
}
