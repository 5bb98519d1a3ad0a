//! Nothing changes but what the contract names, row by row and column by column.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::queue::queues;
use super::{config, reaped, swept};
use crate::world::moment;

type Row = BTreeMap<String, String>;

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
        let (reaped, now) = (reaped(&report), moment("now"));
        for (id, row) in &before["tasks"] {
            let mut expected: BTreeMap<&str, &str> = BTreeMap::new();
            if reaped.contains(id) {
                prop_assert_eq!(&row["status"], "running");
                expected.extend([
                    ("status", "open"), ("active_run_id", ""), ("assigned_slot", ""), ("assigned_worker", ""),
                    ("workspace_path", ""), ("lease_expires_at", "NULL"), ("updated_at", &now),
                ]);
                if row["task_type"] == "recurring" {
                    expected.insert("next_eligible_at", &now);
                }
                expected.retain(|column, value| row[*column] != *value);
            }
            prop_assert_eq!(changes(row, &after["tasks"][id]), expected, "task {}", id);
        }
        prop_assert_eq!(before["tasks"].len(), after["tasks"].len());
    }

    #[test]
    fn only_unfinished_runs_of_reaped_tasks_change(queue in queues()) {
        let (report, before, after) = swept(&queue);
        let (reaped, now) = (reaped(&report), moment("now"));
        let mut abandoned = 0;
        for (id, row) in &before["task_runs"] {
            let mut expected: BTreeMap<&str, &str> = BTreeMap::new();
            let finished = ["completed", "failed", "aborted", "abandoned"].contains(&row["status"].as_str());
            if reaped.contains(&row["task_id"]) && !finished {
                abandoned += 1;
                expected.insert("status", "abandoned");
                if ["", "NULL"].contains(&row["completed_at"].as_str()) {
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
            if [Some(&row["task_id"]), by_run].into_iter().flatten().any(|task| reaped.contains(task)) {
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
