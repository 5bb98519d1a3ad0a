//! What goes to and fro, as components: reports from the JSON Schemas of docs/, and what HTTP adds to them.

use serde_json::{Map, Value};

/// What a report is called here, and its JSON Schema.
const REPORTS: [(&str, &str); 7] = [
    ("Summary", include_str!("../../../../docs/summary.schema.json")),
    (
        "Explanation",
        include_str!("../../../../docs/explanation.schema.json"),
    ),
    ("History", include_str!("../../../../docs/history.schema.json")),
    ("Outcomes", include_str!("../../../../docs/outcomes.schema.json")),
    (
        "Diagnosis",
        include_str!("../../../../docs/diagnosis.schema.json"),
    ),
    (
        "Understood",
        include_str!("../../../../docs/understood.schema.json"),
    ),
    ("Unparked", include_str!("../../../../docs/unparked.schema.json")),
];

/// What is sent, and what an answer says besides its report.
const OURS: &str = include_str!("ours.json");

/// Where a JSON Schema has its parts.
const PARTS: &str = "#/$defs/";

/// Where they are here.
const COMPONENTS: &str = "#/components/schemas/";

/// Every component, by its name.
pub(super) fn all() -> Map<String, Value> {
    let mut all = Map::new();
    for (name, schema) in REPORTS {
        lift(name, object(schema), &mut all);
    }
    all.extend(object(OURS));
    all
}

fn object(text: &str) -> Map<String, Value> {
    serde_json::from_str(text).unwrap_or_default()
}

/// Takes a schema's parts out of it, to stand beside it under its name.
fn lift(name: &str, mut schema: Map<String, Value>, all: &mut Map<String, Value>) {
    schema.remove("$schema");
    schema.remove("$id");
    let parts = schema.remove("$defs");
    let mut put = |part: String, schema: Value| {
        let mut schema = schema;
        refer(&mut schema, name);
        all.insert(part, schema);
    };
    if let Some(Value::Object(parts)) = parts {
        for (part, schema) in parts {
            put(format!("{name}.{part}"), schema);
        }
    }
    put(name.to_owned(), Value::Object(schema));
}

/// Has it find its parts where they are now.
fn refer(schema: &mut Value, name: &str) {
    match schema {
        Value::Object(members) => {
            for (key, value) in members {
                match value {
                    Value::String(to) if key == "$ref" => {
                        if let Some(part) = to.strip_prefix(PARTS) {
                            *to = format!("{COMPONENTS}{name}.{part}");
                        }
                    }
                    value => refer(value, name),
                }
            }
        }
        Value::Array(values) => values.iter_mut().for_each(|value| refer(value, name)),
        _ => {}
    }
}
