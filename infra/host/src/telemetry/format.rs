//! Log lines for people: time, level, and either a request, a component's message, or a message of the host.

use std::{
    fmt::{self, Write},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use tracing::{
    Event, Level, Subscriber,
    field::{Field, Visit},
};
use tracing_subscriber::{
    fmt::{FmtContext, FormatEvent, FormatFields, format::Writer},
    registry::LookupSpan,
};

use super::{COMPONENT_TARGET, REQUEST_TARGET};

const DIM: &str = "\x1b[2m";
const RED: &str = "\x1b[31m";
const GREEN: &str = "\x1b[32m";
const YELLOW: &str = "\x1b[33m";
const CYAN: &str = "\x1b[36m";
const RESET: &str = "\x1b[0m";

/// The format of a terminal.
pub(super) struct Terminal {
    pub(super) colours: bool,
}

impl<S, N> FormatEvent<S, N> for Terminal
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(&self, _: &FmtContext<'_, S, N>, mut writer: Writer<'_>, event: &Event<'_>) -> fmt::Result {
        #[expect(clippy::disallowed_methods, reason = "a log line shows when it was written, which decides nothing")]
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let mut fields = Fields::default();
        event.record(&mut fields);
        self.line(&mut writer, now, *event.metadata().level(), event.metadata().target(), &fields)
    }
}

impl Terminal {
    fn line(&self, out: &mut dyn Write, now: Duration, level: Level, target: &str, fields: &Fields) -> fmt::Result {
        let seconds = now.as_secs() % 86400;
        let time =
            format!("{:02}:{:02}:{:02}.{:03}Z", seconds / 3600, seconds / 60 % 60, seconds % 60, now.subsec_millis());
        self.paint(out, DIM, &time)?;
        out.write_char(' ')?;
        let colour = match level {
            Level::ERROR => RED,
            Level::WARN => YELLOW,
            Level::INFO => GREEN,
            Level::DEBUG | Level::TRACE => DIM,
        };
        self.paint(out, colour, &format!("{level:>5}"))?;
        out.write_char(' ')?;
        match target {
            REQUEST_TARGET => self.request(out, fields),
            COMPONENT_TARGET => {
                self.paint(out, CYAN, fields.get("component").unwrap_or("?"))?;
                write!(out, ": {}", fields.message)?;
                self.rest(out, fields, &["component", "stream"])
            }
            _ => {
                out.write_str(&fields.message)?;
                self.rest(out, fields, &[])
            }
        }?;
        out.write_char('\n')
    }

    /// `GET  200     1.2ms  /api/v1/... time-entries`, in columns.
    fn request(&self, out: &mut dyn Write, fields: &Fields) -> fmt::Result {
        let status = fields.get("status").unwrap_or("-");
        let colour = match status.as_bytes().first() {
            Some(b'2' | b'3') => GREEN,
            Some(b'4') => YELLOW,
            _ => RED,
        };
        write!(out, "{:<6} ", fields.get("method").unwrap_or("-"))?;
        self.paint(out, colour, status)?;
        let micros = fields.get("duration_us").and_then(|micros| micros.parse().ok()).unwrap_or_default();
        write!(out, " {:>9.1?}  {}", Duration::from_micros(micros), fields.get("path").unwrap_or("-"))?;
        if let Some(component) = fields.get("component") {
            out.write_str("  ")?;
            self.paint(out, CYAN, component)?;
        }
        if !fields.message.is_empty() {
            write!(out, "  {}", fields.message)?;
        }
        self.rest(out, fields, &["method", "path", "status", "duration_us", "component"])
    }

    fn rest(&self, out: &mut dyn Write, fields: &Fields, shown: &[&str]) -> fmt::Result {
        for (name, value) in fields.others.iter().filter(|(name, _)| !shown.contains(name)) {
            out.write_char(' ')?;
            self.paint(out, DIM, &format!("{name}={value}"))?;
        }
        Ok(())
    }

    fn paint(&self, out: &mut dyn Write, colour: &str, text: &str) -> fmt::Result {
        if self.colours { write!(out, "{colour}{text}{RESET}") } else { out.write_str(text) }
    }
}

/// The fields of an event; control characters are escaped, so that nobody can forge lines or colours.
#[derive(Default)]
struct Fields {
    message: String,
    others: Vec<(&'static str, String)>,
}

impl Fields {
    fn get(&self, name: &str) -> Option<&str> {
        self.others.iter().find(|(other, _)| *other == name).map(|(_, value)| value.as_str())
    }

    fn add(&mut self, field: &Field, value: &str) {
        let mut text = String::with_capacity(value.len());
        for character in value.chars() {
            if character.is_control() && character != '\t' && !(character == '\n' && field.name() == "message") {
                text.extend(character.escape_default());
            } else {
                text.push(character);
            }
        }
        if field.name() == "message" {
            self.message = text;
        } else if !text.is_empty() {
            self.others.push((field.name(), text));
        }
    }
}

impl Visit for Fields {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.add(field, value);
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.add(field, &format!("{value:?}"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(target: &str, message: &str, others: &[(&'static str, &str)]) -> String {
        let others = others.iter().map(|(name, value)| (*name, (*value).into())).collect();
        let fields = Fields { message: message.into(), others };
        let mut text = String::new();
        Terminal { colours: false }
            .line(&mut text, Duration::from_millis(86_400_000 + 3_723_045), Level::INFO, target, &fields)
            .expect("writing to a string");
        text
    }

    #[test]
    fn requests_stand_in_columns() {
        let fields = [
            ("method", "GET"),
            ("path", "/a"),
            ("status", "200"),
            ("duration_us", "12345"),
            ("component", "reports"),
            ("request_id", "r1"),
        ];
        assert_eq!(
            line(REQUEST_TARGET, "", &fields),
            "01:02:03.045Z  INFO GET    200    12.3ms  /a  reports request_id=r1\n"
        );
    }

    #[test]
    fn messages_of_components_name_them() {
        let fields = [("component", "identity"), ("stream", "stdout")];
        assert_eq!(line(COMPONENT_TARGET, "hello", &fields), "01:02:03.045Z  INFO identity: hello\n");
        assert_eq!(line("kronos_host", "hello", &[("a", "1")]), "01:02:03.045Z  INFO hello a=1\n");
    }

    #[test]
    fn nobody_can_forge_lines_or_colours() {
        tracing::subscriber::with_default(tracing_subscriber::registry(), || {
            let mut fields = Fields::default();
            let span = tracing::info_span!("s", path = tracing::field::Empty);
            let field = span.metadata().expect("an enabled span").fields().field("path").expect("the field");
            fields.add(&field, "/a\n\x1b[31mERROR");
            assert_eq!(fields.get("path"), Some("/a\\n\\u{1b}[31mERROR"));
        });
    }
}
