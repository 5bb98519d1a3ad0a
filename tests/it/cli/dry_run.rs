//! A dry run reads whatever state the files are in: what stands there now, and without a trace.

use std::fs;

use super::aftermath::begin_and_spill;
use super::place::Place;
use super::program::Program;

/// Runs it, and holds it to leave the files alone. Returns the ids found and the warnings.
#[track_caller]
fn seen(place: &Place, program: Program) -> (Vec<String>, Vec<String>) {
    let summary = place.untouched(|| program.run().summary());
    assert_eq!(summary["dry_run"], true);
    let texts = |key: &str| serde_json::from_value(summary[key].clone()).unwrap();
    (texts("task_ids"), texts("warnings"))
}

#[track_caller]
fn sees(place: &Place, program: Program, ids: &[&str]) {
    let (found, warnings) = seen(place, program);
    assert_eq!(found, ids);
    assert!(warnings.is_empty(), "{warnings:?}");
}

/// It cannot read the files where they are, and says so.
#[track_caller]
fn sees_in_a_copy(place: &Place, program: Program, ids: &[&str]) {
    let (found, warnings) = seen(place, program);
    assert_eq!(found, ids);
    assert_eq!(warnings.len(), 1, "{warnings:?}");
    assert!(
        warnings[0].contains("a copy of it, with its log, was read"),
        "{warnings:?}"
    );
}

fn clean_log() -> Place {
    Place::queue(|world| world.zombie("t1").alive("t2"))
}

fn clean_journal() -> Place {
    Place::queue_with_journal(|world| world.zombie("t1").alive("t2"))
}

fn everybody() -> Vec<String> {
    (0..200).map(|n| format!("t{n:03}")).collect()
}

mod in_a_folder_that_can_be_written {
    use super::*;

    #[test]
    fn clean() {
        for place in [clean_log(), clean_journal()] {
            sees(&place, place.sweeper(&["--dry-run"]), &["t1"]);
        }
    }

    #[test]
    fn log_that_only_the_version_for_readers_tells_of() {
        let place = clean_log();
        place.damage(18, &[1]);
        sees(&place, place.sweeper(&["--dry-run"]), &["t1"]);
    }

    #[test]
    fn log_in_use() {
        let (place, _orchestrator) = Place::with_a_live_log();
        sees(&place, place.sweeper(&["--dry-run"]), &["t1"]);
    }

    #[test]
    fn log_and_index_left_behind() {
        let place = Place::with_log_and_index_left_behind();
        sees(&place, place.sweeper(&["--dry-run"]), &["t1"]);
    }

    #[test]
    fn log_left_behind_without_its_index() {
        let place = Place::with_a_log_left_behind();
        sees_in_a_copy(&place, place.sweeper(&["--dry-run"]), &["t1"]);
    }

    #[test]
    fn log_left_behind_that_is_a_header_alone() {
        let place = Place::with_the_header_of_a_log();
        sees_in_a_copy(&place, place.sweeper(&["--dry-run"]), &["t1"]);
    }

    #[test]
    fn hot_journal() {
        let place = Place::with_a_hot_journal();
        let (found, warnings) = seen(&place, place.sweeper(&["--dry-run"]));
        assert_eq!(found, everybody());
        assert_eq!(warnings.len(), 1, "{warnings:?}");
        assert!(warnings[0].contains("a copy of it"), "{warnings:?}");
    }

    #[test]
    fn transaction_under_way_is_not_seen() {
        let place = clean_journal();
        let orchestrator = place.connect();
        orchestrator
            .execute_batch("BEGIN IMMEDIATE; UPDATE tasks SET status = 'done'")
            .unwrap();
        sees(&place, place.sweeper(&["--dry-run"]), &["t1"]);
    }

    #[test]
    fn orchestrator_that_shares_the_log_with_nobody() {
        let place = clean_log();
        let orchestrator = place.connect();
        orchestrator
            .execute_batch(
                "PRAGMA locking_mode = EXCLUSIVE; UPDATE tasks SET status = 'done' WHERE id = 't1'",
            )
            .unwrap();
        assert_eq!(place.names(), ["orchestra.db", "orchestra.db-wal"]);
        sees_in_a_copy(&place, place.sweeper(&["--dry-run"]), &[]);
    }

    #[test]
    fn copy_is_taken_away_again() {
        let place = Place::with_a_log_left_behind();
        let temp = Place::empty();
        let program = place.sweeper(&["--dry-run"]).env("TMPDIR", temp.path());
        sees_in_a_copy(&place, program, &["t1"]);
        assert!(temp.names().is_empty());
    }

    /// Killed while it looks at the copy; nothing could be taken away then.
    #[test]
    fn copy_is_gone_when_the_program_is_killed() {
        let place = Place::with_a_log_left_behind_of_many();
        let temp = Place::empty();
        let program = place.sweeper(&["--dry-run"]).env("TMPDIR", temp.path());
        let mut dry_run = program.start();
        let files = format!("/proc/{}/fd", dry_run.id());
        let has_opened_it = || {
            let mut files = fs::read_dir(&files).into_iter().flatten().flatten();
            files.any(|file| fs::read_link(file.path()).is_ok_and(|file| file.ends_with("copy.db (deleted)")))
        };
        // It looks at the copy from when nothing of it is left in the folder.
        while !(has_opened_it() && temp.names().is_empty()) {
            assert!(dry_run.try_wait().unwrap().is_none(), "it has ended too soon");
        }
        dry_run.kill().unwrap();
        assert!(!dry_run.wait().unwrap().success());
        assert!(temp.names().is_empty(), "{:?}", temp.names());
    }

