//! Templates render to what they spell out, and to nothing more.
#![no_main]

use std::convert::Infallible;

use kronos_host::config::template::Template;
use libfuzzer_sys::fuzz_target;

const VALUE: &str = "}}{{ v";

fn render(template: &Template, value: impl Fn(&str) -> String) -> String {
    match template.render(|name| Ok::<_, Infallible>(value(name))) {
        Ok(text) => text,
    }
}

fuzz_target!(|text: &str| {
    let Ok(template) = Template::parse(text) else {
        assert!(text.contains("{{"), "a text without expressions is refused");
        return;
    };
    assert_eq!(template.as_str(), text);
    assert_eq!(template.to_string(), text);
    let names: Vec<_> = template.variables().map(str::to_owned).collect();
    assert_eq!(template.is_literal(), !text.contains("{{"));
    assert_eq!(names.len(), text.matches("{{").count());

    // Values are text, whatever they look like.
    let empty = render(&template, |_| String::new());
    assert!(empty.len() + 5 * names.len() <= text.len(), "an expression is `{{{{a}}}}` at least");
    assert_eq!(render(&template, |_| VALUE.into()).len(), empty.len() + names.len() * VALUE.len());
    if template.is_literal() {
        assert_eq!(empty, text);
    }

    // Names are all that counts in an expression.
    let spelled = render(&template, |name| format!("{{{{{name}}}}}"));
    if let Ok(again) = Template::parse(&spelled)
        && again.variables().eq(names.iter().map(String::as_str))
    {
        let value = |name: &str| format!("<{name}>");
        assert_eq!(render(&again, value), render(&template, value));
    } else {
        assert!(text.contains("{{{") || text.contains("}}}"), "{spelled}");
    }

    // The first failure ends it.
    let mut asked = 0;
    let failed = template.render(|_| {
        asked += 1;
        Err::<String, _>(asked)
    });
    assert_eq!(failed.is_err(), !names.is_empty());
    assert!(asked <= 1);
});
