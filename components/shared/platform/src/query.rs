//! Query parameters.

use std::{borrow::Cow, fmt::Display, str::FromStr};

use kronos_api::{Effect, Kind, Operation, Parameter};

use crate::{faults::Faults, problem::Problem};

/// The parameters of a request's query (`application/x-www-form-urlencoded`), under the names that the row of the operation gives
/// them. Whatever the row does not know has been refused.
#[derive(Debug, Clone, Default)]
pub struct Query {
    pairs: Vec<(Cow<'static, str>, String)>,
}

impl Query {
    pub(crate) fn parse(query: Option<&str>) -> Self {
        let pairs = form_urlencoded::parse(query.unwrap_or_default().as_bytes());
        Self { pairs: pairs.map(|(name, value)| (Cow::Owned(name.into_owned()), value.into_owned())).collect() }
    }

    /// Refuses a query that would not be read as it was meant.
    pub(crate) fn check(query: Option<&str>) -> Result<(), Problem> {
        let mut bytes = query.unwrap_or_default().bytes();
        let mut decoded = Vec::with_capacity(bytes.len());
        let digit = |byte: Option<u8>| char::from(byte?).to_digit(16);
        while let Some(byte) = bytes.next() {
            if byte != b'%' {
                decoded.push(byte);
                continue;
            }
            let value = digit(bytes.next()).zip(digit(bytes.next()));
            let value = value.and_then(|(high, low)| u8::try_from(high * 16 + low).ok());
            decoded.push(value.ok_or_else(|| {
                Problem::malformed(
                    "The query has a `%` without two hexadecimal digits behind it. The character itself is `%25`.",
                )
            })?);
        }
        match str::from_utf8(&decoded) {
            Ok(_) => Ok(()),
            Err(_) => Err(Problem::malformed("The query is not UTF-8 when its percent-encoding is undone.")),
        }
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.all(name).next().is_some()
    }

    /// Gives every parameter the name that the operation knows it by. Those that it does not know, that come too often, or that
    /// are accepted with another value only, are refused by name.
    pub(crate) fn of(mut self, operation: &Operation) -> Result<Self, Faults> {
        if operation.forwarded {
            return Ok(self);
        }
        let mut faults = Faults::default();
        let mut seen: Vec<&str> = Vec::new();
        for (name, value) in &mut self.pairs {
            let Some(parameter) = operation.parameters.iter().find(|parameter| parameter.is(name)) else {
                faults.add(name.clone(), "is not a parameter of this operation");
                continue;
            };
            if !parameter.repeats && seen.contains(&parameter.name) {
                faults.add(parameter.name, "may be given only once");
            }
            if let Effect::Only(only) = parameter.effect
                && *value != only
            {
                faults.add(parameter.name, wanted(operation, parameter, only));
            }
            // An empty text searches for nothing, and an empty cursor is the first page; a filter of another kind was to narrow.
            if value.is_empty() && parameter.effect == Effect::Applied && parameter.kind != Kind::Text {
                let remedy = if parameter.required { "" } else { ": leave it out instead" };
                faults.add(parameter.name, format_args!("must not be empty{remedy}"));
            }
            seen.push(parameter.name);
            *name = Cow::Borrowed(parameter.name);
        }
        faults.finish()?;
        Ok(self)
    }

    /// The value of a parameter that may come once. An empty value counts as absent.
    pub fn get(&self, name: &str) -> Result<Option<&str>, Problem> {
        let mut values = self.all(name);
        match (values.next(), values.next()) {
            (_, Some(_)) => Err(Problem::invalid(name, "may be given only once")),
            (value, None) => Ok(value.filter(|value| !value.is_empty())),
        }
    }

    /// The value of a parameter that may come once, as a `T` whose errors speak to clients.
    pub fn get_as<T: FromStr<Err: Display>>(&self, name: &str) -> Result<Option<T>, Problem> {
        let Some(value) = self.get(name)? else { return Ok(None) };
        value.parse().map(Some).map_err(|fault: T::Err| Problem::invalid(name, fault.to_string()))
    }

    /// The value of a parameter that the operation needs.
    pub fn required<T: FromStr<Err: Display>>(&self, name: &str) -> Result<T, Problem> {
        self.get_as(name)?.ok_or_else(|| Problem::invalid(name, "is required"))
    }

    /// `true` or `false`, also as `1` or `0`.
    pub fn flag(&self, name: &str) -> Result<Option<bool>, Problem> {
        match self.get(name)? {
            None => Ok(None),
            Some("true" | "1") => Ok(Some(true)),
            Some("false" | "0") => Ok(Some(false)),
            Some(_) => Err(Problem::invalid(name, "must be `true` or `false`")),
        }
    }

