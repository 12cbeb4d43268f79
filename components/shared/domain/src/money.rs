//! Money in integers.
//!
//! The rounding rule, stated once: work costs `seconds * rate / 3600` minor units, rounded half up, *per entry*; every total is
//! the sum of those rounded amounts, so that a report always equals the sum of its rows. A part of an entry costs what the entry
//! cost at the part's end minus what it cost at the part's start, so parts add up to the entry without a remainder.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::Seconds;

/// An amount in the smallest unit of a currency (cents).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct MinorUnits(pub i64);

impl std::iter::Sum for MinorUnits {
    fn sum<I: Iterator<Item = Self>>(iter: I) -> Self {
        Self(iter.fold(0, |sum, amount| sum.saturating_add(amount.0)))
    }
}

/// A price of work: minor units per hour, from 0 to [`HourlyRate::MAX`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct HourlyRate(i64);

/// A rate outside its bounds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be between 0 and 1000000000 minor units per hour")]
pub struct InvalidRate;

impl HourlyRate {
    /// With [`crate::Instant::MAX`] it keeps `seconds * rate` within 64 bits.
    pub const MAX: Self = Self(1_000_000_000);

    /// From minor units per hour.
    pub fn new(minor_units: i64) -> Result<Self, InvalidRate> {
        if (0..=Self::MAX.0).contains(&minor_units) { Ok(Self(minor_units)) } else { Err(InvalidRate) }
    }

    /// Minor units per hour.
    pub const fn minor_units(self) -> i64 {
        self.0
    }

    /// What that much work costs, rounded half up.
    pub fn cost(self, worked: Seconds) -> MinorUnits {
        let exact = i128::from(worked.count()) * i128::from(self.0);
        MinorUnits(i64::try_from((exact + 1800) / 3600).unwrap_or(i64::MAX))
    }

    /// What the part of an entry costs that lies between `from` and `to`, both counted from the entry's start.
    pub fn cost_of_part(self, from: Seconds, to: Seconds) -> MinorUnits {
        MinorUnits(self.cost(to).0 - self.cost(from).0)
    }
}

impl<'de> Deserialize<'de> for HourlyRate {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::new(i64::deserialize(deserializer)?).map_err(de::Error::custom)
    }
}

/// A currency by its code of three letters (ISO 4217), such as `EUR`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Currency([u8; 3]);

/// A text that is not a currency code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be a currency code such as `EUR`")]
pub struct InvalidCurrency;

/// Currencies that have a symbol of their own, or one that says whose it is.
const SYMBOLS: [(&[u8; 3], &str); 27] = [
    (b"AUD", "A$"),
    (b"BRL", "R$"),
    (b"CAD", "CA$"),
    (b"CNY", "CN¥"),
    (b"CRC", "₡"),
    (b"EUR", "€"),
    (b"GBP", "£"),
    (b"GEL", "₾"),
    (b"HKD", "HK$"),
    (b"ILS", "₪"),
    (b"INR", "₹"),
    (b"JPY", "¥"),
    (b"KRW", "₩"),
    (b"KZT", "₸"),
    (b"LAK", "₭"),
    (b"MNT", "₮"),
    (b"MXN", "MX$"),
    (b"NGN", "₦"),
    (b"NZD", "NZ$"),
    (b"PHP", "₱"),
    (b"PLN", "zł"),
    (b"PYG", "₲"),
    (b"TRY", "₺"),
    (b"TWD", "NT$"),
    (b"UAH", "₴"),
    (b"USD", "$"),
    (b"VND", "₫"),
];

impl Currency {
    /// How it is written in short; its code where it has no symbol.
    pub fn symbol(self) -> String {
        let symbol = SYMBOLS.iter().find(|(code, _)| **code == self.0).map(|(_, symbol)| *symbol);
        symbol.map_or_else(|| self.to_string(), str::to_owned)
    }
}

impl FromStr for Currency {
    type Err = InvalidCurrency;

    fn from_str(text: &str) -> Result<Self, InvalidCurrency> {
        let code: [u8; 3] = text.as_bytes().try_into().map_err(|_| InvalidCurrency)?;
        if code.iter().all(u8::is_ascii_uppercase) { Ok(Self(code)) } else { Err(InvalidCurrency) }
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&String::from_utf8_lossy(&self.0))
    }
}

impl Serialize for Currency {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Currency {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::Instant;

    fn rate(minor_units: i64) -> HourlyRate {
        HourlyRate::new(minor_units).expect("a rate")
    }

    #[test]
    fn half_a_minor_unit_rounds_up() {
        // 1 second at 1800 per hour is half a cent.
        assert_eq!(rate(1800).cost(Seconds::new(1)), MinorUnits(1));
        assert_eq!(rate(1799).cost(Seconds::new(1)), MinorUnits(0));
        assert_eq!(rate(10_000).cost(Seconds::new(29_520)), MinorUnits(82_000));
    }

    #[test]
    fn the_longest_entry_at_the_highest_rate_fits_into_64_bits() {
        let longest = Instant::MAX.seconds();
        assert!(
            longest.checked_mul(HourlyRate::MAX.minor_units()).and_then(|product| product.checked_add(1800)).is_some()
        );
    }

    #[test]
    fn rates_have_bounds() {
        assert_eq!(HourlyRate::new(-1), Err(InvalidRate));
        assert_eq!(HourlyRate::new(1_000_000_001), Err(InvalidRate));
        assert!(serde_json::from_str::<HourlyRate>("12.5").is_err());
    }

    #[test]
    fn currencies_are_three_capital_letters() {
        assert_eq!("EUR".parse::<Currency>().map(|currency| currency.to_string()).as_deref(), Ok("EUR"));
        for text in ["", "eur", "EURO", "E1R", "€"] {
            assert_eq!(text.parse::<Currency>(), Err(InvalidCurrency), "{text}");
        }
    }

    #[test]
    fn a_currency_without_a_symbol_is_written_as_its_code() {
        let symbol = |code: &str| code.parse::<Currency>().map(Currency::symbol);
        assert_eq!((symbol("EUR"), symbol("CHF")), (Ok("€".to_owned()), Ok("CHF".to_owned())));
    }

    proptest! {
        #[test]
        fn the_parts_of_an_entry_cost_what_the_entry_costs(
            minor_units in 0..=HourlyRate::MAX.minor_units(),
            mut cuts in prop::collection::vec(0..=1_000_000_i64, 1..20),
        ) {
            let rate = rate(minor_units);
            cuts.sort_unstable();
            let total = Seconds::new(cuts[cuts.len() - 1]);
            cuts.insert(0, 0);
            let parts: MinorUnits =
                cuts.windows(2).map(|cut| rate.cost_of_part(Seconds::new(cut[0]), Seconds::new(cut[1]))).sum();
            prop_assert_eq!(parts, rate.cost(total));
        }

        #[test]
        fn rounding_is_off_by_half_a_unit_at_most(minor_units in 0..=1_000_000_i64, seconds in 0..=1_000_000_i64) {
            let cost = rate(minor_units).cost(Seconds::new(seconds)).0;
            prop_assert!((cost * 3600 - minor_units * seconds).abs() <= 1800);
        }
    }
}
