//! What systemd says of timers and units, by a `systemctl` of our own.

use super::super::place::Place;
use super::super::program::Program;
use super::{diagnosis, healthy, seen};

/// The program, with a `systemctl` that says this of timers and this of units.
fn with_systemctl(place: &Place, timers: &str, units: &str) -> Program {
    let folder = place.file("bin");
    std::fs::create_dir_all(&folder).unwrap();
    let script = format!(
        "#!/bin/sh\ncase $1 in\nlist-timers) cat <<'END'\n{timers}\nEND\n;;\nshow) cat <<'END'\n{units}\nEND\n;;\nesac\n"
    );
    place.write("bin/systemctl", script);
    place.mode("bin/systemctl", 0o755);
    let path = std::env::var("PATH").unwrap();
    place
        .sweeper(&["doctor"])
        .env("PATH", format!("{}:{path}", folder.display()))
}

const FAILED: &str =
    "Id=zombie-sweeper.service\nResult=exit-code\nExecMainStatus=77\nExecMainExitTimestamp=@1775877000\n
Id=zombie-sweeper@never.service\nResult=success\nExecMainStatus=0\nExecMainExitTimestamp=";

#[test]
fn next_sweep_is_told() {
    let place = healthy();
    let timers = r#"[{"next":1775878200000000,"left":1,"last":0,"passed":0,"unit":"zombie-sweeper.timer","activates":"zombie-sweeper.service"}]"#;
    let diagnosis = diagnosis(&with_systemctl(&place, timers, "").run().exits(0));
    assert_eq!(diagnosis["sweeper"]["next_sweep"], "2026-04-11T03:30:00.000000Z");
}

#[test]
fn timer_that_does_not_run_and_sweep_that_failed() {
    let place = healthy();
    let timers = r#"[{"next":null,"unit":"zombie-sweeper.timer"}]"#;
    let diagnosis = diagnosis(&with_systemctl(&place, timers, FAILED).run().exits(0));
    assert!(seen(&diagnosis, "timer_inactive").contains("zombie-sweeper.timer"));
    assert!(seen(&diagnosis, "sweep_failed").contains("(exit code 77)"));
    assert!(
        !diagnosis.to_string().contains("never"),
        "what has not run cannot have failed"
    );
}

#[test]
fn nothing_that_starts_sweeps() {
    let place = healthy();
    let diagnosis = diagnosis(&with_systemctl(&place, "[]", "").run().exits(0));
    assert!(seen(&diagnosis, "no_schedule").starts_with("no timer of systemd's"));
}

#[test]
fn service_that_watches_the_queue() {
    let place = healthy();
    let told = |state: &str, db: &str| {
        let units = format!(
            "Id=zombie-sweeper-watch.service\nActiveState={state}\nResult=success\nExecMainStatus=0\n\
             ExecMainExitTimestamp=\nEnvironment=ORCHESTRA_DB={db}"
        );
        let diagnosis = diagnosis(&with_systemctl(&place, "[]", &units).run().exits(0));
        diagnosis.to_string().contains("no_schedule")
    };
    let ours = place.db().display().to_string();
    assert!(!told("active", &ours));
    assert!(told("inactive", &ours));
    assert!(told("active", "/srv/other.db"));
}

#[test]
fn crontab_that_starts_sweeps() {
    let place = healthy();
    for (line, starts) in [
        ("*/15 * * * * /usr/local/bin/zombie-sweeper --confirm 60s", true),
        ("# */15 * * * * /usr/local/bin/zombie-sweeper", false),
        ("@daily /usr/bin/true", false),
    ] {
        let program = with_systemctl(&place, "[]", "");
        place.write("bin/crontab", format!("#!/bin/sh\necho '{line}'\n"));
        place.mode("bin/crontab", 0o755);
        let diagnosis = diagnosis(&program.run().exits(0));
        assert_eq!(diagnosis.to_string().contains("no_schedule"), !starts, "{line}");
    }
}

/// An instance may sweep any queue, so that it counts where it says that it is this one.
#[test]
fn instance_for_another_queue() {
    let place = healthy();
    let timers = r#"[{"next":1775878200000000,"unit":"zombie-sweeper@two.timer","activates":"zombie-sweeper@two.service"}]"#;
    let of = |told: &str| {
        let units = format!(
            "Id=zombie-sweeper@two.service\nResult=exit-code\nExecMainStatus=77\nExecMainExitTimestamp=@1775877000\n{told}"
        );
        let diagnosis = diagnosis(&with_systemctl(&place, timers, &units).run().exits(0));
        let codes = ["sweep_failed", "no_schedule"].map(|code| diagnosis.to_string().contains(code));
        (codes, diagnosis["sweeper"]["next_sweep"].is_string())
    };
    let ours = place.db().display().to_string();
    let environment = place.write(
        "environment",
        format!("# ORCHESTRA_DB=/no\nORCHESTRA_DB={ours}\n"),
    );
    let argv = |args: &str| {
        format!(
            "ExecStart={{ path=/bin/zombie-sweeper ; argv[]=/bin/zombie-sweeper {args} ; ignore_errors=no }}"
        )
    };
    for told in [
        format!("Environment=ZOMBIE_SWEEPER_CONFIRM=60s ORCHESTRA_DB={ours}"),
        argv(&format!("--db {ours} -v")),
        argv(&format!("-v --db={ours}")),
        format!("EnvironmentFiles={} (ignore_errors=yes)", environment.display()),
    ] {
        assert_eq!(of(&told), ([true, false], true), "{told}");
    }
    for told in [
        "Environment=ORCHESTRA_DB=/srv/other.db".to_owned(),
        argv("--db /srv/other.db"),
    ] {
        assert_eq!(of(&told), ([false, true], false), "{told}");
    }
    assert_eq!(
        of("Environment="),
        ([false, false], false),
        "whose it is is not known"
    );
}

/// It is not waited for.
#[test]
fn systemd_that_does_not_answer() {
    let place = healthy();
    let program = with_systemctl(&place, "[]", "");
    place.write("bin/systemctl", "#!/bin/sh\nexec sleep 600\n");
    place.mode("bin/systemctl", 0o755);
    let diagnosis = diagnosis(&program.run().exits(0));
    assert!(!diagnosis.to_string().contains("no_schedule"), "{diagnosis:#}");
}

/// Where it cannot be asked, or says what is not understood, nothing is said of it.
#[test]
fn system_without_systemd() {
    let place = healthy();
    for said in ["", "no JSON", "{}"] {
        let diagnosis = diagnosis(&with_systemctl(&place, said, FAILED).run().exits(0));
        for code in ["no_schedule", "timer_inactive", "sweep_failed"] {
            assert!(!diagnosis.to_string().contains(code), "{said:?}: {diagnosis:#}");
        }
    }
}
