use utoipa::openapi::schema::{ArrayBuilder, ObjectBuilder, Schema, Type};

use crate::surface::http::query::LONGEST;

/// Ids of tasks, as a parameter that stands several times.
pub(crate) fn ids() -> Schema {
    let id = ObjectBuilder::new()
        .schema_type(Type::String)
        .max_length(Some(LONGEST));
    ArrayBuilder::new().items(id.build()).build().into()
}
