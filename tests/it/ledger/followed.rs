//! Runs at work as they were seen from sweep to sweep.

use std::time::Duration;

use zombie_sweeper::ledger::Outcome;
use zombie_sweeper::zombie::{Followed, FollowedRun};

use super::{Book, after, scope};
use crate::world::{World, moment};

fn known(book: &Book) -> Followed {
    book.read().followed(&scope().database).unwrap()
}

fn run(book: &Book, id: &str) -> FollowedRun {
    known(book).get(&id.into()).unwrap().clone()
}

/// The run of the last task beats at this moment.
fn beats(world: World, when: &str) -> World {
    let sql = format!("UPDATE task_runs SET last_heartbeat = '{}'", moment(when));
    world.sql(&sql)
}

fn at(phrase: &str) -> zombie_sweeper::zombie::Timestamp {
    moment(phrase)
        .parse::<chrono::DateTime<chrono::Utc>>()
        .unwrap()
        .into()
}

#[test]
fn first_and_last_beat_and_the_longest_silence_between_two() {
    let book = Book::new();
    let world = World::new().running("t1").run("r1").heartbeat("10s ago");
    let (world, _) = book.sweep(0, world);
    let seen = run(&book, "r1");
    assert_eq!(
        (seen.first, seen.last, seen.gap),
        (at("10s ago"), at("10s ago"), None)
    );
    assert_eq!(seen.labels.kind.as_deref(), Some("one_shot"));
    // Silent at the look after four minutes; back before the one after five.
    let (world, _) = book.sweep(4, world);
    let (world, _) = book.sweep(5, beats(world, "in 270s"));
    let gap = run(&book, "r1").gap.unwrap();
    assert_eq!((gap.from, gap.to), (at("10s ago"), at("in 270s")));
    // A shorter one changes nothing of it.
    let (_, _) = book.sweep(6, beats(world, "in 350s"));
    let seen = run(&book, "r1");
    assert_eq!(
        (seen.gap.unwrap(), seen.first, seen.last),
        (gap, at("10s ago"), at("in 350s"))
    );
    assert_eq!(seen.seen, after(6).into());
}

/// Each quarter of an hour there is a beat of a few seconds ago: nobody was silent for a quarter of an hour.
#[test]
fn sweeps_far_apart_make_no_silence() {
    let book = Book::new();
    let mut world = World::new().running("t1").run("r1").heartbeat("5s ago");
    for sweep in 0..4 {
        (world, _) = book.sweep(sweep * 15, world);
        world = beats(world, &format!("in {}s", (sweep + 1) * 900 - 5));
    }
    assert_eq!(run(&book, "r1").gap.unwrap().length(), Duration::from_secs(65));
}

/// However many there are, as many are followed, and the same from sweep to sweep.
#[test]
fn bounded_number_is_followed_and_the_same() {
    let book = Book::new();
    let many = |count: u32| {
        (0..count).fold(World::new(), |world, n| {
            world
                .running(format!("t{n}"))
                .run(format!("r{n}"))
                .heartbeat("3s ago")
        })
    };
    let (world, _) = book.sweep(0, many(500));
    let ids = |book: &Book| known(book).iter().map(|(id, _)| id.clone()).collect::<Vec<_>>();
    let first = ids(&book);
    assert_eq!(first.len(), 300);
    book.sweep(1, world);
    assert_eq!(ids(&book), first);
    // Who else runs does not matter: of fewer, those that were chosen are chosen again.
    let fewer = Book::new();
    fewer.sweep(0, many(400));
    let again = first.iter().filter(|id| ids(&fewer).contains(id)).count();
    let left = (0..400)
        .filter(|n| first.contains(&format!("r{n}").as_str().into()))
        .count();
    assert_eq!(again, left);
}

/// Reaped, or left undecided: nobody is at work.
#[test]
fn only_who_is_alive_is_followed() {
    let book = Book::new();
    let world = World::new()
        .running("t1")
        .run("r1")
        .heartbeat("16m ago")
        .running("t2")
        .set("last_heartbeat", "?")
        .run("r2")
        .set("started_at", "?")
        .running("t3")
        .updated("1m ago");
    book.sweep(0, world);
    assert_eq!(known(&book).len(), 0);
}

#[test]
fn what_was_not_seen_for_long_goes() {
    let book = Book {
        keep: Duration::from_secs(3 * 24 * 3_600),
        ..Book::new()
    };
    let (_, _) = book.sweep(0, World::new().running("t1").run("r1").heartbeat("3s ago"));
    book.enter(2 * 24 * 60, Outcome::Failed("busy"));
    assert_eq!(known(&book).len(), 1);
    book.enter(3 * 24 * 60 + 1, Outcome::Failed("busy"));
    assert_eq!(known(&book).len(), 0);
}

/// What looks between two entries saw comes with the next.
#[test]
fn looks_that_are_not_entered_are_merged() {
    let book = Book::new();
    let world = World::new().running("t1").run("r1").heartbeat("10s ago");
    let (mut world, report) = book.sweep(0, world);
    let mut followed = Followed::default();
    followed.see(&report.remembered().unwrap().beats, after(0).into());
    for (minute, beat) in [(1, "10s ago"), (2, "in 100s"), (3, "in 170s")] {
        world =
            beats(world, beat).options(|_| zombie_sweeper::SweepOptions::at(after(minute)).remember(true));
        let look = world.sweep();
        followed.see(&look.remembered().unwrap().beats, after(minute).into());
    }
    let mut last = world.sweep();
    last.remember_followed(followed);
    book.enter(3, Outcome::Swept(&last));
    let seen = run(&book, "r1");
    assert_eq!(
        (seen.gap.unwrap().from, seen.gap.unwrap().to),
        (at("10s ago"), at("in 100s"))
    );
    assert_eq!(seen.last, at("in 170s"));
}
