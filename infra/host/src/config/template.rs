//! Strings with `{{ name }}` expressions.

use std::fmt;

use super::names::variable_error;

/// A string with `{{ name }}` expressions over application variables.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template {
    source: String,
    parts: Vec<Part>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Literal(String),
    Variable(String),
}

/// Why a string is not a template.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum TemplateError {
    /// An expression is not closed.
    #[error("a `{{{{` has no `}}}}`")]
    Unclosed,
    /// An expression is not the name of a variable.
    #[error("`{0}` is not a variable name")]
    Name(String),
}

/// Why a variable has no value.
#[derive(Clone, Debug, thiserror::Error)]
pub enum Error {
    /// The name breaks the grammar `[a-z]([a-z0-9_]*[a-z0-9])?` without `__`.
    #[error("`{0}` is not a variable name")]
    InvalidName(String),
    /// Nobody has a value.
    #[error("no value for the variable `{0}`")]
    Undefined(String),
    /// A provider failed.
    #[error("{0}")]
    Provider(String),
}

impl Template {
    /// Reads a template.
    pub fn parse(source: &str) -> Result<Self, TemplateError> {
        let mut parts = Vec::new();
        let mut rest = source;
        while let Some((literal, expression)) = rest.split_once("{{") {
            let (name, after) = expression.split_once("}}").ok_or(TemplateError::Unclosed)?;
            let name = name.trim();
            if variable_error(name).is_some() {
                return Err(TemplateError::Name(name.into()));
            }
            if !literal.is_empty() {
                parts.push(Part::Literal(literal.into()));
            }
            parts.push(Part::Variable(name.into()));
            rest = after;
        }
        if !rest.is_empty() {
            parts.push(Part::Literal(rest.into()));
        }
        Ok(Self { source: source.into(), parts })
    }

    /// The template as written.
    pub fn as_str(&self) -> &str {
        &self.source
    }

    /// Whether it has no expression.
    pub fn is_literal(&self) -> bool {
        self.variables().next().is_none()
    }

    /// The variables that it uses.
    pub fn variables(&self) -> impl Iterator<Item = &str> {
        self.parts.iter().filter_map(|part| match part {
            Part::Literal(_) => None,
            Part::Variable(name) => Some(name.as_str()),
        })
    }

    /// The text with every variable replaced by what `value` answers.
    pub fn render<E>(&self, mut value: impl FnMut(&str) -> Result<String, E>) -> Result<String, E> {
        let mut text = String::new();
        for part in &self.parts {
            match part {
                Part::Literal(literal) => text.push_str(literal),
                Part::Variable(name) => text.push_str(&value(name)?),
            }
        }
        Ok(text)
    }
}

impl fmt::Display for Template {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.source)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn render(text: &str) -> String {
        let template = Template::parse(text).expect("a template");
        template.render(|name| Ok::<_, ()>(format!("<{name}>"))).expect("a value for every name")
    }

    #[test]
    fn expressions_are_replaced_and_the_rest_is_kept() {
        assert_eq!(render(""), "");
        assert_eq!(render("plain } { text }}"), "plain } { text }}");
        assert_eq!(render("a{{ b }}c{{d}}{{  e_1 }}"), "a<b>c<d><e_1>");
    }

    #[test]
    fn malformed_expressions_are_refused() {
        assert_eq!(Template::parse("{{ a }} {{ b"), Err(TemplateError::Unclosed));
        assert_eq!(Template::parse("{{ A }}"), Err(TemplateError::Name("A".into())));
        assert_eq!(Template::parse("{{}}"), Err(TemplateError::Name(String::new())));
    }

    #[test]
    fn variables_are_listed() {
        let template = Template::parse("{{ a }}-{{ b }}").expect("a template");
        assert_eq!(template.variables().collect::<Vec<_>>(), ["a", "b"]);
        assert!(!template.is_literal() && Template::parse("x").expect("a template").is_literal());
    }
}
