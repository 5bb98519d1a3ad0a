//! The file itself: whole at every moment, and there for all to read.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;

use insta::assert_snapshot;

use super::super::place::Place;
use super::super::program::{BINARY, Program, Ran};
use super::NAME;
use crate::metrics::series;

/// A queue of which a sweep writes no byte.
fn queue() -> Place {
    Place::queue_with_journal(|world| world.alive("t1"))
}

/// What a sweep says that succeeded, and was not told of.
fn warned(place: &Place, ran: Ran) -> String {
    let ran = ran.exits(0);
    assert_eq!(ran.json()["scanned"], 1);
    // Not when it was, nor what the new file was called meanwhile.
    let said = ran.stderr.replace(place.path().to_str().unwrap(), "~");
    let (_, said) = said.trim_end().split_once(" WARN ").unwrap();
    assert!(!said.contains('\n'), "{said}");
    said.split(" at path ").next().unwrap().to_owned()
}

/// By way of a shell, which sets something first.
fn after(place: &Place, script: &str) -> Ran {
    let mut shell = Command::new("sh");
    let script = format!("{script}; exec \"$0\" \"$@\"");
    shell.args(["-c", &script, BINARY, "--db"]).arg(place.db());
    shell.arg("--metrics-file").arg(place.metrics_file());
    shell.env("LLVM_PROFILE_FILE", "/dev/null"); // where coverage is counted, its file may not grow either
    Program::by(shell).run()
}

#[test]
fn can_be_read_whatever_the_mask() {
    let place = queue();
    after(&place, "umask 077").summary();
    let mode = || fs::metadata(place.metrics_file()).unwrap().permissions().mode();
    assert_eq!(mode() & 0o7777, 0o644);
    place.mode(NAME, 0o600);
    after(&place, "umask 077").summary();
    assert_eq!(mode() & 0o7777, 0o644);
}

#[test]
fn stands_alone() {
    let place = queue();
    for _ in 0..2 {
        place.measured(&[]).run().summary();
        assert_eq!(place.names(), ["orchestra.db", NAME]);
    }
}

#[test]
fn is_replaced_and_never_written_into() {
    let place = queue();
    place.measured(&[]).run().summary();
    let (reader, before) = (place.file("kept"), fs::read(place.metrics_file()).unwrap());
    fs::hard_link(place.metrics_file(), &reader).unwrap();
    place.measured(&[]).run().summary();
    assert!(fs::read(reader).unwrap() == before);
    assert!(fs::read(place.metrics_file()).unwrap() != before);
}

#[test]
fn full_disk_leaves_the_old_one() {
    let place = queue();
    place.measured(&[]).run().summary();
    let (names, before) = (place.names(), place.files());
    let said = warned(&place, after(&place, "ulimit -f 1; trap '' XFSZ"));
    assert_snapshot!(said, @"the metrics of this sweep were not written: failed to write ~/sweeper.prom: File too large (os error 27)");
    assert_eq!(place.names(), names);
    assert!(place.files() == before);
}

#[test]
fn sweeps_at_once_each_write_it_whole() {
    let place = queue();
    place.measured(&[]).run().summary();
    let names: Vec<_> = place.metrics().into_keys().collect();
    let mut sweeps: Vec<_> = (0..8).map(|_| place.measured(&[]).start()).collect();
    while !sweeps.is_empty() {
        let told = fs::read_to_string(place.metrics_file()).unwrap();
        assert!(series(&told).into_keys().eq(names.iter().cloned()), "{told}");
        sweeps.retain_mut(|sweep| sweep.try_wait().unwrap().is_none());
    }
    assert_eq!(place.names(), ["orchestra.db", NAME]);
}

#[test]
fn folder_that_is_not_there() {
    let place = queue();
    let file = place.file("no/such.prom");
    let ran = place.untouched(|| place.sweeper(&["--metrics-file", file.to_str().unwrap()]).run());
    assert_snapshot!(warned(&place, ran), @"the metrics of this sweep were not written: failed to write ~/no/such.prom: No such file or directory (os error 2)");
}

#[test]
fn folder_that_may_not_be_written() {
    let place = queue();
    place.mode("orchestra.db", 0o666);
    let folder = place.file("metrics");
    fs::create_dir(&folder).unwrap();
    let file = folder.join(NAME);
    let Some(program) = place.unprivileged_sweeper(&["--metrics-file", file.to_str().unwrap()]) else {
        return;
    };
    let ran = place.untouched(|| program.run());
    assert_snapshot!(warned(&place, ran), @"the metrics of this sweep were not written: failed to write ~/metrics/sweeper.prom: Permission denied (os error 13)");
}

