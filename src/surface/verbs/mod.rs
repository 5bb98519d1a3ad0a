//! The verbs: what every surface asks, and gets the same answer to. They block, and decide nothing: that is the library's.

mod clock;
mod counted;
mod desk;
mod doctor;
mod explain;
mod history;
mod lately;
mod learned;
pub(crate) mod ledger;
mod memory;
pub(crate) mod monitor;
mod outcomes;
mod patience;
mod plan;
mod profile;
mod questions;
mod remembered;
mod schedule;
mod schema;
mod scope;
mod site;
mod sweep;
mod told;
mod trouble;
mod unpark;
mod watching;

pub(crate) use desk::{Desk, Given};
pub(crate) use doctor::{Diagnosed, doctor};
pub(crate) use explain::explain;
pub(crate) use history::history;
pub(crate) use learned::bearing;
pub(crate) use outcomes::outcomes;
pub(crate) use patience::Patience;
pub(crate) use plan::plan;
pub(crate) use profile::{Failed, Misfit, asked, refuse_a_guess};
pub(crate) use questions::{HistoryAsked, OutcomesAsked, SweepRefused};
pub(crate) use schema::{Understood, schema};
pub(crate) use scope::{OutOfScope, ProjectGone, Scope};
pub(crate) use site::{LedgerFile, Site, Sweeps};
pub(crate) use sweep::{by_profile, sweep};
pub(crate) use unpark::unpark;

pub(crate) use zombie_sweeper::Planned;
