//! Nothing changes but what the contract names, row by row and column by column.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::queue::queues;
use super::{config, reaped, swept};
use crate::world::moment;

type Row = BTreeMap<String, String>;

/// What stands in no column of times as a time.
const NOTHING: [&str; 2] = ["", "NULL"];

/// *Now* in the place of this value, unless its form is not understood: then nothing.
fn now_for(old: &str) -> Option<String> {
    let is_understood = NOTHING.contains(&old) || old.ends_with('Z');
    is_understood.then(|| moment("now"))
}

/// The columns of a row that are not the same, with what they hold now.
fn changes<'r>(before: &'r Row, after: &'r Row) -> BTreeMap<&'r str, &'r str> {
    after
        .iter()
        .filter(|(column, value)| before[*column] != **value)
        .map(|(column, value)| (column.as_str(), value.as_str()))
        .collect()
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn only_what_the_contract_names_changes_in_a_task(queue in queues()) {
        let (report, before, after) = swept(&queue);
        let reaped = reaped(&report);
        for (id, row) in &before["tasks"] {
            let (updated, due) = (now_for(&row["updated_at"]), now_for(&row["next_eligible_at"]));
            let mut expected: BTreeMap<&str, &str> = BTreeMap::new();
            if reaped.contains(id) {
                prop_assert_eq!(&row["status"], "running");
                expected.extend([
                    ("status", "open"), ("active_run_id", ""), ("assigned_slot", ""), ("assigned_worker", ""),
                    ("workspace_path", ""), ("lease_expires_at", "NULL"),
                ]);
                expected.extend(updated.as_deref().map(|now| ("updated_at", now)));
                if row["task_type"] == "recurring" {
                    expected.extend(due.as_deref().map(|now| ("next_eligible_at", now)));
                }
                expected.retain(|column, value| row[*column] != *value);
            }
            prop_assert_eq!(changes(row, &after["tasks"][id]), expected, "task {}", id);
        }
        prop_assert_eq!(before["tasks"].len(), after["tasks"].len());
    }

    #[test]
    fn only_open_runs_of_reaped_tasks_change(queue in queues()) {
        let (report, before, after) = swept(&queue);
        let (reaped, now) = (reaped(&report), moment("now"));
        let mut abandoned = 0;
        for (id, row) in &before["task_runs"] {
            let mut expected: BTreeMap<&str, &str> = BTreeMap::new();
            let has_no_end = NOTHING.contains(&row["completed_at"].as_str());
            let is_open = match row["status"].as_str() {
                "running" => true,
                // A status that nobody knows is history, but for that of the active run without an end.
                "paused" => has_no_end && before["tasks"][&row["task_id"]]["active_run_id"] == *id,
                _ => false,
            };
            if reaped.contains(&row["task_id"]) && is_open {
                abandoned += 1;
                expected.insert("status", "abandoned");
                if has_no_end {
                    expected.insert("completed_at", &now);
                }
            }
            prop_assert_eq!(changes(row, &after["task_runs"][id]), expected, "run {}", id);
        }
        prop_assert_eq!(report.runs_abandoned, abandoned);
    }

    #[test]
    fn only_workspaces_of_reaped_tasks_change(queue in queues()) {
        let (report, before, after) = swept(&queue);
        let (reaped, now) = (reaped(&report), moment("now"));
        let mut freed = 0;
        for (id, row) in &before["workspaces"] {
            let mut expected: BTreeMap<&str, &str> = BTreeMap::new();
            let by_run = before["task_runs"].get(&row["run_id"]).map(|run| &run["task_id"]);
            let holder = Some(&row["task_id"]).filter(|task| *task != "NULL").or(by_run);
            if holder.is_some_and(|task| reaped.contains(task)) {
                freed += 1;
                let released = [("task_id", "NULL"), ("run_id", "NULL"), ("status", "free"), ("released_at", &now)];
                expected.extend(released);
                expected.retain(|column, value| row[*column] != *value);
            }
            prop_assert_eq!(changes(row, &after["workspaces"][id]), expected, "workspace {}", id);
        }
        prop_assert_eq!(report.workspaces_freed, freed);
        prop_assert_eq!(&before["projects"], &after["projects"]);
    }
}