/// The exit code is the sweep's, whatever becomes of the file.
#[test]
fn failed_sweep_that_cannot_be_told_of() {
    let place = Place::empty();
    let file = place.file("no/such.prom");
    let ran = place
        .sweeper(&["--metrics-file", file.to_str().unwrap()])
        .run()
        .exits(66);
    assert_eq!(ran.stderr.lines().count(), 2, "{}", ran.stderr);
    assert!(
        ran.stderr
            .lines()
            .last()
            .unwrap()
            .starts_with("error: no database at")
    );
}

#[test]
fn damaged_one_is_told_and_replaced() {
    let place = queue();
    place.measured(&[]).run().summary();
    let told = fs::read_to_string(place.metrics_file()).unwrap();
    place.write(NAME, &told[..100]);
    let said = warned(&place, place.measured(&[]).run());
    assert_snapshot!(said, @"~/sweeper.prom was damaged, and was written anew: when a sweep last succeeded before this one is not known");
    assert_eq!(place.metrics()["last_sweep_success"], 1.0);
    place.measured(&[]).run().summary();
}

#[test]
fn empty_one_is_none() {
    let place = queue();
    place.write(NAME, "");
    place.measured(&[]).run().summary();
    assert_eq!(place.metrics()["last_sweep_success"], 1.0);
}

#[test]
fn one_of_another_queue_is_told_and_replaced() {
    let place = queue();
    place.measured(&["--project", "SciDEX"]).run().summary();
    let said = warned(&place, place.measured(&[]).run());
    assert_snapshot!(said, @"~/sweeper.prom held the metrics of another database, profile or project, and was written anew: expected a file for each");
    place.measured(&[]).run().summary();
}

/// Also where this queue has never been swept with success: the other's success is not its own.
#[test]
fn success_of_another_queue_is_not_taken_over() {
    let place = queue();
    place.measured(&[]).run().summary();
    place.measured(&["--project", "nobody's"]).run().exits(2);
    assert_eq!(place.metrics()["last_success_timestamp_seconds"], 0.0);
}

#[test]
fn files_of_others_are_left_alone() {
    let place = queue();
    let long = vec![b'#'; 2 << 20];
    let [said, of_long] = [b"# HELP node_reboot_required A reboot.\n", &long[..]].map(|held| {
        place.write(NAME, held);
        let ran = place.untouched(|| place.measured(&[]).run());
        warned(&place, ran)
    });
    assert_eq!(said, of_long);
    assert_snapshot!(said, @"the metrics of this sweep were not written: ~/sweeper.prom holds something else: expected one that zombie-sweeper wrote, or none; it is left as it is");
}

/// Somebody has written into ours.
#[test]
fn series_of_others_among_ours_are_left_alone() {
    let place = queue();
    place.measured(&[]).run().summary();
    let told = fs::read_to_string(place.metrics_file()).unwrap() + "node_reboot_required 1\n";
    place.write(NAME, &told);
    let ran = place.untouched(|| place.measured(&[]).run());
    assert!(warned(&place, ran).contains("holds something else"));
}

#[test]
fn link_stays_and_what_it_leads_to_is_replaced() {
    let place = queue();
    fs::create_dir(place.file("elsewhere")).unwrap();
    std::os::unix::fs::symlink("elsewhere/real.prom", place.metrics_file()).unwrap();
    let real = place.file("elsewhere/real.prom");
    for _ in 0..2 {
        place.measured(&[]).run().summary();
        assert!(place.metrics_file().is_symlink());
        assert_eq!(place.metrics()["last_sweep_success"], 1.0);
        assert_eq!(fs::read_dir(real.parent().unwrap()).unwrap().count(), 1);
        place.write("elsewhere/real.prom", "");
    }
}

#[test]
fn what_is_no_file_is_left_alone() {
    for make in ["mkdir", "mkfifo"] {
        let place = queue();
        let made = Command::new(make).arg(place.metrics_file()).status();
        assert!(made.unwrap().success());
        let ran = place.untouched(|| place.measured(&[]).run());
        assert!(warned(&place, ran).contains("holds something else"), "{make}");
    }
}
