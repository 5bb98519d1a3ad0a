//! Where the file may be.

use std::fs;
use std::os::unix::fs::symlink;

use insta::assert_snapshot;

use super::super::place::Place;
use super::super::program::zombie_sweeper;

/// What a usage error says, without the usage.
#[track_caller]
fn refused(place: &Place, args: &[&str]) -> String {
    let program = zombie_sweeper(args).env("ORCHESTRA_DB", place.db());
    let ran = place.untouched(|| program.run().exits(2));
    let said = ran.stderr.replace(place.path().to_str().unwrap(), "~");
    said.lines().next().unwrap().to_owned()
}

#[test]
fn only_where_node_exporter_looks() {
    let place = Place::queue(|world| world.zombie("t1"));
    let refused = |name: &str| refused(&place, &["--metrics-file", name]);
    assert_snapshot!(refused("/srv/sweeper.txt"), @"error: invalid value '/srv/sweeper.txt' for '--metrics-file <PATH>': expected a file whose name ends in .prom, as node_exporter reads no other; found sweeper.txt");
    for name in ["/srv/.prom", "/srv/sweeper.prom.tmp", "/", "..", "sweeper.PROM"] {
        assert!(
            refused(name).contains("expected a file whose name ends in .prom"),
            "{name}"
        );
    }
}

#[test]
fn never_in_the_place_of_the_database() {
    let place = Place::empty();
    fs::create_dir(place.file("there")).unwrap();
    symlink("there", place.file("link")).unwrap();
    symlink("there/queue.prom-wal", place.file("link.prom")).unwrap();
    let [database, by_link, log, link] = [
        "there/queue.prom",
        "link/queue.prom",
        "there/queue.prom-wal.prom",
        "link.prom",
    ]
    .map(|name| place.file(name));
    let refused = |file: &std::path::Path| {
        refused(
            &place,
            &[
                "--db",
                database.to_str().unwrap(),
                "--metrics-file",
                file.to_str().unwrap(),
            ],
        )
    };
    assert_snapshot!(refused(&database), @"error: --metrics-file names ~/there/queue.prom, which is of the database ~/there/queue.prom: expected a file of its own");
    refused(&by_link);
    refused(&log);
    refused(&link);
}

/// As a variable may be that is there and says nothing.
#[test]
fn empty_one_is_none() {
    let place = Place::queue(|world| world.alive("t1"));
    for args in [&[][..], &["schema"]] {
        let program = place.sweeper(args).env("ZOMBIE_SWEEPER_METRICS_FILE", "");
        let ran = program.run().exits(0);
        assert_eq!(ran.stderr, "");
    }
}

#[test]
fn is_an_option_of_the_sweep_alone() {
    let place = Place::queue(|world| world.zombie("t1"));
    assert!(refused(&place, &["schema", "--metrics-file", "x.prom"]).contains("--metrics-file"));
    let schema = place
        .sweeper(&["schema"])
        .env("ZOMBIE_SWEEPER_METRICS_FILE", place.file("x.prom"));
    schema.run().exits(0);
    assert_eq!(place.names(), ["orchestra.db"]);
}
