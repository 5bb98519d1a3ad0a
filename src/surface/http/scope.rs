//! Which tasks a POST is narrowed to.

use serde::Deserialize;

use super::problem::{Mistake, Problem, Step};
use super::query::{is_too_long, too_long};
use crate::surface::verbs::Scope;

/// As it is sent.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ScopeBody {
    #[serde(default)]
    project: Option<String>,
    #[serde(default)]
    tasks: Option<Vec<String>>,
}

impl ScopeBody {
    pub(crate) fn new(project: Option<String>, tasks: Option<Vec<String>>) -> Self {
        Self { project, tasks }
    }

    /// As it is meant, or every mistake in it.
    pub(crate) fn scope(self) -> Result<Scope, Problem> {
        let mut mistakes = Vec::new();
        let mut wrong = |kind, loc: Vec<Step>, msg: String| mistakes.push(Mistake::new(kind, loc, msg));
        match &self.project {
            Some(name) if name.is_empty() => {
                let loc = vec![Step::from("body"), Step::from("project")];
                wrong(
                    "too_short",
                    loc,
                    "expected a name, or null for all; found an empty one".to_owned(),
                );
            }
            Some(name) if is_too_long(name) => {
                let loc = vec![Step::from("body"), Step::from("project")];
                wrong("too_long", loc, too_long(name));
            }
            _ => {}
        }
        let tasks = self.tasks;
        let loc = || vec![Step::from("body"), Step::from("tasks")];
        // Whoever has found nothing to sweep means nothing, and not all there is.
        if tasks.as_ref().is_some_and(Vec::is_empty) {
            let msg = "expected the id of a task; an empty list names none: leave it out for all";
            wrong("too_short", loc(), msg.to_owned());
        }
        for (index, task) in tasks.iter().flatten().enumerate() {
            if is_too_long(task) {
                let mut loc = loc();
                loc.push(Step::from(index));
                wrong("too_long", loc, too_long(task));
            }
        }
        if !mistakes.is_empty() {
            return Err(Problem::mistakes(mistakes));
        }
        Ok(Scope {
            project: self.project,
            tasks: tasks.unwrap_or_default(),
        })
    }
}
