//! What is wrong in a manifest.

use std::collections::BTreeMap;

use toml::Spanned;

use crate::config::{
    diagnostic::{Diagnostic, SourceFile},
    template::Template,
};

/// Collects findings, so that one run of the program shows all of them.
pub(super) struct Findings<'a> {
    pub(super) source: &'a SourceFile,
    pub(super) errors: Vec<Diagnostic>,
    pub(super) warnings: Vec<Diagnostic>,
}

impl Findings<'_> {
    pub(super) fn error<T>(&mut self, at: &Spanned<T>, message: impl Into<String>, remedy: impl Into<String>) {
        self.errors.push(self.source.at(at.span(), message, remedy));
    }

    pub(super) fn warning<T>(&mut self, at: &Spanned<T>, message: impl Into<String>, remedy: impl Into<String>) {
        self.warnings.push(self.source.at(at.span(), message, remedy));
    }

    /// Parses a template and checks that its variables are declared.
    pub(super) fn template<V>(&mut self, text: &Spanned<String>, declared: &BTreeMap<String, V>) -> Option<Template> {
        match Template::parse(text.get_ref()) {
            Ok(template) => {
                for name in template.variables().filter(|name| !declared.contains_key(*name)) {
                    self.error(
                        text,
                        format!("the template uses the variable `{name}`, which is not declared"),
                        format!("Add `{name} = {{ default = \"...\" }}` (or `required = true`) under [variables]."),
                    );
                }
                Some(template)
            }
            Err(error) => {
                self.error(text, error.to_string(), "An expression is `{{ name }}`.");
                None
            }
        }
    }
}
