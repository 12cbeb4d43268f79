//! Query parameters.

use std::borrow::Cow;
use std::fmt::Display;
use std::str::FromStr;

use crate::problem::Problem;

/// The parameters of a request's query (`application/x-www-form-urlencoded`).
#[derive(Debug, Clone, Default)]
pub struct Query {
    pairs: Vec<(String, String)>,
}

impl Query {
    pub(crate) fn parse(query: Option<&str>) -> Self {
        let pairs = form_urlencoded::parse(query.unwrap_or_default().as_bytes());
        Self { pairs: pairs.map(|(name, value)| (Cow::into_owned(name), Cow::into_owned(value))).collect() }
    }

    /// The value of a parameter that may come once. An empty value counts as absent.
    pub fn get(&self, name: &str) -> Result<Option<&str>, Problem> {
        let mut values = self.all(name);
        match (values.next(), values.next()) {
            (_, Some(_)) => Err(Problem::invalid(name, "may be given only once")),
            (value, None) => Ok(value.filter(|value| !value.is_empty())),
        }
    }

    /// The value of a parameter that may come once, as a `T`.
    pub fn get_as<T>(&self, name: &str) -> Result<Option<T>, Problem>
    where
        T: FromStr,
        T::Err: Display,
    {
        self.get(name)?
            .map(|value| value.parse().map_err(|error: T::Err| Problem::invalid(name, error.to_string())))
            .transpose()
    }

    /// The values of a parameter that may come several times.
    pub fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        self.pairs.iter().filter(move |(have, _)| have == name).map(|(_, value)| value.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_decoded() {
        let query = Query::parse(Some("a=b+c%2Fd&e=&limit=5&x[]=1&x[]=2"));
        assert_eq!(query.get("a").ok(), Some(Some("b c/d")));
        assert_eq!(query.get("e").ok(), Some(None));
        assert_eq!(query.get("missing").ok(), Some(None));
        assert_eq!(query.get_as::<u32>("limit").ok(), Some(Some(5)));
        assert_eq!(query.all("x[]").collect::<Vec<_>>(), ["1", "2"]);
    }

    #[test]
    fn a_bad_value_is_named() {
        let query = Query::parse(Some("limit=many&a=1&a=2"));
        for problem in [query.get_as::<u32>("limit").err(), query.get("a").err()] {
            assert_eq!(problem.map(|problem| problem.status().as_u16()), Some(422));
        }
    }
}
