//! JSON schemas of the types, for the OpenAPI document. Components are built without them.

/// A type that the document can describe.
#[cfg(feature = "schema")]
pub trait Described: schemars::JsonSchema {}
#[cfg(feature = "schema")]
impl<T: schemars::JsonSchema> Described for T {}

/// A type that the document can describe.
#[cfg(not(feature = "schema"))]
pub trait Described {}
#[cfg(not(feature = "schema"))]
impl<T> Described for T {}

#[cfg(feature = "schema")]
pub use described::{BodyType, Types, schema_of};

#[cfg(feature = "schema")]
mod described {
    use schemars::{JsonSchema, Schema, SchemaGenerator};
    use serde::de::DeserializeOwned;

    /// Makes the schema of a type.
    pub type Describe = fn(&mut SchemaGenerator) -> Schema;

    /// The types of an operation.
    #[derive(Debug, Clone, Copy)]
    pub struct Types {
        /// Of the body that is sent.
        pub body: Option<BodyType>,
        /// Of the answer.
        pub answer: Option<Describe>,
    }

    impl Types {
        pub(crate) const NONE: Self = Self { body: None, answer: None };
    }

    /// The type of a body.
    #[derive(Debug, Clone, Copy)]
    pub struct BodyType {
        /// Its schema.
        pub schema: Describe,
        /// Reads a text as the type, for the test of the samples.
        pub read: fn(&str) -> Result<(), String>,
    }

    impl BodyType {
        pub(crate) const fn of<T: JsonSchema + DeserializeOwned>() -> Self {
            Self { schema: schema_of::<T>, read: read::<T> }
        }
    }

    /// The schema of a type, by reference where it has a name.
    pub fn schema_of<T: JsonSchema>(generator: &mut SchemaGenerator) -> Schema {
        generator.subschema_for::<T>()
    }

    fn read<T: DeserializeOwned>(text: &str) -> Result<(), String> {
        serde_json::from_str::<T>(text).map(drop).map_err(|error| error.to_string())
    }
}
