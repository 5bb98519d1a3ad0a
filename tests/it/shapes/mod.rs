//! Queues of every shape: one table, no pointer, workers of their own, leases, conditions in the place of words.

mod conditions;
mod contradictions;
mod kinds;
mod laws;
mod meanwhile;
mod no_events;
mod no_pointer;
mod one_table;
mod several;
mod spans;
mod workers;
