//! Parameters of queries.

/// What values a parameter takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Any text.
    Text,
    /// An RFC 3339 timestamp.
    Time,
    /// A whole number.
    Number,
    /// `true` or `false`.
    Flag,
    /// A UUID.
    Id,
    /// One of these.
    OneOf(&'static [&'static str]),
}

/// What a parameter does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// The handler reads it.
    Applied,
    /// Real clients send it without need: accepted without effect.
    Ignored,
    /// Accepted without effect when it has this value; with any other it would have to do something.
    Only(&'static str),
}

/// A parameter of the query of an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Parameter {
    /// Its name, which handlers ask for and errors carry.
    pub name: &'static str,
    /// Other names for the same, as clients of solidtime write them.
    pub aliases: &'static [&'static str],
    /// What it means, for people.
    pub about: &'static str,
    /// What values it takes.
    pub kind: Kind,
    /// Whether it may come several times.
    pub repeats: bool,
    /// Whether the operation needs it.
    pub required: bool,
    /// A value that is accepted; empty where only an earlier answer holds one.
    pub sample: &'static str,
    /// What it is when it is left out; empty where that is no value.
    pub default: &'static str,
    /// The smallest number.
    pub least: Option<u64>,
    /// The largest number, the most characters of a text, or how often a repeated one may come.
    pub most: Option<u64>,
    /// What it does.
    pub effect: Effect,
}

impl Parameter {
    const fn new(name: &'static str, kind: Kind, sample: &'static str, about: &'static str) -> Self {
        Self {
            name,
            aliases: &[],
            about,
            kind,
            repeats: false,
            required: false,
            sample,
            default: "",
            least: None,
            most: None,
            effect: Effect::Applied,
        }
    }

    /// A text.
    pub const fn text(name: &'static str, sample: &'static str, about: &'static str) -> Self {
        Self::new(name, Kind::Text, sample, about)
    }

    /// A timestamp.
    pub const fn time(name: &'static str, sample: &'static str, about: &'static str) -> Self {
        Self::new(name, Kind::Time, sample, about)
    }

    /// A whole number.
    pub const fn number(name: &'static str, sample: &'static str, about: &'static str) -> Self {
        Self::new(name, Kind::Number, sample, about)
    }

    /// A flag.
    pub const fn flag(name: &'static str, about: &'static str) -> Self {
        Self::new(name, Kind::Flag, "true", about)
    }

    /// An id.
    pub const fn id(name: &'static str, about: &'static str) -> Self {
        Self::new(name, Kind::Id, "01980f3c-5b1e-7d2a-9c3e-1f2a3b4c5d6e", about)
    }

    /// One of several words, of which the first is the sample, and the default unless it is required.
    pub const fn one_of(name: &'static str, words: &'static [&'static str], about: &'static str) -> Self {
        let sample = match words {
            [first, ..] => *first,
            [] => "",
        };
        Self { default: sample, ..Self::new(name, Kind::OneOf(words), sample, about) }
    }

    /// One that clients send without need.
    pub const fn ignored(name: &'static str, sample: &'static str) -> Self {
        let about = "Accepted without effect.";
        Self { effect: Effect::Ignored, ..Self::new(name, Kind::Text, sample, about) }
    }

    /// One that clients send without need when it has this value; other values are refused.
    pub const fn only(name: &'static str, value: &'static str) -> Self {
        let about = "Accepted without effect with this value only.";
        Self { effect: Effect::Only(value), ..Self::new(name, Kind::Text, value, about) }
    }

    /// The same under further names.
    #[must_use]
    pub const fn or(self, aliases: &'static [&'static str]) -> Self {
        Self { aliases, ..self }
    }

    /// The same, as often as one likes.
    #[must_use]
    pub const fn repeated(self) -> Self {
        Self { repeats: true, ..self }
    }

    /// The same, not to be left out.
    #[must_use]
    pub const fn required(self) -> Self {
        Self { required: true, default: "", ..self }
    }

    /// The same with a value for those who leave it out.
    #[must_use]
    pub const fn defaults_to(self, default: &'static str) -> Self {
        Self { default, ..self }
    }

    /// The same with a smallest and a largest number.
    #[must_use]
    pub const fn between(self, least: u64, most: u64) -> Self {
        Self { least: Some(least), most: Some(most), ..self }
    }

    /// The same with so many characters or values at most.
    #[must_use]
    pub const fn at_most(self, most: u64) -> Self {
        Self { most: Some(most), ..self }
    }

    /// Whether it goes by this name.
    pub fn is(&self, name: &str) -> bool {
        self.name == name || self.aliases.contains(&name)
    }
}
