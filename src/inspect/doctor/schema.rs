//! The schema and the words: whether the profile tells what the queue is.

use super::finding::{Code, Finding};
use super::surroundings::Surroundings;
use crate::store::{Lack, NAME_HEARTBEAT, NAME_RUN_STATUS, Words};

/// Where it does not fit at all.
pub(super) fn misfit(seen: &str) -> Finding {
    let advice = "nothing can be swept: name the profile that fits, or have one drafted (`zombie-sweeper schema --init`)";
    Finding::new(Code::SchemaMisfit, seen, advice)
}

pub(super) fn lacks(lacks: &[Lack]) -> Vec<Finding> {
    lacks.iter().map(lack).collect()
}

fn lack(lack: &Lack) -> Finding {
    match lack {
        Lack::Signs => Finding::new(
            Code::NoSignOfLife,
            lack.to_string(),
            "name a heartbeat, a lease or a start in the profile",
        ),
        Lack::Heartbeats => Finding::new(
            Code::StartsAlone,
            lack.to_string(),
            "name a heartbeat in the profile; where there is none, give --stale-after",
        ),
        Lack::Index {
            of_what,
            table,
            create,
            reads,
        } => {
            let seen =
                format!("no index leads to {of_what}, so that a sweep {reads} {table} from end to end");
            Finding::new(Code::MissingIndex, seen, "make the index").sql(create)
        }
    }
}

pub(super) fn words(words: &Words) -> Vec<Finding> {
    let of_no_task = words.of_no_task().into_iter().map(|sentence| {
        let advice = "nothing, where no task happens to have it just now; else correct the profile";
        Finding::new(Code::WordOfNoTask, sentence, advice)
    });
    let unknown = words.of_unknown_runs();
    let unknown = unknown.map(|seen| Finding::new(Code::UnknownRunStatus, seen, NAME_RUN_STATUS));
    let look_alikes = words.of_look_alikes();
    let look_alikes = look_alikes.map(|seen| Finding::new(Code::LookAlike, seen, NAME_HEARTBEAT));
    of_no_task.chain(unknown).chain(look_alikes).collect()
}

/// What whoever opened the database had to say.
pub(super) fn reading(around: &Surroundings) -> Vec<Finding> {
    let copied = around.reading.iter().map(|warning| {
        let advice = "nothing, where it is no more than a copy; see docs/running.md#error-messages";
        Finding::new(Code::ReadFromCopy, warning, advice)
    });
    let guessed = around.guessed_profile.iter().map(|name| {
        let seen =
            format!("the schema is not Orchestra's but fits the profile {name}, which ships and was taken");
        let advice =
            format!("a sweep that writes wants it named: --profile {name}, or ZOMBIE_SWEEPER_PROFILE");
        Finding::new(Code::ProfileGuessed, seen, advice)
    });
    copied.chain(guessed).collect()
}
