//! What an id that somebody typed may be in the database: a text, the number that it spells, the bytes of its hexadecimal
//! digits, or several of these with a stroke between them.

use crate::zombie::Id;

/// The most ids that are looked for.
const MOST: usize = 64;

/// Every id that is shown as this text, where an id is so many columns.
pub(super) fn spellings(asked: &str, parts: usize) -> Vec<Id> {
    if parts < 2 {
        return of_one(asked);
    }
    let mut found = Vec::new();
    split(asked, parts, &mut Vec::new(), &mut found);
    found
}

fn of_one(asked: &str) -> Vec<Id> {
    let mut found = vec![Id::from(asked)];
    if let Ok(number) = asked.parse::<i64>()
        && number.to_string() == asked
    {
        found.push(Id::from(number));
    } else if let Ok(number) = asked.parse::<f64>()
        && number.to_string() == asked
    {
        found.push(Id::Real(number.to_bits()));
    }
    found.push(Id::Blob(asked.as_bytes().into()));
    if let Some(bytes) = bytes(asked) {
        found.push(Id::Blob(bytes.as_slice().into()));
        found.push(Id::Text(bytes.as_slice().into()));
    }
    found
}

/// The bytes that hexadecimal digits spell.
fn bytes(digits: &str) -> Option<Vec<u8>> {
    let is_whole = !digits.is_empty() && digits.len().is_multiple_of(2) && digits.is_ascii();
    let pairs = (0..digits.len()).step_by(2);
    let pairs = pairs.map(|place| u8::from_str_radix(digits.get(place..place + 2)?, 16).ok());
    pairs.collect::<Option<_>>().filter(|_| is_whole)
}

/// Every way to cut the text at so many strokes: a part may hold one itself.
fn split<'t>(rest: &'t str, parts: usize, before: &mut Vec<&'t str>, found: &mut Vec<Id>) {
    if found.len() >= MOST {
        return;
    }
    if parts == 1 {
        before.push(rest);
        add(before, found);
        before.pop();
        return;
    }
    for (place, _) in rest.match_indices('/') {
        if let (Some(part), Some(behind)) = (rest.get(..place), rest.get(place + 1..)) {
            before.push(part);
            split(behind, parts - 1, before, found);
            before.pop();
        }
    }
}

/// The parts as JSON, each in every form that it may have.
fn add(parts: &[&str], found: &mut Vec<Id>) {
    let mut arrays: Vec<Vec<serde_json::Value>> = vec![Vec::new()];
    for part in parts {
        let mut forms = vec![serde_json::Value::from(*part)];
        forms.extend(part.parse::<i64>().ok().map(serde_json::Value::from));
        if bytes(part).is_some() {
            forms.push(serde_json::json!([part.to_ascii_uppercase()]));
        }
        arrays = arrays
            .iter()
            .flat_map(|array| {
                forms
                    .iter()
                    .map(|form| [array.as_slice(), std::slice::from_ref(form)].concat())
            })
            .take(MOST)
            .collect();
    }
    let ids = arrays
        .iter()
        .filter_map(|array| serde_json::to_string(array).ok());
    let room = MOST.saturating_sub(found.len());
    found.extend(ids.take(room).map(|json| Id::Several(json.as_bytes().into())));
}
