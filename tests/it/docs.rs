//! The documentation: what it names exists, what it shows runs, what it lists is complete.

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};

use serde_json::Value;
use toml::Table;
use zombie_sweeper::Profile;
use zombie_sweeper::SweepError;
use zombie_sweeper::rusqlite::{self, Statement};
use zombie_sweeper::store::{OpenError, ProjectError, Schema, SchemaError, StoreError};

use crate::world::{NOW, NULL, World, moment, reasons};

/// What docs/embedding.md shows first.
#[allow(
    dead_code,
    unreachable_pub,
    clippy::missing_errors_doc,
    reason = "written for the reader's own crate"
)]
mod example {
    use std::path::Path;
    use std::thread::sleep;
    use std::time::Duration;

    use chrono::{DateTime, Utc};
    use zombie_sweeper::rusqlite::config::DbConfig;
    use zombie_sweeper::rusqlite::{self, Connection, ErrorCode, OpenFlags};
    use zombie_sweeper::store::StoreError;
    use zombie_sweeper::{SweepError, SweepOptions, SweepReport, sweep_zombie_tasks};

    /// A connection to sweep on. Keep it open.
    pub fn connect(path: &Path) -> rusqlite::Result<Connection> {
        let conn = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        conn.busy_timeout(Duration::from_secs(5))?;
        conn.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_FKEY, false)?;
        Ok(conn)
    }

    /// One sweep. `None`: the database was busy, and the next one will do it.
    pub fn sweep(conn: &mut Connection, now: DateTime<Utc>) -> Result<Option<SweepReport>, SweepError> {
        let options = SweepOptions::at(now)
            .project("SciDEX")
            .stale_after(Duration::from_secs(20 * 60))
            .actor("supervisor");
        match sweep_zombie_tasks(conn, &options) {
            Ok(report) => Ok(Some(report)),
            // What was committed is done; the next sweep does the rest.
            Err(SweepError::Partial { report, source }) => {
                eprintln!("the sweep stopped early: {source}");
                Ok(Some(*report))
            }
            Err(SweepError::Store(StoreError::Sqlite { source, .. }))
                if source.sqlite_error_code() == Some(ErrorCode::DatabaseBusy) =>
            {
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    /// Sweeps every 15 minutes, and logs the summaries.
    pub fn run(path: &Path, clock: fn() -> DateTime<Utc>) -> Result<(), Box<dyn std::error::Error>> {
        let mut conn = connect(path)?;
        loop {
            if let Some(report) = sweep(&mut conn, clock())? {
                for reap in &report.reaps {
                    eprintln!("{} was reaped: {}", reap.task_id, reap.reason);
                }
                println!("{}", serde_json::to_string(&report)?);
            }
            sleep(Duration::from_secs(15 * 60));
        }
    }
}

/// What docs/embedding.md shows second.
#[allow(dead_code, unreachable_pub, reason = "written for the reader's own crate")]
mod interrupt {
    use std::sync::mpsc::{Receiver, RecvTimeoutError};
    use std::time::Duration;

    use zombie_sweeper::rusqlite::InterruptHandle;

    /// Interrupts a sweep that has not `ended` by its deadline, until it does.
    pub fn stop_after(deadline: Duration, handle: &InterruptHandle, ended: &Receiver<()>) {
        let mut patience = deadline;
        while ended.recv_timeout(patience) == Err(RecvTimeoutError::Timeout) {
            handle.interrupt();
            patience = Duration::from_millis(10);
        }
    }
}

#[test]
fn embedding_shows_code_that_compiles() {
    let source = read("tests/it/docs.rs");
    let code = ["example", "interrupt"].map(|module| {
        let (_, code) = source.split_once(&format!("\nmod {module} {{\n")).unwrap();
        let (code, _) = code.split_once("\n}\n").unwrap();
        unindented(code, "    ")
    });
    assert_eq!(blocks("docs/embedding.md", "rust"), code);
}

#[test]
fn embedding_example_sweeps_and_waits_for_its_turn() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("orchestra.db");
    assert!(example::connect(&path).is_err(), "no database is made");
    let world = World::at(rusqlite::Connection::open(&path).unwrap())
        .running("t1")
        .run("r1")
        .heartbeat("21m ago");
    let mut conn = example::connect(&path).unwrap();
    conn.busy_timeout(std::time::Duration::ZERO).unwrap();
    world.conn.execute_batch("BEGIN IMMEDIATE").unwrap();
    assert!(example::sweep(&mut conn, NOW).unwrap().is_none());
    world.conn.execute_batch("ROLLBACK").unwrap();
    let report = example::sweep(&mut conn, NOW).unwrap().unwrap();
    assert_eq!(reasons(&report), ["t1: stale_heartbeat"]);
}

#[test]
fn example_profile_names_every_key() {
    let of = |text: &str| {
        let mut keys = BTreeSet::new();
        leaves(&toml::from_str(text).unwrap(), "", &mut |key, _| {
            keys.insert(key.to_owned());
        });
        keys
    };
    let example = of(&read("docs/profile.example.toml"));
    let missing: Vec<_> = of(BUILT_IN)
        .into_iter()
        .filter(|key| !example.contains(key))
        .collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn profile_page_explains_every_key_and_its_built_in_names() {
    let page = read("docs/profile.md");
    leaves(&toml::from_str(BUILT_IN).unwrap(), "", &mut |key, value| {
        let Some((section, key)) = key.split_once('.') else {
            assert!(page.contains(&format!("| `{key}` |")), "{key} is not explained");
            return;
        };
        let (_, rest) = page
            .split_once(&format!("\n### `[{section}]`"))
            .unwrap_or_else(|| {
                page.split_once(&format!("\n## `[{section}]`"))
                    .unwrap_or_else(|| panic!("no section {section}"))
            });
        let rows = rest.split("\n#").next().unwrap();
        let row = rows
            .lines()
            .find(|row| row.starts_with(&format!("| `{key}` |")))
            .unwrap_or_else(|| panic!("{section}.{key} is not explained"));
        let place = if key == "clear" {
            read("docs/how-it-decides.md")
        } else {
            row.to_owned()
        };
        // An empty name says that there is none.
        for name in texts(value).into_iter().filter(|name| !name.is_empty()) {
            assert!(place.contains(&format!("`{name}`")), "{section}.{key}: {name}");
        }
    });
}

#[test]
fn example_profile_sweeps_the_queue_it_describes() {
    let [schema] = &shape("Tasks, runs and events", "sql")[..] else {
        panic!("one schema is shown");
    };
    let mut world = World::foreign(schema)
        .sql(
            "INSERT INTO jobs (job_id, command, state, attempt_id, repeats, host, pid, taken_at, changed_at, not_before)
             VALUES (7, 'backup', 'working', 70, 1, 'n1', 4711, 1775870000, 1775870000, 1775870000),
                    (8, 'report', 'working', 80, 0, 'n1', 4712, 1775870000, 1775870000, 1775880000),
                    (9, 'digest', 'working', 90, 0, 'n2', 4713, 1775870000, 1775870000, NULL);
             INSERT INTO attempts (attempt_id, job_id, state, pid, exit_code, begun_at, seen_at, ended_at)
             VALUES (70, 7, 'working', 4711, NULL, 1775870000, 1775876000, NULL),
                    (80, 8, 'succeeded', NULL, 0, 1775870000, 1775876000, 1775876000),
                    (90, 9, 'working', 4713, NULL, 1775870000, 1775877400, NULL);",
        )
        .profile(&read("docs/profile.example.toml"));
    let dry_run = world.dry_run();
    let report = world.sweep();
    assert_eq!(reasons(&report), ["7: stale_heartbeat", "8: run_succeeded"]);
    assert_eq!(reasons(&dry_run), reasons(&report));
    assert_eq!((report.healthy, report.warnings.len()), (1, 0));
    let row = |sql: &str| world.query(&format!("SELECT concat_ws('|', {sql}"));
    let job = "state, quote(attempt_id), host, quote(pid), last_outcome, changed_at, not_before) FROM jobs WHERE job_id = ";
    assert_eq!(
        row(&format!("{job} 7")),
        "ready|NULL||NULL|worker lost|1775877480|1775877480"
    );
    assert_eq!(
        row(&format!("{job} 8")),
        "ready|NULL||NULL|worker lost|1775877480|1775880000"
    );
    let attempt = "state, quote(pid), quote(exit_code), ended_at) FROM attempts WHERE attempt_id = ";
    assert_eq!(row(&format!("{attempt} 70")), "lost|NULL|-1|1775877480");
    assert_eq!(row(&format!("{attempt} 80")), "succeeded|NULL|0|1775876000");
    assert_eq!(
        row("job_id, attempt_id, severity, what, who, at) FROM log WHERE job_id = 7"),
        "7|70|warning|job_reaped|zombie-sweeper|1775877480"
    );
    assert_eq!(row("count(*)) FROM log"), "2");
}

/// The shapes whose example is run: what shows it in the database, before and after.
#[cfg(feature = "cli")]
const WORKED: [(&str, &str, &str); 4] = [
    (
        "One table",
        "SELECT group_concat(concat_ws(' ', state, failures, picked_by, picked_at > ''), ', ') FROM jobs",
        "done 1 w1 1, queued 1, active 0 w3 1, queued 0",
    ),
    (
        "Leases",
        "SELECT group_concat(concat_ws(' ', state, leased_by, leased_at > 0, ttl), ', ') FROM messages",
        "waiting 900, leased c2 1 900, waiting 900",
    ),
    (
        "Workers",
        "SELECT group_concat(concat_ws(' ', state, worker), ', ') FROM jobs",
        "queued, active w2, queued, queued, done",
    ),
    (
        "Runs without a pointer",
        "SELECT (SELECT group_concat(status, ' ') FROM jobs)
             || ', ' || (SELECT group_concat(concat(ifnull(result, '-'), finished_at > ''), ' ') FROM attempts)",
        "waiting working done waiting waiting done, error1 lost1 - ok1 error1",
    ),
];

#[cfg(feature = "cli")]
#[test]
fn worked_examples_find_what_they_show_and_reap_it() {
    for (heading, look, after) in WORKED {
        let folder = tempfile::tempdir().unwrap();
        let [tables, profile] = ["sql", "toml"].map(|language| shape(heading, language).remove(0));
        let shown = shape(heading, "console").remove(0);
        let (command, shown) = shown.split_once('\n').unwrap();
        let words: Vec<&str> = command.split_whitespace().skip(2).collect();
        let file = |option: &str| {
            let place = words.iter().position(|word| *word == option).unwrap();
            folder.path().join(words[place + 1])
        };
        let conn = rusqlite::Connection::open(file("--db")).unwrap();
        conn.execute_batch(&tables).unwrap();
        std::fs::write(file("--profile"), profile).unwrap();
        let run = |words: &[&str]| {
            let ran = std::process::Command::new(env!("CARGO_BIN_EXE_zombie-sweeper"))
                .args(words)
                .current_dir(folder.path())
                .env(
                    "ZOMBIE_SWEEPER_CONFIRM",
                    if words.contains(&"--dry-run") { "0s" } else { "1ms" },
                )
                .output()
                .unwrap();
            let error = String::from_utf8_lossy(&ran.stderr).into_owned();
            assert!(ran.status.success(), "{heading}: {error}");
            String::from_utf8(ran.stdout).unwrap()
        };
        assert_eq!(timeless(&run(&words)), timeless(shown), "{heading}");
        let sweep: Vec<&str> = words
            .iter()
            .copied()
            .filter(|word| *word != "--dry-run")
            .collect();
        run(&sweep);
        assert_eq!(
            conn.query_row(look, [], |row| row.get::<_, String>(0)).unwrap(),
            after,
            "{heading}"
        );
        let again = run(&sweep);
        assert!(again.starts_with("No zombie tasks found."), "{heading}: {again}");
    }
}

/// Without what differs from run to run: when, and how fast.
#[cfg(feature = "cli")]
fn timeless(output: &str) -> String {
    let is_time = |word: &str| {
        let word = word.trim_end_matches(',');
        let digits = word.bytes().filter(u8::is_ascii_digit).count();
        let parted = word.split([':', '-']).count();
        digits == 10 && word.len() == 10 || digits == 8 && parted == 3 || digits == 6 && parted == 3
    };
    let lines = output.lines().map(|line| {
        let line = line
            .rsplit_once(", ")
            .filter(|(_, end)| end.ends_with(" ms."))
            .map_or(line, |(line, _)| line);
        let words = line
            .split(' ')
            .map(|word| if is_time(word) { "TIME" } else { word });
        words.collect::<Vec<_>>().join(" ")
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn profile_page_shows_what_the_program_understands() {
    let [tables, profile] = ["sql", "toml"].map(|language| shape("One table", language).remove(0));
    let world = World::foreign(&tables);
    let understood: Vec<String> = Schema::read(&world.conn, &Profile::from_toml(&profile).unwrap())
        .unwrap()
        .roles()
        .iter()
        .flat_map(|role| {
            let columns = role.column.as_deref().unwrap_or("absent").split(", ");
            columns.map(|column| format!("{} {column}", role.role))
        })
        .collect();
    let shown = shape("One table", "console");
    let shown = shown.iter().find(|block| block.contains("ROLE")).unwrap();
    let shown: Vec<String> = shown
        .lines()
        .skip(2)
        .map(|line| line.split_whitespace().take(2).collect::<Vec<_>>().join(" "))
        .collect();
    assert_eq!(shown, understood);
}

#[test]
fn profiles_shown_can_be_read() {
    let shown = blocks("docs/profile.md", "toml");
    assert!(shown.len() > 5, "{shown:?}");
    for profile in shown {
        Profile::from_toml(&profile).unwrap_or_else(|error| panic!("{profile}: {error}"));
    }
}

#[test]
fn readme_names_every_profile_that_ships() {
    let page = read("README.md");
    let (_, table) = page.split_once("\n| profile | for |").unwrap();
    let named: BTreeSet<&str> = table
        .lines()
        .skip(2)
        .map_while(|row| Some(row.strip_prefix("| `")?.split_once('`')?.0))
        .collect();
    assert_eq!(named, Profile::shipped().map(|(name, _)| name).collect());
}

#[test]
fn fence_of_one_table_tells_one_claim_from_the_next() {
    let fences = blocks("docs/worker.md", "sql");
    let fence = fences.iter().find(|block| block.contains("UPDATE jobs")).unwrap();
    let [tables, profile] = ["sql", "toml"].map(|language| shape("One table", language).remove(0));
    let mut world = World::foreign(&tables).profile(&profile);
    let claim = |at: &str| {
        format!(
            "UPDATE jobs SET state = 'active', picked_by = 'w2', picked_at = '{at}', beat_at = '{at}' WHERE id = 2"
        )
    };
    let writes = |world: &World, since: &str| -> usize {
        let mut statement = world.conn.prepare(fence).unwrap();
        for (name, value) in [(":now", since), (":job", "2"), (":me", "w2"), (":since", since)] {
            bind(&mut statement, name, value);
        }
        statement.raw_execute().unwrap()
    };
    let (first, second) = ("2026-04-11 03:00:00", "2026-04-11 03:17:00");
    world = world.sql(&claim(first));
    assert_eq!(writes(&world, first), 1);
    world.sweep();
    assert_eq!(writes(&world, first), 0, "reaped");
    world = world.sql(&claim(second));
    assert_eq!(
        [first, second].map(|since| writes(&world, since)),
        [0, 1],
        "taken again by the same worker"
    );
}

#[test]
fn table_of_events_that_is_offered_takes_them() {
    let [tables, profile] = ["sql", "toml"].map(|language| shape("One table", language).remove(0));
    let profile = profile.replace("[events]\ntable = \"\"\n", "");
    let mut world = World::foreign(&tables)
        .sql("UPDATE jobs SET picked_at = '2026-04-11 00:00:00', beat_at = '2026-04-11 03:00:00' WHERE state = 'active'")
        .sql(&shape("No table of events", "sql")[0])
        .profile(&profile);
    assert_eq!(world.sweep().reaps.len(), 2);
    let events = "SELECT group_concat(task_id || ' ' || event_type || ' ' || (payload ->> '$.reason'), ', ') FROM task_events";
    assert_eq!(
        world.query(events),
        "2 zombie_reaped stale_heartbeat, 3 zombie_reaped stale_heartbeat"
    );
}

#[test]
fn summary_table_has_every_key() {
    let schema: Value = serde_json::from_str(&read("docs/summary.schema.json")).unwrap();
    let keys: BTreeSet<String> = schema["properties"]
        .as_object()
        .unwrap()
        .keys()
        .cloned()
        .collect();
    let page = read("docs/how-it-decides.md");
    let table = section(&page, "The summary");
    let shown: BTreeSet<String> = table
        .lines()
        .filter_map(|row| Some(row.strip_prefix("| `")?.split_once('`')?.0.to_owned()))
        .collect();
    assert_eq!(shown, keys);
}

#[test]
fn event_shown_has_the_keys_of_a_real_one() {
    let mut world = World::new()
        .running("t1")
        .run("r1")
        .heartbeat("22m ago")
        .workspace("w1")
        .set("task_id", "t1");
    world.sweep();
    let shown: Value = serde_json::from_str(&blocks("docs/how-it-decides.md", "json")[0]).unwrap();
    let real = world.payload();
    for place in ["", "/sweeper"] {
        let keys = |value: &Value| {
            let object = value.pointer(place).unwrap().as_object().unwrap();
            object.keys().cloned().collect::<Vec<_>>()
        };
        assert_eq!(keys(&shown), keys(&real));
    }
    let kinds = |value: &Value| {
        let released = &value["released"];
        (
            released["task"].is_object(),
            released["runs"].is_array(),
            released["workspaces"].is_u64(),
        )
    };
    assert_eq!(kinds(&shown), kinds(&real));
}

#[test]
fn fenced_worker_writes_while_the_run_is_its_own_and_not_after() {
    let fences: Vec<String> = blocks("docs/how-it-decides.md", "sql")
        .iter()
        .flat_map(|block| block.split_inclusive(';'))
        .filter(|statement| statement.contains("UPDATE"))
        .map(str::to_owned)
        .collect();
    let [finish_task, finish_run, heartbeat] = &fences[..] else {
        panic!("{fences:?}");
    };
    let worker_writes = |world: &World, sql: &str| -> usize {
        let mut statement = world.conn.prepare(sql).unwrap();
        bind(&mut statement, ":task", "t1");
        bind(&mut statement, ":run", "r1");
        bind(&mut statement, ":now", &moment("now"));
        statement.raw_execute().unwrap()
    };
    let world = || World::new().running("t1").run("r1").heartbeat("16m ago");

    let alive = world();
    let written = [heartbeat, finish_task, finish_run].map(|sql| worker_writes(&alive, sql));
    assert_eq!(written, [1, 1, 1]);
    assert_eq!(alive.value("task_runs.completed_at", "r1"), moment("now"));

    let mut reaped = world();
    reaped.sweep();
    let written = [heartbeat, finish_task, finish_run].map(|sql| worker_writes(&reaped, sql));
    assert_eq!(written, [0, 0, 0]);
    assert_eq!(reaped.value("tasks.completed_at", "t1"), NULL);
}

#[test]
fn queries_for_operators_run() {
    let mut world = World::new();
    for task in ["t1", "t2"] {
        world = world.running(task).run(format!("r-{task}")).heartbeat("16m ago");
    }
    let [by_day, latest, deadly, last_seen] = &blocks("docs/running.md", "sql")[..] else {
        panic!("four queries are shown");
    };
    let rows = |world: &World, sql: &str| {
        let mut query = world.conn.prepare(sql).unwrap();
        query.query_map([], |_| Ok(())).unwrap().count()
    };
    assert_eq!(rows(&world, last_seen), 2);
    world.sweep();
    assert_eq!([by_day, latest, deadly].map(|sql| rows(&world, sql)), [1, 2, 0]);
    world = world.sql("INSERT INTO task_events (task_id, event_type, created_at) SELECT 't1', 'zombie_reaped', '' FROM (VALUES (1), (2))");
    assert_eq!(rows(&world, deadly), 1);
}

#[test]
fn every_error_message_is_explained() {
    let page = read("docs/running.md");
    let path = || PathBuf::from("PATH");
    let source = || io::Error::other("…");
    let sqlite = || rusqlite::Error::InvalidQuery;
    let open = [
        OpenError::Missing(path()),
        OpenError::Directory(path()),
        OpenError::NotAFile(path()),
        OpenError::Empty(path()),
        OpenError::NotADatabase(path()),
        OpenError::Corrupt(path(), "…".to_owned()),
        OpenError::PathTooLong(path()),
        OpenError::SecondName {
            path: path(),
            second: "…".to_owned(),
        },
        OpenError::Unsteady(path()),
        OpenError::NotPermitted {
            path: path(),
            source: source(),
        },
        OpenError::ReadOnly(path()),
        OpenError::Busy(path()),
        OpenError::Copy {
            path: path(),
            why: "…".to_owned(),
            source: source(),
        },
        OpenError::Io {
            path: path(),
            source: source(),
        },
        OpenError::Sqlite {
            path: path(),
            source: sqlite(),
        },
    ]
    .map(|error| error.to_string());
    let sweep = [
        SchemaError::Unfit(Vec::new()).to_string(),
        SchemaError::Sqlite(sqlite()).to_string(),
        ProjectError::NoColumn.to_string(),
        ProjectError::Unknown {
            project: "NAME".to_owned(),
            nearest: Vec::new(),
        }
        .to_string(),
        SweepError::Store(StoreError::UnknownTask {
            task_id: "ID".to_owned(),
            nearest: vec!["…".to_owned()],
            compared: 1,
        })
        .to_string(),
        SweepError::Store(StoreError::MissingFunction {
            message: "…".to_owned(),
        })
        .to_string(),
        SweepError::Store(StoreError::RowIdsUsedUp {
            table: "TABLE".to_owned(),
        })
        .to_string(),
        SweepError::Store(StoreError::Reap {
            task_id: "ID".to_owned(),
            source: sqlite(),
        })
        .to_string(),
        SweepError::Store(StoreError::Sqlite {
            doing: "take the write lock",
            source: sqlite(),
        })
        .to_string(),
    ];
    for message in open.into_iter().chain(sweep) {
        // What varies stands at the end, and may be left out.
        let constant = message.split("; it knows").next().unwrap();
        let constant = constant.split("; of 1 ids").next().unwrap();
        let constant = constant.split(": sweep from within").next().unwrap();
        let constant = constant.split(": move the database").next().unwrap();
        let constant = constant.split(": expected the path by which").next().unwrap();
        assert!(page.contains(&format!("`{}", constant.trim_end())), "{message}");
    }
}

#[cfg(feature = "cli")]
#[test]
fn exit_codes_are_those_of_the_help() {
    let help = std::process::Command::new(env!("CARGO_BIN_EXE_zombie-sweeper"))
        .arg("--help")
        .output()
        .unwrap();
    let help = String::from_utf8(help.stdout).unwrap();
    let (_, list) = help.split_once("Exit codes:\n").unwrap();
    let listed: Vec<&str> = list
        .lines()
        .filter_map(|line| line.split_whitespace().next())
        .collect();
    let page = read("docs/running.md");
    let shown: Vec<&str> = section(&page, "Exit codes")
        .lines()
        .filter_map(|row| row.strip_prefix("| ")?.split(' ').next())
        .filter(|code| code.bytes().all(|byte| byte.is_ascii_digit()))
        .collect();
    assert_eq!(shown, listed);
}

#[test]
fn links_lead_somewhere() {
    let mut followed = 0;
    for page in pages() {
        let text = without_blocks(&std::fs::read_to_string(&page).unwrap());
        for link in text.split("](").skip(1) {
            let link = link.split(')').next().unwrap();
            if link.contains("://") || link.starts_with("mailto:") {
                continue;
            }
            let (file, anchor) = link.split_once('#').unwrap_or((link, ""));
            let target = if file.is_empty() {
                page.clone()
            } else {
                page.parent().unwrap().join(file)
            };
            assert!(target.exists(), "{}: {link}", page.display());
            if !anchor.is_empty() {
                let headings = headings(&std::fs::read_to_string(&target).unwrap());
                assert!(headings.contains(anchor), "{}: {link}", page.display());
            }
            followed += 1;
        }
    }
    assert!(followed > 10, "{followed}");
}

/// What the program says of its own pages.
#[test]
fn pages_named_by_the_program_have_such_a_heading() {
    let mut named = 0;
    let mut folders = vec![root().join("src")];
    while let Some(path) = folders.pop() {
        if path.is_dir() {
            folders.extend(
                std::fs::read_dir(path)
                    .unwrap()
                    .map(|entry| entry.unwrap().path()),
            );
            continue;
        }
        for link in std::fs::read_to_string(&path).unwrap().split("docs/").skip(1) {
            let is_of_link = |c: char| c.is_ascii_alphanumeric() || "-_.#".contains(c);
            let end = link.find(|c| !is_of_link(c)).unwrap_or(link.len());
            if let Some((page, heading)) = link[..end].split_once('#') {
                let headings = headings(&read(&format!("docs/{page}")));
                assert!(headings.contains(heading), "{}: {page}#{heading}", path.display());
                named += 1;
            }
        }
    }
    assert!(named > 3, "{named}");
}

const BUILT_IN: &str = include_str!("../../src/profile/orchestra.toml");

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Every page for people.
fn pages() -> Vec<PathBuf> {
    let mut pages = Vec::new();
    for folder in [".", "docs", "systemd"] {
        for entry in std::fs::read_dir(root().join(folder)).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|extension| extension == "md") {
                pages.push(path);
            }
        }
    }
    pages
}

/// The fenced blocks of one language.
fn blocks(page: &str, language: &str) -> Vec<String> {
    blocks_of(&read(page), language)
}

/// Those of docs/profile.md on one shape.
fn shape(heading: &str, language: &str) -> Vec<String> {
    let page = read("docs/profile.md");
    let (_, rest) = page.split_once(&format!("\n### {heading}\n")).unwrap();
    blocks_of(rest.split("\n##").next().unwrap(), language)
}

/// As they stand there without the indentation of a list.
fn blocks_of(text: &str, language: &str) -> Vec<String> {
    let mut blocks = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once(&format!("```{language}\n")) {
        let indent = before.rsplit('\n').next().unwrap();
        let (block, after) = after.split_once(&format!("\n{indent}```")).unwrap();
        blocks.push(unindented(block, indent));
        rest = after;
    }
    blocks
}

fn unindented(text: &str, indent: &str) -> String {
    let line = |line: &str| format!("{}\n", line.strip_prefix(indent).unwrap_or(line));
    text.lines().map(line).collect()
}

fn without_blocks(text: &str) -> String {
    text.split("```").step_by(2).collect()
}

/// What stands under a heading of the second level.
fn section<'p>(page: &'p str, heading: &str) -> &'p str {
    let (_, rest) = page.split_once(&format!("\n## {heading}\n")).unwrap();
    rest.split("\n## ").next().unwrap()
}

/// The anchors that GitHub makes of the headings.
fn headings(page: &str) -> BTreeSet<String> {
    without_blocks(page)
        .lines()
        .filter_map(|line| line.strip_prefix('#'))
        .map(|heading| {
            let kept = heading.trim_start_matches('#').trim().to_lowercase();
            let kept = kept.chars().filter(|c| c.is_alphanumeric() || " -_".contains(*c));
            kept.collect::<String>().replace(' ', "-")
        })
        .collect()
}

/// The values of a profile, with their keys, such as `tasks.columns.id`. An empty table is one.
fn leaves(table: &Table, path: &str, visit: &mut impl FnMut(&str, &toml::Value)) {
    for (key, value) in table {
        let path = if path.is_empty() {
            key.clone()
        } else {
            format!("{path}.{key}")
        };
        match value {
            toml::Value::Table(inner) if !inner.is_empty() && key != "set" => {
                leaves(inner, &path, visit);
            }
            value => visit(&path, value),
        }
    }
}

fn texts(value: &toml::Value) -> Vec<&str> {
    match value {
        toml::Value::String(text) => vec![text],
        toml::Value::Array(items) => items.iter().filter_map(toml::Value::as_str).collect(),
        _ => Vec::new(),
    }
}

/// Binds a parameter where the statement has it.
fn bind(statement: &mut Statement<'_>, name: &str, value: &str) {
    if let Some(place) = statement.parameter_index(name).unwrap() {
        statement.raw_bind_parameter(place, value).unwrap();
    }
}
