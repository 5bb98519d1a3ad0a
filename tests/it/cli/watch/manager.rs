//! What a service manager is told, over a socket of its own.

use std::os::unix::net::UnixDatagram;
use std::time::Duration;

use super::super::place::Place;
use super::{PATIENCE, Watching};

/// A socket as systemd has one.
struct Manager(UnixDatagram);

impl Manager {
    fn of(place: &Place) -> Self {
        let socket = UnixDatagram::bind(place.file("notify")).unwrap();
        socket.set_read_timeout(Some(PATIENCE)).unwrap();
        Self(socket)
    }

    /// What it is told, up to what begins with this.
    #[track_caller]
    fn hears(&self, word: &str) -> Vec<String> {
        let mut heard = Vec::new();
        loop {
            let mut bytes = [0; 4096];
            let length = self.0.recv(&mut bytes).expect(word);
            heard.push(String::from_utf8(bytes[..length].to_vec()).unwrap());
            if heard.last().unwrap().starts_with(word) {
                return heard;
            }
        }
    }
}

fn managed(place: &Place, args: &[&str]) -> Watching {
    Watching::of(place.watcher(args).env("NOTIFY_SOCKET", place.file("notify")))
}

#[test]
fn is_told_that_it_is_ready_alive_and_about_to_end() {
    let place = Place::queue(|world| world.alive("t1"));
    let manager = Manager::of(&place);
    let watch = managed(&place, &[]);
    manager.hears("READY=1");
    manager.hears("STATUS=looked at 1 running");
    manager.hears("WATCHDOG=1");
    manager.hears("WATCHDOG=1");
    watch.signal("TERM");
    manager.hears("STOPPING=1");
    watch.ended().quietly();
}

#[test]
fn is_told_that_it_reads_everything_anew() {
    let place = Place::queue(|world| world.alive("t1"));
    let manager = Manager::of(&place);
    let watch = managed(&place, &[]);
    manager.hears("READY=1");
    watch.signal("HUP");
    manager.hears("RELOADING=1\nMONOTONIC_USEC=");
    manager.hears("READY=1");
    watch.stop().quietly();
}

#[test]
fn is_told_that_it_is_alive_while_it_waits_but_not_ready_before_it_has_looked() {
    let place = Place::queue_with_journal(|world| world.alive("t1"));
    let holder = place.connect();
    holder.execute_batch("BEGIN EXCLUSIVE").unwrap();
    let manager = Manager::of(&place);
    let _watch = managed(&place, &["--busy-timeout", "2s"]);
    let mut heard = Vec::new();
    for _ in 0..3 {
        heard.extend(manager.hears("WATCHDOG=1"));
    }
    heard.extend(manager.hears("STATUS=the queue cannot be watched"));
    assert!(!heard.contains(&"READY=1".to_owned()), "{heard:?}");
    holder.execute_batch("ROLLBACK").unwrap();
    manager.hears("READY=1");
}

#[test]
fn is_told_that_it_is_alive_while_it_reaps() {
    let place = super::super::signals::long_sweep();
    let manager = Manager::of(&place);
    let _watch = managed(&place, &["--batch-size", "1"]);
    let mut heard = Vec::new();
    for _ in 0..3 {
        heard.extend(manager.hears("WATCHDOG=1"));
    }
    assert!(
        !heard.contains(&"READY=1".to_owned()),
        "it is still at its first sweep: {heard:?}"
    );
}

#[test]
fn who_tells_it_nothing_runs_as_well() {
    let place = Place::queue(|world| world.zombie("t1"));
    let nobody = place.file("nobody-listens");
    let watch = Watching::of(place.watcher(&[]).env("NOTIFY_SOCKET", nobody));
    assert_eq!(watch.reaped(), ["t1"]);
    std::thread::sleep(Duration::from_millis(300));
    watch.stop().quietly();
}
