//! Enters a sweep: one transaction, which takes away what has become too old.

use std::path::Path;
use std::time::Duration;

use rusqlite::{Transaction, TransactionBehavior};

use super::aside::set_aside;
use super::entry::Entry;
use super::error::LedgerError;
use super::header::{APPLICATION_ID, VERSION};
use super::open::{self, Found, at_one_moment, identify};
use super::{old, place, rows, system, turns};
use crate::zombie::Timestamp;

/// For how long each sweep is kept, unless another time is asked for.
pub const KEEP: Duration = Duration::from_secs(90 * 24 * 60 * 60);

/// How often a sweep is entered again where the ledger turned out to be damaged.
const TRIES: usize = 3;

/// Enters a sweep into the ledger at this path, which is made where there is none, and takes away what was entered longer
/// ago than `keep`. Returns what there is to tell the operator; the sweep itself is not concerned.
///
/// The last folder of the path is made too, for us alone. A damaged ledger is set aside, and a new one begun. Where another
/// process holds the ledger for longer than a second, the sweep is not entered.
pub fn record(path: &Path, keep: Duration, entry: &Entry<'_>) -> Vec<String> {
    let mut warnings = Vec::new();
    let mut damaged = None;
    for _ in 0..TRIES {
        let why = match enter(path, keep, entry, damaged.as_deref()) {
            Ok(()) => return warnings,
            Err((LedgerError::Damaged { path, why }, Some(file))) => {
                match set_aside(&path, file, entry.clocks.wall) {
                    Ok(None) => continue,
                    Ok(Some(aside)) => {
                        warnings.push(format!(
                            "the ledger {} was damaged ({why}): it is set aside as {}, and a new one begun",
                            path.display(),
                            aside.display()
                        ));
                        damaged = Some(format!("{} was damaged", aside.display()));
                        continue;
                    }
                    Err(error) => error,
                }
            }
            Err((why, _)) => why,
        };
        warnings.push(format!("this sweep is not in the ledger: {}", why.in_full()));
        return warnings;
    }
    warnings.push("this sweep is not in the ledger: what is begun anew is damaged again".to_owned());
    warnings
}

/// An error, and which file it was about.
type Failed = (LedgerError, Option<system::Identity>);

fn enter(path: &Path, keep: Duration, entry: &Entry<'_>, instead_of: Option<&str>) -> Result<(), Failed> {
    let (path, found) = place::prepare(path).map_err(|error| (error, None))?;
    let file = system::identity(&found);
    enter_at(&path, keep, entry, instead_of).map_err(|error| (error, Some(file)))
}

fn enter_at(
    path: &Path,
    keep: Duration,
    entry: &Entry<'_>,
    instead_of: Option<&str>,
) -> Result<(), LedgerError> {
    let mut conn = open::to_write(path)?;
    let conn = &mut conn;
    let _turn = turns::to_use();
    let failed = || LedgerError::sqlite(path);
    // What is not ours is not even locked.
    at_one_moment(conn, path)?;
    let write = conn
        .transaction_with_behavior(TransactionBehavior::Immediate)
        .map_err(failed())?;
    match identify(&write, path)? {
        Found::Empty => begin(&write, entry.at, instead_of).map_err(failed())?,
        Found::Ledger(version) => bring_up(&write, version).map_err(failed())?,
    }
    rows::insert(&write, entry).map_err(failed())?;
    old::drop(&write, keep, entry).map_err(failed())?;
    write.commit().map_err(failed())
}

/// Begins a new ledger, in the place of a damaged one where there was one.
fn begin(write: &Transaction<'_>, at: Timestamp, instead_of: Option<&str>) -> rusqlite::Result<()> {
    write.execute_batch(include_str!("sql/schema.sql"))?;
    write.pragma_update(None, "application_id", APPLICATION_ID)?;
    bring_up(write, 1)?;
    let begun = "INSERT INTO begun (at, instead_of) VALUES (?1, ?2)";
    write.execute(begun, (at.as_micros(), instead_of))?;
    Ok(())
}

/// Brings a ledger of this version up to the newest.
fn bring_up(write: &Transaction<'_>, version: i32) -> rusqlite::Result<()> {
    if version == VERSION {
        return Ok(());
    }
    write.execute_batch(include_str!("sql/version_2.sql"))?;
    write.pragma_update(None, "user_version", VERSION)
}