    /// A whole number of 0 or more.
    pub fn number(&self, name: &str) -> Result<Option<u64>, Problem> {
        let Some(value) = self.get(name)? else { return Ok(None) };
        // `parse` would take a sign.
        let number = Some(value).filter(|value| value.bytes().all(|byte| byte.is_ascii_digit()));
        let number = number.and_then(|value| value.parse().ok());
        number.map(Some).ok_or_else(|| Problem::invalid(name, "must be a whole number of 0 or more"))
    }

    /// One of several words, such as the order of a list.
    pub fn one_of<T: Copy>(&self, name: &str, words: &[(&str, T)]) -> Result<Option<T>, Problem> {
        let Some(value) = self.get(name)? else { return Ok(None) };
        let meant = words.iter().find(|(word, _)| *word == value).map(|(_, meant)| Some(*meant));
        meant.ok_or_else(|| {
            Problem::invalid(name, format!("must be {}", alternatives(words.iter().map(|(word, _)| *word))))
        })
    }

    /// A text of at most `longest` characters that a database can compare with.
    pub fn text(&self, name: &str, longest: usize) -> Result<Option<&str>, Problem> {
        let text = self.get(name)?;
        match text {
            Some(text) if text.contains('\0') => Err(Problem::invalid(name, "must not contain the character U+0000")),
            Some(text) if text.chars().count() > longest => {
                Err(Problem::invalid(name, format!("must not be longer than {longest} characters")))
            }
            _ => Ok(text),
        }
    }

    /// The values of a parameter that may come several times, or once with commas: sorted, each once, at most `most`.
    pub fn list_as<T: FromStr<Err: Display> + Ord>(&self, name: &str, most: usize) -> Result<Vec<T>, Problem> {
        let texts = self.all(name).flat_map(|value| value.split(',')).filter(|text| !text.is_empty());
        let values: Result<Vec<T>, T::Err> = texts.map(str::parse).collect();
        let mut values = values.map_err(|fault| Problem::invalid(name, fault.to_string()))?;
        if values.is_empty() && self.has(name) {
            return Err(Problem::invalid(name, "must not be empty: leave it out instead"));
        }
        values.sort_unstable();
        values.dedup();
        if values.len() > most {
            return Err(Problem::invalid(name, format!("must not have more than {most} values")));
        }
        Ok(values)
    }

    /// All parameters with their values.
    pub(crate) fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.pairs.iter().map(|(name, value)| (name.as_ref(), value.as_str()))
    }

    /// The values of a parameter that may come several times.
    pub fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        self.pairs.iter().filter(move |(have, _)| have == name).map(|(_, value)| value.as_str())
    }
}

/// What the one value of a parameter is, and for pages how to get to the others.
fn wanted(operation: &Operation, parameter: &Parameter, only: &str) -> String {
    let is_paged = operation.parameters.iter().any(|other| other.name == "cursor");
    match parameter.name {
        "page" if is_paged => format!("must be `{only}`: follow `cursor` to the other pages"),
        "page" => format!("must be `{only}`: there are no other pages"),
        _ => format!("must be `{only}`"),
    }
}

/// `a`, `b` or `c`.
fn alternatives<'a>(words: impl Iterator<Item = &'a str>) -> String {
    let words: Vec<String> = words.map(|word| format!("`{word}`")).collect();
    match words.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} or {last}", rest.join(", ")),
        _ => words.concat(),
    }
}

#[cfg(test)]
mod tests {
    use kronos_api::Access;

    use super::*;

    const LIST: Operation = Operation::new("list", "GET", "/things", Access::Token).query(&[
        Parameter::text("search", "x", "What to look for."),
        Parameter::id("member_ids", "Whose.").or(&["member_id", "member_ids[]"]).repeated(),
        Parameter::ignored("per_page", "100"),
        Parameter::only("page", "1"),
        Parameter::number("limit", "1", "How many."),
        Parameter::time("since", "", "From when on.").required(),
    ]);

    fn refused(query: &str) -> serde_json::Value {
        errors(Query::parse(Some(query)).of(&LIST).expect_err(query).into())
    }

    fn errors(problem: Problem) -> serde_json::Value {
        let (status, _, body) = problem.into_parts("");
        assert_eq!(status, 422);
        let body: serde_json::Value = serde_json::from_slice(&body).expect("JSON");
        body["errors"].clone()
    }

