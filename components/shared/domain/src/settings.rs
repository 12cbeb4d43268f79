//! How an organization, and a person in it, want to see things.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// Makes enums that are stored and sent as words.
macro_rules! words {
    ($($(#[$doc:meta])* $name:ident ($unknown:ident, $fault:literal) { $($(#[$of:meta])* $variant:ident = $word:literal,)+ })+) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
        pub enum $name {
            $($(#[$of])* #[serde(rename = $word)] $variant,)+
        }

        impl $name {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// As it is stored and sent.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)+
                }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.name())
            }
        }

        impl FromStr for $name {
            type Err = $unknown;

            fn from_str(word: &str) -> Result<Self, $unknown> {
                Self::ALL.iter().copied().find(|value| value.name() == word).ok_or($unknown)
            }
        }

        #[doc = concat!("No [`", stringify!($name), "`] of that name.")]
        #[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
        #[error($fault)]
        pub struct $unknown;

        #[cfg(feature = "schema")]
        impl schemars::JsonSchema for $name {
            fn inline_schema() -> bool {
                true
            }

            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!({ "type": "string", "enum": [$($word),+] })
            }
        }
    )+};
}

words! {
    /// The day on which weeks begin.
    WeekStart (UnknownWeekStart, "must be a day of the week such as `monday`") {
        /// Monday, as ISO 8601 has it.
        Monday = "monday",
        /// Tuesday.
        Tuesday = "tuesday",
        /// Wednesday.
        Wednesday = "wednesday",
        /// Thursday.
        Thursday = "thursday",
        /// Friday.
        Friday = "friday",
        /// Saturday.
        Saturday = "saturday",
        /// Sunday.
        Sunday = "sunday",
    }

    /// What separates thousands and decimals.
    NumberFormat (
        UnknownNumberFormat,
        "must be `point-comma`, `comma-point`, `space-comma`, `space-point` or `apostrophe-point`"
    ) {
        /// 1.234,56
        PointComma = "point-comma",
        /// 1,234.56
        CommaPoint = "comma-point",
        /// 1 234,56
        SpaceComma = "space-comma",
        /// 1 234.56
        SpacePoint = "space-point",
        /// 1'234.56
        ApostrophePoint = "apostrophe-point",
    }

    /// Where the currency stands.
    CurrencyFormat (
        UnknownCurrencyFormat,
        "must be `iso-code-before-with-space`, `iso-code-after-with-space`, `symbol-before`, `symbol-after`, \
         `symbol-before-with-space` or `symbol-after-with-space`"
    ) {
        /// EUR 1
        IsoCodeBeforeWithSpace = "iso-code-before-with-space",
        /// 1 EUR
        IsoCodeAfterWithSpace = "iso-code-after-with-space",
        /// €1
        SymbolBefore = "symbol-before",
        /// 1€
        SymbolAfter = "symbol-after",
        /// € 1
        SymbolBeforeWithSpace = "symbol-before-with-space",
        /// 1 €
        SymbolAfterWithSpace = "symbol-after-with-space",
    }

    /// How dates are written.
    DateFormat (
        UnknownDateFormat,
        "must be `point-separated-d-m-yyyy`, `slash-separated-mm-dd-yyyy`, `slash-separated-dd-mm-yyyy`, \
         `hyphen-separated-dd-mm-yyyy`, `hyphen-separated-mm-dd-yyyy` or `hyphen-separated-yyyy-mm-dd`"
    ) {
        /// 4.3.2026
        PointSeparatedDMYyyy = "point-separated-d-m-yyyy",
        /// 03/04/2026
        SlashSeparatedMmDdYyyy = "slash-separated-mm-dd-yyyy",
        /// 04/03/2026
        SlashSeparatedDdMmYyyy = "slash-separated-dd-mm-yyyy",
        /// 04-03-2026
        HyphenSeparatedDdMmYyyy = "hyphen-separated-dd-mm-yyyy",
        /// 03-04-2026
        HyphenSeparatedMmDdYyyy = "hyphen-separated-mm-dd-yyyy",
        /// 2026-03-04
        HyphenSeparatedYyyyMmDd = "hyphen-separated-yyyy-mm-dd",
    }

    /// How durations are written.
    IntervalFormat (
        UnknownIntervalFormat,
        "must be `decimal`, `hours-minutes`, `hours-minutes-colon-separated` or `hours-minutes-seconds-colon-separated`"
    ) {
        /// 1.50
        Decimal = "decimal",
        /// 1h 30m
        HoursMinutes = "hours-minutes",
        /// 1:30
        HoursMinutesColonSeparated = "hours-minutes-colon-separated",
        /// 1:30:00
        HoursMinutesSecondsColonSeparated = "hours-minutes-seconds-colon-separated",
    }

    /// How times of day are written.
    TimeFormat (UnknownTimeFormat, "must be `12-hours` or `24-hours`") {
        /// 2:30 PM
        TwelveHours = "12-hours",
        /// 14:30
        TwentyFourHours = "24-hours",
    }

    /// What becomes of an entry that overlaps another one of the same member.
    OverlapPolicy (UnknownOverlapPolicy, "must be `allow`, `warn` or `forbid`") {
        /// It is recorded.
        Allow = "allow",
        /// It is recorded, and clients are told.
        Warn = "warn",
        /// It is refused.
        Forbid = "forbid",
    }

    /// The language of a person.
    Language (UnknownLanguage, "must be `en` or `fr`") {
        /// English.
        English = "en",
        /// French.
        French = "fr",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_read_as_written() {
        for format in DateFormat::ALL {
            assert_eq!(format.name().parse(), Ok(*format));
            assert_eq!(serde_json::to_value(format).ok(), Some(format.name().into()));
        }
        assert_eq!("Monday".parse::<WeekStart>(), Err(UnknownWeekStart));
        assert_eq!(OverlapPolicy::ALL.len(), 3);
    }
}
