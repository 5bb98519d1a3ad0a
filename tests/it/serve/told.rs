//! Who is told the write token by the command line: nobody who could not know it.

use std::fs;
use std::io::Read as _;
use std::os::unix::fs::chown;
use std::os::unix::net::UnixListener;

use super::place::Served;
use super::plans::{plan, plan_by};
use crate::cli::place::Place;
use crate::cli::privilege::{am_root, skipped};

const NOBODY: Option<u32> = Some(65534);
const TOKEN: &str = "0123456789abcdef0123456789abcdef";

impl Place {
    /// Somebody of our own user listens at the place of the server. Done is something to the folder before the command line asks;
    /// what it is to say, and that it says nothing to the listener, is held.
    #[track_caller]
    fn tells_nobody(&self, done: impl FnOnce(), says: &str) {
        fs::create_dir(self.file("run")).unwrap();
        self.mode("run", 0o750);
        let listener = UnixListener::bind(self.file("run/socket")).unwrap();
        done();
        let token = format!("write={}", self.token_file("token", TOKEN, 0o600).display());
        let ran = self
            .sweeps_plan(&"0".repeat(32), &["--token-file", &token])
            .run()
            .exits(77);
        assert_eq!(ran.stdout, "");
        assert!(ran.stderr.contains(says), "{}", ran.stderr);
        let mut told = Vec::new();
        listener.accept().unwrap().0.read_to_end(&mut told).unwrap();
        assert_eq!(told, b"");
    }

    /// A server of a user to whom all of this place belongs; `None` where nobody can be one.
    fn serve_as_nobody(&self, args: &[&str]) -> Option<Served> {
        if !am_root() {
            skipped("only root can be somebody else");
            return None;
        }
        for path in [self.path(), &self.db()] {
            chown(path, NOBODY, NOBODY).unwrap();
        }
        let socket = self.file("run/socket");
        let serves =
            self.unprivileged_sweeper(&["serve", "--no-watch", "--unix", socket.to_str().unwrap()])?;
        let serves = serves
            .args(args)
            .env("XDG_STATE_HOME", self.file("state"))
            .env("STATE_DIRECTORY", "");
        Some(Served::of(serves.start(), self))
    }
}

#[test]
fn nobody_in_a_folder_that_others_may_write_to() {
    for mode in [0o777, 0o1777, 0o770, 0o752] {
        let place = Place::empty();
        let found = format!("and mode {mode:04o}");
        place.tells_nobody(|| place.mode("run", mode), &found);
    }
}

#[test]
fn nobody_in_a_folder_of_somebody_else() {
    if !am_root() {
        return skipped("only root gives a folder away");
    }
    let place = Place::empty();
    let give_away = || chown(place.file("run"), NOBODY, NOBODY).unwrap();
    place.tells_nobody(give_away, "found user 65534");
}

#[test]
fn no_server_of_somebody_else_that_cannot_read_it() {
    let place = Place::queue(|world| world.zombie("t1"));
    let Some(served) = place.serve_as_nobody(&[]) else {
        return;
    };
    let ours = format!("write={}", place.token_file("ours", TOKEN, 0o600).display());
    let ran = place
        .sweeps_plan(&plan(&served), &["--token-file", &ours])
        .run()
        .exits(77);
    let says = "user 65534 listens there, and was not told the token: expected this user (0), root";
    assert!(ran.stderr.contains(says), "{}", ran.stderr);
    assert_eq!(place.world().value("tasks.status", "t1"), "running");
}

#[test]
fn a_service_is_told_its_own() {
    let place = Place::queue(|world| world.zombie("t1"));
    let Some(served) = place.serve_as_nobody(&[]) else {
        return;
    };
    let asked = place.sweeps_plan(&plan(&served), &[]);
    assert_eq!(asked.run().summary()["reaped"], 1);
}

#[test]
fn a_service_is_told_what_its_group_can_read() {
    let place = Place::queue(|world| world.zombie("t1"));
    let token = place.token_file("of-the-group", TOKEN, 0o640);
    if am_root() {
        chown(&token, None, NOBODY).unwrap();
    }
    let token = format!("write={}", token.display());
    let Some(served) = place.serve_as_nobody(&["--token-file", &token]) else {
        return;
    };
    let plan = plan_by(&served, TOKEN);
    let asked = place.sweeps_plan(&plan, &["--token-file", &token]);
    assert_eq!(asked.run().summary()["reaped"], 1);
}

#[test]
fn a_server_in_a_folder_that_others_may_only_enter_is_told() {
    let place = Place::queue(|world| world.zombie("t1"));
    let served = place.serve_on_a_socket(&[]);
    place.mode("run", 0o755);
    let asked = place.sweeps_plan(&plan(&served), &[]);
    assert_eq!(asked.run().summary()["reaped"], 1);
}
