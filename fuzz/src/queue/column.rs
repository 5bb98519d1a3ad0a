use crate::Choices;
use crate::name::name;

/// What a column is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holds {
    TaskId,
    RunId,
    EventId,
    TaskStatus,
    RunStatus,
    ActiveRun,
    Project,
    Kind,
    Flag,
    Time,
    /// What a task holds, and what a reap clears.
    Held,
    EventType,
    Payload,
    Anything,
}

/// What a column may be called, and whether it may be missing.
pub(super) struct Role(
    pub(super) &'static [&'static str],
    pub(super) Holds,
    pub(super) Needed,
);

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Needed {
    Always,
    Mostly,
    Rarely,
}

#[derive(Clone, Debug)]
pub struct Column {
    pub name: String,
    pub holds: Holds,
    pub declared_type: &'static str,
    pub default: Option<&'static str>,
    pub not_null: bool,
    pub generated: bool,
    pub(super) constraint: String,
    /// It takes whatever a sweep writes.
    pub(super) is_yielding: bool,
}

/// Types, and what comes nearest in a strict table.
const TYPES: [(&str, &str); 11] = [
    ("TEXT", "TEXT"),
    ("", "ANY"),
    ("INTEGER", "INTEGER"),
    ("REAL", "REAL"),
    ("NUMERIC", "ANY"),
    ("BLOB", "BLOB"),
    ("DATETIME", "TEXT"),
    ("VARCHAR(10)", "TEXT"),
    ("INT", "INT"),
    ("BOOLEAN", "INT"),
    ("ANY", "ANY"),
];

const DEFAULTS: [&str; 28] = [
    "''",
    "0",
    "NULL",
    "'x'",
    "\"x\"",
    "x",
    "TRUE",
    "-1",
    "+5",
    "1e999",
    "x'00'",
    "'it''s'",
    "\"a\"\"b\"",
    "'{t.key}'",
    "'--'",
    "(1 + 1)",
    "(5 -- five\n)",
    "(/* five */ 5)",
    "('a' || \"b\")",
    "(\"a\" || \"b\")",
    "('a' || char(0) || 'b')",
    "(NULL)",
    "'2026-01-01T00:00:00Z'",
    "CURRENT_TIMESTAMP",
    "(datetime('now'))",
    "(unixepoch())",
    "(nullif(1, 1))",
    "(no_such_function())",
];

impl Column {
    /// `None` where the table goes without it. Takes four decisions always.
    pub(super) fn new(role: &Role, strict: bool, schema: &mut Choices<'_>) -> Option<Self> {
        let Role(aliases, holds, needed) = role;
        let [naming, typing, constraining, defaulting] = [(); 4].map(|()| schema.byte());
        let is_there = match needed {
            Needed::Always => naming != u8::MAX,
            Needed::Mostly => naming < 192,
            Needed::Rarely => naming >= 128,
        };
        let alias = aliases[usize::from(naming) % aliases.len()];
        let natural = match holds {
            Holds::Flag | Holds::EventId => ("INTEGER", "INTEGER"),
            _ => ("TEXT", "TEXT"),
        };
        let (loose_type, strict_type) = if typing < 128 {
            natural
        } else {
            TYPES[usize::from(typing) % TYPES.len()]
        };
        let mut column = Self {
            name: if naming % 16 == 15 {
                alias.to_uppercase()
            } else {
                alias.to_owned()
            },
            holds: *holds,
            declared_type: if strict { strict_type } else { loose_type },
            default: None,
            not_null: false,
            generated: false,
            constraint: String::new(),
            is_yielding: !strict,
        };
        column.constrain(constraining, DEFAULTS[usize::from(defaulting) % DEFAULTS.len()]);
        is_there.then_some(column)
    }

    fn constrain(&mut self, how: u8, default: &'static str) {
        let quoted = name(&self.name);
        match how {
            0..96 => {}
            96..144 => self.declare(true, Some(default), ""),
            144..168 => self.declare(false, Some(default), ""),
            168..184 => self.declare(true, None, ""),
            184..200 => self.declare(false, None, "COLLATE NOCASE"),
            200..208 => self.declare(false, None, "COLLATE RTRIM"),
            208..216 => self.declare(true, Some(default), "COLLATE NOCASE"),
            216..234 => {
                self.generated = true;
                let value = ["NULL", "'running'", "'2026-04-11T00:00:00Z'", "1"][usize::from(how) % 4];
                let kind = if how < 228 { "VIRTUAL" } else { "STORED" };
                self.constraint = format!("GENERATED ALWAYS AS ({value}) {kind}");
            }
            234..242 => self.refuse(&format!("CHECK ({quoted} <> '')")),
            242..248 => self.refuse("UNIQUE"),
            248..=255 => self.refuse("REFERENCES task_runs ON UPDATE CASCADE ON DELETE CASCADE"),
        }
    }

    fn declare(&mut self, not_null: bool, default: Option<&'static str>, more: &str) {
        (self.not_null, self.default) = (not_null, default);
        let not_null = if not_null { "NOT NULL " } else { "" };
        let default = default.map_or_else(String::new, |default| format!("DEFAULT {default} "));
        self.constraint = format!("{not_null}{default}{more}");
        // These are no values of their own, or none that NOT NULL takes.
        self.is_yielding &= !default.contains("no_such") && !(self.not_null && default.contains("nullif"));
    }

    fn refuse(&mut self, constraint: &str) {
        self.is_yielding = false;
        constraint.clone_into(&mut self.constraint);
    }

    /// Whether its default is the same at any time.
    pub fn has_constant_default(&self) -> bool {
        !self.default.is_some_and(|default| {
            ["CURRENT", "now", "unixepoch", "no_such"]
                .iter()
                .any(|varying| default.contains(varying))
        })
    }

    pub(super) fn sql(&self) -> String {
        format!("{} {} {}", name(&self.name), self.declared_type, self.constraint)
    }
}
