use axum::extract::State;
use axum::http::Uri;
use axum::response::Response;
use utoipa::IntoParams;

use super::{Api, ok};
use crate::surface::http::cursor::Place;
use crate::surface::http::openapi::{Id, Refused};
use crate::surface::http::problem::Problem;
use crate::surface::http::query::Query;
use crate::surface::verbs::Scope;

#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct PlanQuery {
    /// Only tasks of this project, by name or id.
    #[param(nullable = false, min_length = 1, max_length = 2048)]
    project: Option<String>,
    /// Only this task, by its id. May stand several times.
    #[param(required = false, inline, value_type = Vec<Id>, style = Form, explode)]
    task: Vec<String>,
    /// How many tasks a page lists; counts are of all.
    #[param(required = false, minimum = 1, maximum = 1000, default = 50)]
    limit: usize,
    /// The `next` of the page before.
    #[param(nullable = false, value_type = Option<String>, max_length = 4096, pattern = "^([A-Za-z0-9_-]{4})*([A-Za-z0-9_-][AQgw]|[A-Za-z0-9_-]{2}[AEIMQUYcgkosw048])?$")]
    cursor: Option<Place>,
}

impl PlanQuery {
    fn read(uri: &Uri) -> Result<Self, Problem> {
        let mut query = Query::of(uri);
        let asked = Self {
            project: query.name("project"),
            task: query.ids("task"),
            limit: query.limit(),
            cursor: query.cursor(Place::read),
        };
        query.end()?;
        Ok(asked)
    }
}

/// What a sweep would do now
///
/// A dry run, no older than a second; nothing is written. The lists tell of the tasks of one page, in the order of their ids.
#[utoipa::path(get, path = "/v1/plan", operation_id = "plan", tag = "look", params(PlanQuery), responses(
    (status = 200, description = "The summary of a dry run.", body = ref("#/components/schemas/PlanPage")),
    Refused<404>, Refused<422>, Refused<500>,
))]
pub(crate) async fn plan(State(api): State<Api>, uri: Uri) -> Result<Response, Problem> {
    let asked = PlanQuery::read(&uri)?;
    let scope = Scope {
        project: asked.project,
        tasks: asked.task,
    };
    let looked = api.answers.look(scope).await.map_err(|failed| failed.problem())?;
    let mut page = looked
        .pages
        .page(&looked.report, asked.cursor.as_ref(), asked.limit);
    page.insert("looked_at".to_owned(), looked.looked_at.as_str().into());
    Ok(ok(page))
}
