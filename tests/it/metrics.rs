//! What a monitor is told of a sweep.
#![allow(clippy::float_cmp, reason = "what is read is to be what was written")]

use std::collections::BTreeMap;

use insta::assert_snapshot;
use zombie_sweeper::metrics::{Before, LastSweep, Metrics, Scope, Totals, seconds};

use crate::world::{NOW, World};

fn scope() -> Scope {
    Scope {
        database: "/srv/orchestra.db".to_owned(),
        profile: "orchestra".to_owned(),
        project: None,
    }
}

/// What is told of a sweep that did all there was to do.
fn told_of(world: &mut World) -> String {
    let mut report = world.sweep();
    report.duration_ms = 4;
    let (scope, last_sweep) = (scope(), LastSweep::done(NOW, &report));
    text(&scope, last_sweep, seconds(NOW), None)
}

fn text(scope: &Scope, last_sweep: LastSweep<'_>, last_success_s: f64, totals: Option<&Totals>) -> String {
    let metrics = Metrics {
        scope,
        last_sweep: Some(last_sweep),
        last_success_s,
        totals,
    };
    metrics.to_string()
}

fn of_a_failure(scope: &Scope, last_success_s: f64) -> String {
    text(scope, LastSweep::failed(NOW, 75), last_success_s, None)
}

/// The value of each series, by its name and its own label.
pub(crate) fn series(text: &str) -> BTreeMap<String, f64> {
    let samples = text.lines().filter(|line| !line.starts_with('#'));
    let series = samples.map(|line| {
        let (series, value) = line.rsplit_once(' ').unwrap();
        let (name, labels) = series.split_once('{').unwrap();
        let own = labels.split_once("project=").unwrap().1.split_once("\",");
        let own = own.map_or(String::new(), |(_, own)| format!("{{{own}"));
        let name = name.strip_prefix("zombie_sweeper_").unwrap();
        (format!("{name}{own}"), value.parse().unwrap())
    });
    series.collect()
}

#[test]
fn all_of_it() {
    let mut world = World::new()
        .running("ended")
        .run("r1")
        .status("failed")
        .heartbeat("3h ago")
        .running("silent")
        .run("r2")
        .heartbeat("16m ago")
        .running("alive")
        .run("r3")
        .heartbeat("1m ago")
        .running("unclear")
        .run("r4")
        .set("started_at", "soon");
    let version = format!("\"{}\"", env!("CARGO_PKG_VERSION"));
    let told = told_of(&mut world).replace(&version, "\"VERSION\"");
    assert_snapshot!(told);
}

