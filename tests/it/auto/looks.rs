//! Laws of what looks see of a run.

use proptest::prelude::*;
use zombie_sweeper::zombie::{Beat, Beats, Followed, Timestamp};

use super::{QUICK, labels};

/// A run's beats as looks saw them: when each look was, and how old the newest beat was then; in seconds.
fn looks() -> impl Strategy<Value = Vec<(i64, i64)>> {
    let look = (1..2_000_i64, 0..3_000_i64);
    prop::collection::vec(look, 1..20).prop_map(|looks| {
        let mut seen = Vec::new();
        let (mut now, mut beat) = (10_000, 0);
        for (later, age) in looks {
            now += later;
            // No run beats back in time.
            beat = beat.max(now - age);
            seen.push((now, beat));
        }
        seen
    })
}

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_micros(seconds * 1_000_000)
}

fn see(followed: &mut Followed, looks: &[(i64, i64)]) {
    for (now, beat) in looks {
        let mut beats = Beats::default();
        beats.add(Beat {
            run: "r1".into(),
            labels: labels(QUICK),
            began: at(0),
            at: at(*beat),
        });
        followed.see(&beats, at(*now));
    }
}

fn seen(looks: &[(i64, i64)]) -> Followed {
    let mut followed = Followed::default();
    see(&mut followed, looks);
    followed
}

proptest! {
    /// It lies between two beats that were seen, and is no longer than the silence that a look proved and a minute more.
    #[test]
    fn silence_lies_between_beats_and_is_proven(looks in looks()) {
        let followed = seen(&looks);
        let run = followed.get(&"r1".into()).unwrap();
        prop_assert_eq!(run.first, at(looks[0].1));
        prop_assert_eq!(run.last, at(looks[looks.len() - 1].1));
        if let Some(gap) = run.gap {
            prop_assert!(run.first <= gap.from && gap.from < gap.to && gap.to <= run.last);
            let proven = looks.iter().filter(|(_, beat)| at(*beat) == gap.from).map(|(now, _)| *now).max();
            prop_assert!(gap.to <= at(proven.unwrap() + 60));
        } else {
            prop_assert_eq!(run.first, run.last);
        }
    }

    /// Who looks often and tells of it now and then says the same as who tells each time.
    #[test]
    fn told_at_once_or_each_time(looks in looks(), cut in 0..20_usize) {
        let (early, late) = looks.split_at(cut.min(looks.len()));
        let mut told = seen(early);
        for (id, run) in seen(late).iter() {
            told.insert(id, run.clone());
        }
        prop_assert_eq!(&told, &seen(&looks));
        // Nor does it matter that it is told twice.
        for (id, run) in seen(late).iter() {
            told.insert(id, run.clone());
        }
        prop_assert_eq!(&told, &seen(&looks));
    }
}
