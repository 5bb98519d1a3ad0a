//! What is odd about the rows that were read, as a sweep would warn of it.

use super::finding::{Code, Finding};
use crate::store::Words;
use crate::zombie::{Oddity, Remark};

pub(super) fn rows(remarks: Vec<Remark>, words: &Words, indexes: &[Finding]) -> Vec<Finding> {
    remarks
        .into_iter()
        .filter_map(|remark| finding(remark, words, indexes))
        .collect()
}

fn finding(Remark { oddity, sentence }: Remark, words: &Words, indexes: &[Finding]) -> Option<Finding> {
    let (code, advice) = match oddity {
        Oddity::Unreadable => (
            Code::UnreadableTime,
            "have it written in a form that docs/how-it-decides.md knows, or take the column out of the profile",
        ),
        Oddity::Ahead => (
            Code::ClockAhead,
            "compare the clocks of the machines that write there, and whether the times are local",
        ),
        Oddity::LocalTime => (
            Code::LocalTime,
            "say in a profile whose time it is: [database] time_zone",
        ),
        Oddity::ClaimByUpdate => (
            Code::ClaimByUpdate,
            "have the claim write its start, or name the column of it in the profile",
        ),
        Oddity::HasEnd => (
            Code::EndedYetRunning,
            "see whether the profile's words, or its running_where, tell what runs",
        ),
        Oddity::LookAlike if !is_named(&sentence, words) => (
            Code::LookAlike,
            "name it in columns.heartbeat of its section, if it is one",
        ),
        Oddity::MissingIndex => {
            let (_, create) = sentence.rsplit_once(": ")?;
            let is_known = indexes.iter().any(|index| index.sql.as_deref() == Some(create));
            let create = create.to_owned();
            let index = Finding::new(Code::MissingIndex, sentence, "make the index").sql(create);
            return (!is_known).then_some(index);
        }
        // The words say it of all rows, and what the schema lacks is said of it.
        _ => return None,
    };
    Some(Finding::new(code, sentence, advice))
}

/// Whether it is among the columns that are named for what they are called.
fn is_named(sentence: &str, words: &Words) -> bool {
    let column = sentence.split(' ').next().unwrap_or_default();
    words.look_alikes.iter().any(|known| known == column)
}
