//! The columns of a type, named once.

/// Makes the select list of a type, where it is named, the same list behind the alias of a table, and the function that reads both,
/// from its fields, each with its kind and its column.
///
/// Kinds: `id`, `optional_id`, `text`, `optional_text`, `parsed` (a text that stands for a value of the domain), `optional_parsed`,
/// `bool`, `integer`, `optional_integer`, `instant`, `optional_instant`, `optional_rate`; `ids` is a JSON array of ids. For
/// `derived_id`, `derived_rate` and `derived_parsed`, which may be NULL, the fragment of that name behind the alias is selected.
macro_rules! record {
    (
        $list:ident, $aliased:ident($alias:literal), $decode:ident -> $type:ident
        { $($field:ident: $kind:ident $column:ident),+ $(,)? }
    ) => {
        /// The columns that the decoder reads.
        pub(crate) const $list: &str = $crate::db::record::list!("", $($kind $column),+);
        $crate::db::record::record! { $aliased($alias), $decode -> $type { $($field: $kind $column),+ } }
    };
    (
        $aliased:ident($alias:literal), $decode:ident -> $type:ident
        { $($field:ident: $kind:ident $column:ident),+ $(,)? }
    ) => {
        /// The columns that the decoder reads, behind an alias.
        pub(crate) const $aliased: &str = $crate::db::record::list!($alias, $($kind $column),+);

        impl $crate::db::record::Width for $type {
            const WIDTH: usize = [$(stringify!($field)),+].len();
        }

        fn $decode(columns: &mut $crate::Columns) -> Result<$type, $crate::Error> {
            Ok($type { $($field: $crate::db::record::read!(columns, $kind)),+ })
        }
    };
}

/// How many columns a type is read from.
pub(crate) trait Width {
    /// So many.
    const WIDTH: usize;
}

macro_rules! list {
    ($alias:literal, $first_kind:ident $first:ident $(, $kind:ident $column:ident)*) => {
        concat!(
            $crate::db::record::open!($first_kind), $alias, stringify!($first), $crate::db::record::cast!($first_kind)
            $(
                , ", ", $crate::db::record::open!($kind), $alias, stringify!($column), $crate::db::record::cast!($kind)
            )*
        )
    };
}

macro_rules! open {
    (derived_id) => {
        "{"
    };
    (derived_rate) => {
        "{"
    };
    (derived_parsed) => {
        "{"
    };
    ($kind:ident) => {
        ""
    };
}

macro_rules! cast {
    (id) => {
        "::id"
    };
    (optional_id) => {
        "::id"
    };
    (derived_id) => {
        "}::id"
    };
    (derived_rate) => {
        "}"
    };
    (derived_parsed) => {
        "}"
    };
    (ids) => {
        "::text"
    };
    ($kind:ident) => {
        ""
    };
}

macro_rules! read {
    ($columns:ident, optional_rate) => {
        $columns
            .optional_integer()?
            .map(kronos_domain::HourlyRate::new)
            .transpose()
            .map_err(|error| $crate::Error::Internal(error.to_string()))?
    };
    ($columns:ident, derived_rate) => {
        $crate::db::record::read!($columns, optional_rate)
    };
    ($columns:ident, derived_id) => {
        $columns.optional_id()?
    };
    ($columns:ident, derived_parsed) => {
        $columns.optional_parsed()?
    };
    ($columns:ident, $kind:ident) => {
        $columns.$kind()?
    };
}

pub(crate) use {cast, list, open, read, record};
