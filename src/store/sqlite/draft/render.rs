//! The draft as TOML.

use std::fmt::Write as _;

use super::finding::{Line, Section, Value};

/// A comment behind a key that would make the line longer stands above it.
const WIDTH: usize = 110;

pub(super) fn section(out: &mut String, section: &Section) {
    out.push('\n');
    if !section.about.is_empty() {
        comment(out, &section.about);
    }
    let mut text = format!("[{}]\n", section.name);
    for line in &section.lines {
        line_of(&mut text, line);
    }
    for line in text.lines() {
        let before = if section.is_offer { "# " } else { "" };
        let _ = writeln!(out, "{before}{line}"); // writing to a String cannot fail
    }
}

fn line_of(out: &mut String, line: &Line) {
    match &line.value {
        Some(value) if line.is_missing => {
            beside(out, "", &line.key, value, &format!("MISSING: {}", line.why));
        }
        Some(value) if is_nothing(value) => beside(out, "", &line.key, value, &line.why),
        Some(value) => {
            if !line.why.is_empty() {
                comment(out, &line.why);
            }
            let _ = writeln!(out, "{} = {}", key(&line.key), toml(value));
        }
        None if line.candidates.is_empty() && !line.is_missing => {
            beside(out, "# ", &line.key, &Value::empty_list(), &line.why);
        }
        None if line.is_missing => comment(out, &format!("MISSING: {}: {}", line.key, line.why)),
        None => comment(out, &format!("{}: {}", line.key, line.why)),
    }
    for (value, why) in &line.candidates {
        beside(out, "# ", &line.key, value, &format!("doubtful: {why}"));
    }
}

fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Text(text) => text.is_empty(),
        Value::OneOrMore(names) | Value::List(names) => names.is_empty(),
        Value::Lease { .. } => false,
    }
}

fn beside(out: &mut String, before: &str, name: &str, value: &Value, why: &str) {
    let said = format!("{before}{} = {}", key(name), toml(value));
    if said.len() + why.len() + 5 > WIDTH {
        comment(out, why);
        let _ = writeln!(out, "{said}");
    } else {
        let _ = writeln!(out, "{said}   # {}", clean(why));
    }
}

/// A comment, in lines that can be read.
pub(super) fn comment(out: &mut String, text: &str) {
    let mut line = String::from("#");
    for word in clean(text).split(' ') {
        if line.len() + word.len() + 1 > WIDTH && line.len() > 1 {
            let _ = writeln!(out, "{line}");
            line = String::from("#");
        }
        line.push(' ');
        line.push_str(word);
    }
    let _ = writeln!(out, "{line}");
}

/// A comment ends with its line, and takes no control character.
fn clean(text: &str) -> String {
    text.chars()
        .map(|character| {
            if character.is_control() {
                '\u{fffd}'
            } else {
                character
            }
        })
        .collect()
}

fn key(name: &str) -> String {
    let is_bare = !name.is_empty()
        && name
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'));
    if is_bare { name.to_owned() } else { quoted(name) }
}

fn toml(value: &Value) -> String {
    match value {
        Value::Text(text) => quoted(text),
        Value::OneOrMore(names) => match names.as_slice() {
            [name] => quoted(name),
            names => list(names),
        },
        Value::List(names) => list(names),
        Value::Lease { start, seconds } => {
            format!("{{ start = {}, seconds = {} }}", quoted(start), quoted(seconds))
        }
    }
}

fn list(names: &[String]) -> String {
    let names: Vec<_> = names.iter().map(|name| quoted(name)).collect();
    format!("[{}]", names.join(", "))
}

/// A basic string.
fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for character in text.chars() {
        match character {
            '"' | '\\' => quoted.extend(['\\', character]),
            character if character.is_control() => {
                let _ = write!(quoted, "\\u{:04X}", u32::from(character));
            }
            character => quoted.push(character),
        }
    }
    quoted + "\""
}