    #[test]
    fn values_are_decoded() {
        let query = Query::parse(Some("a=b+c%2Fd&e=&limit=5&x[]=1&x[]=2"));
        assert_eq!(query.get("a").ok(), Some(Some("b c/d")));
        assert_eq!(query.get("e").ok(), Some(None));
        assert_eq!(query.get("missing").ok(), Some(None));
        assert_eq!(query.number("limit").ok(), Some(Some(5)));
        assert_eq!(query.all("x[]").collect::<Vec<_>>(), ["1", "2"]);
    }

    const PAGED: Operation = LIST.query(&[Parameter::only("page", "1"), Parameter::text("cursor", "", "Where.")]);

    #[test]
    fn what_the_row_does_not_know_is_refused_by_name() {
        assert_eq!(
            refused("searhc=x&filter[archived]=true&search=x"),
            serde_json::json!({
                "searhc": ["is not a parameter of this operation"],
                "filter[archived]": ["is not a parameter of this operation"],
            })
        );
        assert_eq!(refused("search=x&search=y"), serde_json::json!({ "search": ["may be given only once"] }));
        for query in ["page=2", "page="] {
            assert_eq!(refused(query), serde_json::json!({ "page": ["must be `1`: there are no other pages"] }));
        }
        let told = errors(Query::parse(Some("page=2")).of(&PAGED).expect_err("refused").into());
        assert_eq!(told, serde_json::json!({ "page": ["must be `1`: follow `cursor` to the other pages"] }));
    }

    #[test]
    fn an_empty_filter_is_refused_unless_it_filters_nothing() {
        assert!(Query::parse(Some("search=&per_page=")).of(&LIST).is_ok());
        let empty = serde_json::json!(["must not be empty: leave it out instead"]);
        assert_eq!(
            refused("member_id=&limit=&since="),
            serde_json::json!({ "member_ids": empty, "limit": empty, "since": ["must not be empty"] })
        );
        let commas = Query::parse(Some("member_ids=,")).of(&LIST).expect("not empty");
        assert_eq!(
            errors(commas.list_as::<Word>("member_ids", 3).expect_err("nobody")),
            serde_json::json!({ "member_ids": empty })
        );
    }

    #[test]
    fn what_cannot_be_decoded_is_malformed() {
        for query in ["", "a=%C3%BC&b=%2B", "a=b+c", "a=%25", "ü=1"] {
            assert!(Query::check(Some(query)).is_ok(), "{query}");
        }
        for query in ["a=%", "a=%2", "a=100%", "a=%zz", "a=%+1", "a=%FF", "a=%C3&b=%BC"] {
            let problem = Query::check(Some(query)).expect_err(query);
            assert_eq!(problem.status(), 400, "{query}");
        }
    }

    #[test]
    fn what_the_row_knows_goes_by_one_name() {
        let query = Query::parse(Some("member_ids[]=3,1&member_id=2&member_ids=1&page=1&per_page=7&search=%C3%BC"));
        let query = query.of(&LIST).expect("known");
        assert_eq!(query.list_as::<Word>("member_ids", 3).ok(), Some(vec![Word(1), Word(2), Word(3)]));
        assert_eq!(query.text("search", 1).ok(), Some(Some("ü")));
        assert!(Query::parse(None).of(&LIST).is_ok());
    }

    #[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
    struct Word(u8);

    impl FromStr for Word {
        type Err = &'static str;

        fn from_str(text: &str) -> Result<Self, Self::Err> {
            text.parse().map(Self).map_err(|_| "must be a word")
        }
    }

    #[test]
    fn a_bad_value_is_named_for_what_it_is() {
        let query =
            Query::parse(Some("n=many&s=%2B5&big=99999999999999999999&f=perhaps&o=up&t=%00&l=abcd&m=1,x&m2=1,2,3&r="));
        let told = |name: &str, problem: Option<Problem>| {
            let errors = errors(problem.expect("a fault"));
            errors[name][0].as_str().expect("a message").to_owned()
        };
        for name in ["n", "s", "big"] {
            assert_eq!(told(name, query.number(name).err()), "must be a whole number of 0 or more");
        }
        assert_eq!(told("f", query.flag("f").err()), "must be `true` or `false`");
        let words = [("start", 1), ("-start", 2), ("end", 3)];
        assert_eq!(told("o", query.one_of("o", &words).err()), "must be `start`, `-start` or `end`");
        assert_eq!(told("t", query.text("t", 3).err()), "must not contain the character U+0000");
        assert_eq!(told("l", query.text("l", 3).err()), "must not be longer than 3 characters");
        assert_eq!(told("m", query.list_as::<Word>("m", 3).err()), "must be a word");
        assert_eq!(told("m2", query.list_as::<Word>("m2", 2).err()), "must not have more than 2 values");
        assert_eq!(told("r", query.required::<Word>("r").err()), "is required");
    }
}