    #[test]
    fn place_for_the_copy_is_missing() {
        let place = Place::with_a_log_left_behind();
        let program = place.sweeper(&["--dry-run"]).env("TMPDIR", place.file("nowhere"));
        let said = place.untouched(|| program.run()).exits(74).stderr;
        assert!(
            said.contains("no copy of it could be made to read instead: "),
            "{said}"
        );
    }
}

mod as_a_user_who_may_only_read {
    use super::*;

    #[test]
    fn clean() {
        for place in [clean_log(), clean_journal()] {
            place.mode("orchestra.db", 0o444);
            place.mode(".", 0o555);
            let Some(program) = place.unprivileged_sweeper(&["--dry-run"]) else {
                return;
            };
            sees(&place, program, &["t1"]);
        }
    }

    #[test]
    fn log_in_use() {
        let (place, _orchestrator) = Place::with_a_live_log();
        place.mode(".", 0o555);
        let Some(program) = place.unprivileged_sweeper(&["--dry-run"]) else {
            return;
        };
        sees(&place, program, &["t1"]);
    }

    #[test]
    fn log_and_index_left_behind() {
        let place = Place::with_log_and_index_left_behind();
        place.mode("orchestra.db", 0o444);
        place.mode("orchestra.db-wal", 0o444);
        place.mode("orchestra.db-shm", 0o444);
        place.mode(".", 0o555);
        let Some(program) = place.unprivileged_sweeper(&["--dry-run"]) else {
            return;
        };
        let (found, _) = seen(&place, program);
        assert_eq!(found, ["t1"]);
    }

    #[test]
    fn log_left_behind_without_its_index() {
        let place = Place::with_a_log_left_behind();
        place.mode(".", 0o555);
        let Some(program) = place.unprivileged_sweeper(&["--dry-run"]) else {
            return;
        };
        sees_in_a_copy(&place, program, &["t1"]);
    }

    #[test]
    fn hot_journal() {
        for mode in [0o644, 0o444] {
            let place = Place::with_a_hot_journal();
            place.mode("orchestra.db", mode);
            place.mode("orchestra.db-journal", mode);
            place.mode(".", 0o555);
            let Some(program) = place.unprivileged_sweeper(&["--dry-run"]) else {
                return;
            };
            assert_eq!(seen(&place, program).0, everybody());
        }
    }

    #[test]
    fn log_that_may_not_be_read_is_not_passed_over() {
        let (place, _orchestrator) = Place::with_a_live_log();
        place.mode("orchestra.db-wal", 0);
        let Some(program) = place.unprivileged_sweeper(&["--dry-run"]) else {
            return;
        };
        let ran = program.run();
        insta::assert_snapshot!(ran.failure(place.path()), @"
        exit 77
        error: ~/orchestra.db cannot be read in place (unable to open database file), and no copy of it could be made to read instead: Permission denied (os error 13)
        ");
    }
}

mod on_a_read_only_mount {
    use super::*;

    #[test]
    fn clean() {
        for place in [clean_log(), clean_journal()] {
            let Some(program) = place.sweeper_on_a_read_only_mount(&["--dry-run"]) else {
                return;
            };
            sees(&place, program, &["t1"]);
        }
    }

    #[test]
    fn log_in_use() {
        let (place, _orchestrator) = Place::with_a_live_log();
        let Some(program) = place.sweeper_on_a_read_only_mount(&["--dry-run"]) else {
            return;
        };
        sees(&place, program, &["t1"]);
    }

    #[test]
    fn log_and_index_left_behind() {
        let place = Place::with_log_and_index_left_behind();
        let Some(program) = place.sweeper_on_a_read_only_mount(&["--dry-run"]) else {
            return;
        };
        let (found, _) = seen(&place, program);
        assert_eq!(found, ["t1"]);
    }

    #[test]
    fn log_left_behind_without_its_index() {
        let place = Place::with_a_log_left_behind();
        let Some(program) = place.sweeper_on_a_read_only_mount(&["--dry-run"]) else {
            return;
        };
        sees_in_a_copy(&place, program, &["t1"]);
    }

    #[test]
    fn hot_journal() {
        let place = Place::with_a_hot_journal();
        let Some(program) = place.sweeper_on_a_read_only_mount(&["--dry-run"]) else {
            return;
        };
        let (found, warnings) = seen(&place, program);
        assert_eq!((found, warnings.len()), (everybody(), 1));
    }
}

#[test]
fn schema_reads_the_same_files() {
    for place in [clean_log(), clean_journal(), Place::with_a_log_left_behind()] {
        let ran = place.untouched(|| place.sweeper(&["schema"]).run()).exits(0);
        let understood: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
        assert_eq!(understood["roles"][0]["role"], "tasks");
        let copied = place.names().len() > 1;
        let warned = understood["warnings"].to_string().contains("a copy of it");
        assert_eq!(warned, copied, "{understood}");
    }
}

#[test]
fn half_written_database_is_waited_for() {
    let place =
        Place::queue_with_journal(|world| (0..200).fold(world, |world, n| world.zombie(&format!("t{n:03}"))));
    let orchestrator = place.connect();
    begin_and_spill(&orchestrator);
    let ran = place.untouched(|| place.sweeper(&["--dry-run", "--busy-timeout", "50ms"]).run());
    insta::assert_snapshot!(ran.failure(place.path()), @"
    exit 75
    error: ~/orchestra.db is locked by another process for longer than the busy timeout; nothing was written; try again, or wait longer with --busy-timeout
    ");
}
