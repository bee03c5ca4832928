//! Fields without a value are left out of answers, so their schemas must not allow null.
//!
//! The derive of schemas takes every optional field for a nullable one; here only those stay
//! nullable that are required, and so are always written.

use utoipa::openapi::schema::{AllOf, Object, OneOf, Schema, SchemaType, Type};
use utoipa::openapi::{OpenApi, RefOr};

/// Takes null out of the fields that may be left out, everywhere.
pub(super) fn state(document: &mut OpenApi) {
    let components = document.components.get_or_insert_default();
    for schema in components.schemas.values_mut() {
        in_schema(schema);
    }
}

fn in_schema(schema: &mut RefOr<Schema>) {
    match schema {
        RefOr::T(Schema::Object(object)) => in_object(object),
        RefOr::T(Schema::AllOf(AllOf { items, .. }) | Schema::OneOf(OneOf { items, .. })) => {
            items.iter_mut().for_each(in_schema);
        }
        // No other schema has fields; the enum is not ours and may grow.
        RefOr::T(_) | RefOr::Ref(_) => {}
    }
}

fn in_object(object: &mut Object) {
    for (name, property) in &mut object.properties {
        if !object.required.contains(name) {
            deny_null(property);
        }
    }
}

fn deny_null(property: &mut RefOr<Schema>) {
    match property {
        RefOr::T(Schema::Object(object)) => {
            if let SchemaType::Array(types) = &object.schema_type
                && let [one, Type::Null] = types.as_slice()
            {
                object.schema_type = SchemaType::Type(one.clone());
            }
        }
        RefOr::T(Schema::OneOf(one_of)) => {
            one_of.items.retain(|item| !is_null(item));
            if let [only] = one_of.items.as_slice() {
                *property = only.clone();
            }
        }
        RefOr::T(_) | RefOr::Ref(_) => {}
    }
}

fn is_null(schema: &RefOr<Schema>) -> bool {
    matches!(schema, RefOr::T(Schema::Object(object)) if object.schema_type == SchemaType::Type(Type::Null))
}