/// What it would have found is not made up.
#[test]
fn sweep_that_failed_before_it_could_tell() {
    assert_snapshot!(of_a_failure(&scope(), 1_775_000_000.5).replace(env!("CARGO_PKG_VERSION"), "VERSION"), @r#"
    # HELP zombie_sweeper_build_info The version of the sweeper, always 1.
    # TYPE zombie_sweeper_build_info gauge
    zombie_sweeper_build_info{database="/srv/orchestra.db",profile="orchestra",project="",version="VERSION"} 1
    # HELP zombie_sweeper_last_success_timestamp_seconds When the last sweep began that did all there was to do; 0 where none has yet.
    # TYPE zombie_sweeper_last_success_timestamp_seconds gauge
    zombie_sweeper_last_success_timestamp_seconds{database="/srv/orchestra.db",profile="orchestra",project=""} 1775000000.5
    # HELP zombie_sweeper_last_sweep_timestamp_seconds When the last sweep began.
    # TYPE zombie_sweeper_last_sweep_timestamp_seconds gauge
    zombie_sweeper_last_sweep_timestamp_seconds{database="/srv/orchestra.db",profile="orchestra",project=""} 1775877480
    # HELP zombie_sweeper_last_sweep_success Whether the last sweep did all there was to do.
    # TYPE zombie_sweeper_last_sweep_success gauge
    zombie_sweeper_last_sweep_success{database="/srv/orchestra.db",profile="orchestra",project=""} 0
    # HELP zombie_sweeper_last_sweep_exit_code The exit code of the last sweep.
    # TYPE zombie_sweeper_last_sweep_exit_code gauge
    zombie_sweeper_last_sweep_exit_code{database="/srv/orchestra.db",profile="orchestra",project=""} 75
    "#);
}

#[test]
fn counters_where_somebody_remembers() {
    let totals = Totals {
        sweeps: 9,
        failed_sweeps: 2,
        reaped: [("run_failed".to_owned(), 40)].into(),
    };
    let told = text(&scope(), LastSweep::failed(NOW, 1), 0.0, Some(&totals));
    let series = series(&told);
    assert_eq!(
        [
            series["sweeps_total"],
            series["failed_sweeps_total"],
            series["reaped_total{reason=\"run_failed\"}"],
            series["reaped_total{reason=\"stale_heartbeat\"}"],
        ],
        [9.0, 2.0, 40.0, 0.0]
    );
    let kinds = told.lines().filter(|line| line.ends_with(" counter"));
    assert_eq!(kinds.count(), 3, "{told}");
    assert!(!of_a_failure(&scope(), 0.0).contains("_total"));
}

#[test]
fn oldest_silence_is_that_of_the_zombies_reaped() {
    let of = "last_sweep_oldest_silence_seconds{of=\"zombies\"}";
    let world = || World::new().running("t0").run("r0").heartbeat("1m ago");
    assert_eq!(series(&told_of(&mut world()))[of], 0.0);
    let mut world = world()
        .running("t1")
        .run("r1")
        .heartbeat("16m ago")
        .running("t2")
        .run("r2")
        .heartbeat("1000s ago");
    assert_eq!(series(&told_of(&mut world))[of], 1000.0);
}

#[test]
fn oldest_silence_of_the_living_where_it_is_known() {
    let report = World::new().sweep();
    let last_sweep = LastSweep {
        oldest_living_silence_s: Some(61.5),
        ..LastSweep::done(NOW, &report)
    };
    let told = series(&text(&scope(), last_sweep, 0.0, None));
    assert_eq!(told["last_sweep_oldest_silence_seconds{of=\"living\"}"], 61.5);
}

/// A reader takes a line for a series, so a name must not be able to end one.
#[test]
fn names_cannot_break_out_of_their_labels() {
    let hostile = "\"} 1\nzombie_sweeper_last_sweep_success{} 1\\\0\u{1b}[2J\r";
    let scope = Scope {
        database: hostile.to_owned(),
        profile: "a \"b\" \\".to_owned(),
        project: Some("é \u{202e}\n".to_owned()),
    };
    let told = of_a_failure(&scope, 0.0);
    let samples: Vec<_> = told.lines().filter(|line| !line.starts_with('#')).collect();
    assert_eq!(samples.len(), 5, "{told}");
    assert_eq!(
        samples[1],
        "zombie_sweeper_last_success_timestamp_seconds{database=\"\\\"} 1\\nzombie_sweeper_last_sweep_success{} 1\\\\\\\\u{0}\\\\u{1b}[2J\\\\u{d}\",\
         profile=\"a \\\"b\\\" \\\\\",project=\"é \u{202e}\\n\"} 0"
    );
    assert_eq!(Before::read(told.as_bytes(), &scope), Before::Ours(0.0));
}

/// A run may have ended by any word of the queue's.
#[test]
fn series_of_reasons_are_bounded() {
    let long = "x".repeat(10_000);
    let mut world = (0..300).fold(World::new(), |world, n| {
        world
            .running(format!("t{n}"))
            .run(format!("r{n}"))
            .status(&format!("{n}{long}"))
            .ended("1h ago")
    });
    let told = told_of(&mut world);
    let reasons: BTreeMap<_, _> = series(&told)
        .into_iter()
        .filter(|(name, _)| name.starts_with("last_sweep_reaped_by_reason"))
        .collect();
    assert!(reasons.len() < 40, "{}", reasons.len());
    assert_eq!(reasons.values().sum::<f64>(), 300.0);
    assert!(told.len() < 20_000, "{}", told.len());
}

/// A word with a control character, and one that is spelt as that is shown.
#[test]
fn no_series_comes_twice() {
    let mut world = World::new();
    for (task, word) in [("t1", "do\u{1}ne"), ("t2", "do\\u{1}ne")] {
        world = world.running(task).run(task).status(word).ended("1h ago");
    }
    let told = told_of(&mut world);
    let names: Vec<_> = told
        .lines()
        .filter_map(|line| line.rsplit_once(' ').filter(|_| !line.starts_with('#')))
        .map(|(name, _)| name)
        .collect();
    let once: std::collections::BTreeSet<_> = names.iter().collect();
    assert_eq!(once.len(), names.len(), "{told}");
    let reaped: f64 = series(&told)
        .iter()
        .filter(|(name, _)| name.starts_with("last_sweep_reaped_by_reason"))
        .map(|(_, count)| count)
        .sum();
    assert_eq!(reaped, 2.0);
}

#[test]
fn last_success_is_read_back() {
    for at_s in [0.0, 1_775_877_480.0, 1_775_877_480.123_456] {
        let told = of_a_failure(&scope(), at_s);
        assert_eq!(Before::read(told.as_bytes(), &scope()), Before::Ours(at_s));
    }
}

#[test]
fn whatever_part_of_it_is_left_is_never_taken_for_another_moment() {
    let told = told_of(&mut World::new().running("t1").run("r1").heartbeat("16m ago"));
    let whole = seconds(NOW);
    for end in 0..told.len() {
        match Before::read(&told.as_bytes()[..end], &scope()) {
            Before::Ours(at_s) => assert_eq!(at_s, whole, "{end}"),
            Before::Nothing => assert_eq!(end, 0),
            Before::Damaged | Before::Foreign => {}
            Before::OfAnotherScope => panic!("{end}"),
        }
    }
}

#[test]
fn moment_that_is_none_is_damage() {
    let told = of_a_failure(&scope(), 7.0);
    for value in ["NaN", "+Inf", "-1", "soon", ""] {
        let damaged = told.replace("} 7\n", &format!("}} {value}\n"));
        assert_eq!(
            Before::read(damaged.as_bytes(), &scope()),
            Before::Damaged,
            "{value}"
        );
    }
}

#[test]
fn other_scopes_and_other_files_are_told_apart() {
    let told = of_a_failure(&scope(), 7.0);
    let others = [
        Scope {
            database: "/srv/other.db".to_owned(),
            ..scope()
        },
        Scope {
            profile: "river".to_owned(),
            ..scope()
        },
        Scope {
            project: Some("SciDEX".to_owned()),
            ..scope()
        },
    ];
    for other in others {
        assert_eq!(
            Before::read(told.as_bytes(), &other),
            Before::OfAnotherScope,
            "{other:?}"
        );
    }
    let and_more = told.clone() + "node_reboot_required 1\n";
    let before = told.replacen('\n', "\nnode_reboot_required 1\n", 1);
    for foreign in [
        and_more.as_bytes(),
        before.as_bytes(),
        &b"# HELP apt_upgrades_pending Apt packages pending updates.\n"[..],
        b"SQLite format 3\0",
        b"\0\0\0\0",
        b"\n",
    ] {
        assert_eq!(Before::read(foreign, &scope()), Before::Foreign);
    }
}

/// The page on metrics explains each series, and no alert waits for one that never comes.
#[test]
fn every_series_is_explained_and_every_alert_is_of_one() {
    let report = World::new().sweep();
    let totals = Totals::default();
    let told = text(&scope(), LastSweep::done(NOW, &report), 0.0, Some(&totals));
    let names: Vec<&str> = told
        .lines()
        .filter_map(|line| line.strip_prefix("# TYPE ")?.split(' ').next())
        .collect();
    let page = include_str!("../../docs/metrics.md");
    let explained: Vec<&str> = page
        .lines()
        .filter_map(|row| Some(row.strip_prefix("| `zombie_sweeper_")?.split_once('`')?.0))
        .collect();
    let short: Vec<&str> = names
        .iter()
        .filter_map(|name| name.strip_prefix("zombie_sweeper_"))
        .collect();
    assert_eq!(explained, short);
    for alerts in [include_str!("../../docs/alerts.yml"), page] {
        for (start, _) in alerts.match_indices("zombie_sweeper_") {
            let name: String = alerts[start..]
                .chars()
                .take_while(|c| c.is_ascii_alphanumeric() || *c == '_')
                .collect();
            assert!(names.contains(&&*name) || name == "zombie_sweeper_", "{name}");
        }
    }
}
