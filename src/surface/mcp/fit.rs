//! Answers that fit: a queue may have ids of a megabyte each, and more zombies than a model can read.

use std::num::NonZeroUsize;

use serde_json::{Map, Value};

use super::page;

/// How large an answer may be, in bytes.
pub(super) const LARGEST: usize = 1 << 20;

/// No text is longer where an answer would be too large, in bytes: no id that is can be asked for either.
const LONGEST: usize = 2048;

/// What is left of a longer one, of its beginning and its end, in characters.
const HEAD: usize = 400;
const TAIL: usize = 40;

/// A summary, with what was added to it, that is not too large.
pub(super) struct Fitting {
    pub(super) summary: Map<String, Value>,
    /// Where to go on, if there is more of any list.
    pub(super) next: Option<usize>,
    /// Whether anything is left out, or shortened.
    pub(super) is_cut: bool,
}

/// Lists what stands from here on, at most so many, and fewer where they would be too large. All are counted still.
pub(super) fn fitting(mut summary: Map<String, Value>, from: usize, limit: NonZeroUsize) -> Fitting {
    let next = page::cut(&mut summary, from, limit);
    if is_fit(&summary) {
        return Fitting {
            summary,
            next,
            is_cut: from > 0 || next.is_some(),
        };
    }
    shorten_all(&mut summary);
    let mut most = limit;
    loop {
        let mut fewer = summary.clone();
        page::cut_others(&mut fewer, most);
        let left_out = page::cut(&mut fewer, 0, most);
        let is_last = most == NonZeroUsize::MIN;
        if is_last && !is_fit(&fewer) {
            page::empty(&mut fewer);
        }
        if is_last || is_fit(&fewer) {
            return Fitting {
                summary: fewer,
                next: left_out.map(|listed| from.saturating_add(listed)).or(next),
                is_cut: true,
            };
        }
        most = NonZeroUsize::new(most.get() / 2).unwrap_or(NonZeroUsize::MIN);
    }
}

/// An answer whose texts are no longer than need be.
pub(super) fn shortened(mut answer: Value) -> Value {
    shorten(&mut answer);
    answer
}

fn is_fit(summary: &Map<String, Value>) -> bool {
    serde_json::to_string(summary).is_ok_and(|text| text.len() <= LARGEST)
}

fn shorten(value: &mut Value) {
    match value {
        Value::String(text) if text.len() > LONGEST => *text = ends(text),
        Value::Array(list) => list.iter_mut().for_each(shorten),
        Value::Object(map) => shorten_all(map),
        _ => {}
    }
}

fn shorten_all(map: &mut Map<String, Value>) {
    let long: Vec<_> = map.keys().filter(|key| key.len() > LONGEST).cloned().collect();
    for key in long {
        if let Some(value) = map.remove(&key) {
            map.insert(ends(&key), value);
        }
    }
    map.values_mut().for_each(shorten);
}

/// How a text begins and ends, and how long it is.
fn ends(text: &str) -> String {
    let head: String = text.chars().take(HEAD).collect();
    let tail = text.char_indices().rev().nth(TAIL - 1).map_or(0, |(at, _)| at);
    let tail = text.get(tail..).unwrap_or_default();
    format!("{head}… ({} bytes) …{tail}", text.len())
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroUsize;

    use crate::surface::mcp::fit::{fitting, is_fit};
    use serde_json::{Value, json};

    #[test]
    fn whatever_stands_there_it_fits_and_is_counted() {
        let many = vec!["\u{1}".repeat(900); 1500];
        let long = vec!["\u{1f9df}".repeat(1 << 16); 30];
        for ids in [many, long] {
            let summary =
                json!({ "reaped": ids.len(), "task_ids": ids, "tasks": ids, "warnings": ids, "parked": ids });
            let Value::Object(summary) = summary else {
                unreachable!()
            };
            let fitting = fitting(summary, 0, NonZeroUsize::new(1000).unwrap());
            assert!(is_fit(&fitting.summary));
            assert!(fitting.is_cut);
            assert_eq!(fitting.summary["reaped"], ids.len());
        }
    }
}
