use rusqlite::Connection;

use super::super::load::Loader;
use super::super::schema::Schema;
use crate::options::SweepOptions;

/// What a trial is made on.
pub(super) struct Stage<'c> {
    pub(super) conn: &'c Connection,
    pub(super) schema: &'c Schema,
    pub(super) opts: &'c SweepOptions,
    pub(super) loader: Loader<'c>,
}
