use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};
use utoipa::{PartialSchema, ToSchema};

use crate::surface::http::query::LONGEST;

/// The id of a task, in a parameter.
pub(crate) struct Id;

impl PartialSchema for Id {
    fn schema() -> RefOr<Schema> {
        let id = ObjectBuilder::new().schema_type(Type::String);
        id.max_length(Some(LONGEST)).build().into()
    }
}

impl ToSchema for Id {}
