//! Undecided tasks, and since when.

use zombie_sweeper::SweepOptions;
use zombie_sweeper::ledger::{Outcome, Scope};

use super::{Book, after, scope};
use crate::world::World;

/// A run that says nothing of itself.
fn undecided() -> World {
    World::new()
        .running("t1")
        .set("last_heartbeat", "last Tuesday")
        .run("r1")
        .set("started_at", "last Tuesday")
}

fn seen(book: &Book) -> Vec<(String, zombie_sweeper::zombie::Timestamp)> {
    let tasks = book.read().undecided_since(&scope().database).unwrap();
    tasks.into_iter().map(|task| (task.task_id, task.since)).collect()
}

#[test]
fn since_the_sweep_that_found_it_so_first() {
    let book = Book::new();
    let (world, report) = book.sweep(0, undecided());
    assert_eq!(report.undecided.len(), 1);
    book.sweep(15, world);
    assert_eq!(seen(&book), [("t1".to_owned(), after(0).into())]);
}

#[test]
fn forgotten_once_it_is_decided() {
    let book = Book::new();
    let (world, _) = book.sweep(0, undecided());
    let (world, _) = book.sweep(15, world.sql("UPDATE tasks SET status = 'open'"));
    assert_eq!(seen(&book), []);
    book.sweep(30, world.sql("UPDATE tasks SET status = 'running'"));
    assert_eq!(seen(&book), [("t1".to_owned(), after(30).into())]);
}

/// A sweep of all projects tells of what one of a single project has found.
#[test]
fn forgotten_once_it_is_decided_by_a_sweep_of_all_projects() {
    let book = Book::new();
    let project = Scope {
        project: Some("SciDEX".to_owned()),
        ..scope()
    };
    let mut world = undecided().options(|options| options.remember(true));
    let report = world.sweep();
    assert_eq!(book.enter_of(&project, 0, Outcome::Swept(&report)), [""; 0]);
    assert_eq!(seen(&book).len(), 1);
    let (world, _) = book.sweep(15, world);
    assert_eq!(seen(&book), [("t1".to_owned(), after(0).into())]);
    book.sweep(30, world.sql("UPDATE tasks SET status = 'open'"));
    assert_eq!(seen(&book), []);
}

/// Who could not look has decided nothing.
#[test]
fn kept_while_sweeps_fail() {
    let book = Book::new();
    book.sweep(0, undecided());
    assert_eq!(book.enter(15, Outcome::Failed("no such database")), [""; 0]);
    assert_eq!(seen(&book), [("t1".to_owned(), after(0).into())]);
}

#[test]
fn each_says_what_stands_in_the_way() {
    let book = Book::new();
    let mut world = undecided().options(|_| SweepOptions::at(after(0)).remember(true));
    let report = world.sweep();
    book.enter(0, Outcome::Swept(&report));
    let tasks = book.read().undecided_since(&scope().database).unwrap();
    assert_eq!(tasks[0].why, report.undecided[0].why);
}
