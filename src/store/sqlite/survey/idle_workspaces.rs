//! Workspaces that are in use, and whose holder is not at work.

use std::collections::{HashMap, HashSet};

use super::super::catalog::ColumnInfo;
use super::super::keys::{column, is_key, key};
use super::super::layout::{ID, TASK};
use super::super::statements::workspaces_in_use;
use super::SqliteSurvey;
use crate::store::survey::Workspace;
use crate::zombie::{HeldWorkspace, Id};

impl SqliteSurvey<'_> {
    /// Hands over the workspaces that somebody holds who is not at work, or that two hold.
    pub(super) fn see_idle_workspaces(&self, visit: &mut dyn FnMut(Workspace)) -> rusqlite::Result<()> {
        let Some(workspaces) = &self.schema.workspaces else {
            return Ok(());
        };
        let affinity =
            |info: &Option<ColumnInfo>| info.as_ref().map(ColumnInfo::affinity).unwrap_or_default();
        let (task, run) = (affinity(&workspaces.task), affinity(&workspaces.run));
        let of_tasks = self.schema.tasks.id.affinity();
        let task_value = |id: &Id| task.compared(of_tasks, id);
        let at_work: HashSet<_> = self.ids.iter().map(task_value).collect();
        let mut open = HashMap::new();
        if let (Some(runs), Some(_)) = (&self.schema.runs, &workspaces.run) {
            let of_runs = runs.id.affinity();
            self.each_open_run(|row| {
                let (id, task) = (Id::from(row.get_ref(ID)?), Id::from(row.get_ref(TASK)?));
                open.insert(of_runs.compared(run, &id), task);
                Ok(())
            })?;
        }
        let of_runs = self.schema.runs.as_ref().map(|runs| runs.id.affinity());
        let run_value = |id: &Id| of_runs.unwrap_or_default().compared(run, id);
        let table = &workspaces.table;
        let key = match table.key_columns().as_slice() {
            [only] => column("w", only),
            _ => key("w", table),
        };
        let name = format!(
            "SELECT {key} FROM {} AS w WHERE {}",
            table.qualified_name(),
            is_key("w", table)
        );
        let mut name = self.conn.prepare(&name)?;
        let mut in_use = self.conn.prepare(&workspaces_in_use(workspaces, true))?;
        let mut rows = in_use.query([])?;
        while let Some(row) = rows.next()? {
            let held = HeldWorkspace {
                key: row.get_ref(0)?.into(),
                task: row.get_ref(1)?.into(),
                run: row.get_ref(2)?.into(),
                released: row.get_ref(3)?.into(),
            };
            if !held.released.is_none() {
                continue; // history
            }
            let of_run = open.get(&run_value(&held.run));
            let holder = if held.task.is_none() {
                of_run
            } else {
                Some(&held.task)
            };
            let is_at_work = holder.is_some_and(|holder| at_work.contains(&task_value(holder)));
            let also_held_by = of_run
                .filter(|of_run| !held.task.is_none() && task_value(of_run) != task_value(&held.task))
                .filter(|of_run| at_work.contains(&task_value(of_run)))
                .cloned();
            if !is_at_work || also_held_by.is_some() {
                visit(Workspace {
                    name: name.query_row([&held.key], |row| Ok(row.get_ref(0)?.into()))?,
                    held,
                    is_at_work,
                    also_held_by,
                });
            }
        }
        Ok(())
    }
}
