//! For the fuzz targets `numeric`, `postgres_values` and `words`.

use bytes::BytesMut;
pub use tokio_postgres::types::Type;
use tokio_postgres::types::{IsNull, ToSql as _};

use super::{decode, encode::Parameter, numeric, profile::Profile, routines::Routines, words::Words};

pub use super::bindings::wit::{DbValue, Interval, ParameterValue, RangeBoundKind};

/// The words of a statement, each with how many bytes are left behind it.
pub fn words(sql: &str) -> Vec<(&str, usize)> {
    let mut words = Words(sql);
    std::iter::from_fn(|| words.next().map(|word| (word, words.0.len()))).collect()
}

/// Whether a statement shares connections, when no routine of the database touches its session.
pub fn is_plain(sql: &str) -> bool {
    Profile::of(sql, &Routines::of(&[""; 0])).is_plain
}

/// The text of a `numeric`.
pub fn read_numeric(bytes: &[u8]) -> Option<String> {
    numeric::read(bytes)
}

/// The `numeric` that a text spells.
pub fn write_numeric(text: &str) -> Option<Vec<u8>> {
    let mut out = BytesMut::new();
    numeric::write(text, &mut out).map(|()| out.to_vec())
}

/// A value as guests see it.
pub fn decode(ty: &Type, raw: &[u8], spin_exact: bool) -> Result<DbValue, &'static str> {
    decode::value(ty, raw, spin_exact)
}

/// A parameter as PostgreSQL reads it; `None` for null, an error when it is not one of that type.
pub fn encode(value: ParameterValue, ty: &Type) -> Result<Option<Vec<u8>>, String> {
    let mut out = BytesMut::new();
    match Parameter(value).to_sql(ty, &mut out) {
        Ok(IsNull::No) => Ok(Some(out.to_vec())),
        Ok(IsNull::Yes) => Ok(None),
        Err(error) => Err(error.to_string()),
    }
}
