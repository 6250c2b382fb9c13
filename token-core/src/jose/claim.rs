//! One value of a JSON object, read lazily: its type first, its meaning when a rule asks.
//!
//! Times follow RFC 7519 section 2 (NumericDate) and ruling 1: whole seconds, one spelling.

use std::borrow::Cow;
use std::fmt;

use super::json::{Members, Reader, Text};
use crate::budget::Budget;
use crate::time::UnixTime;

/// The types of JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum JsonType {
    /// `null`
    Null,
    /// `true` or `false`
    Bool,
    /// A number of any form.
    Number,
    /// A string.
    String,
    /// An array.
    Array,
    /// An object.
    Object,
}

impl JsonType {
    /// Tells the type of well-formed JSON by its first byte.
    pub(crate) fn of(json: &str) -> Option<Self> {
        Some(match json.as_bytes().first()? {
            b'{' => Self::Object,
            b'[' => Self::Array,
            b'"' => Self::String,
            b't' | b'f' => Self::Bool,
            b'n' => Self::Null,
            b'-' | b'0'..=b'9' => Self::Number,
            _ => return None,
        })
    }

    /// Names the type with its article: `a string`.
    #[must_use]
    pub const fn with_article(self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool => "a boolean",
            Self::Number => "a number",
            Self::String => "a string",
            Self::Array => "an array",
            Self::Object => "an object",
        }
    }
}

/// The value of a claim or header member, or its absence. Borrows the JSON text.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub struct Claim<'a> {
    /// Well-formed JSON, since it was cut out by the JSON reader.
    json: Option<&'a str>,
    /// Whether there is a backslash in it: known once, asked often.
    escaped: bool,
}

impl<'a> Claim<'a> {
    /// A claim that is not there.
    pub const ABSENT: Self = Self { json: None, escaped: false };

    pub(crate) fn present(json: &'a str) -> Self {
        Self { json: Some(json), escaped: memchr::memchr(b'\\', json.as_bytes()).is_some() }
    }

    /// Takes the text of a value that has no backslash in it.
    pub(super) const fn plain(json: &'a str) -> Self {
        Self { json: Some(json), escaped: false }
    }

    /// Returns whether the claim is there, with whatever value.
    #[must_use]
    pub const fn is_present(&self) -> bool {
        self.json.is_some()
    }

    /// Returns the JSON text of the value.
    #[must_use]
    pub const fn json(&self) -> Option<&'a str> {
        self.json
    }

    /// Returns the type of the value.
    #[must_use]
    pub fn json_type(&self) -> Option<JsonType> {
        self.json.and_then(JsonType::of)
    }

    /// Returns the value of a string; borrowed, unless it is spelled with escapes.
    #[must_use]
    #[inline]
    pub fn text(&self) -> Option<Cow<'a, str>> {
        if self.escaped { self.unescaped().map(Cow::Owned) } else { quoted(self.json?).map(Cow::Borrowed) }
    }

    #[cold]
    fn unescaped(&self) -> Option<String> {
        serde_json::from_str(self.json?).ok()
    }

    /// Returns whether this is a string that stands for a text: one with half a surrogate pair does not.
    #[inline]
    pub(crate) fn is_text(&self) -> bool {
        let is_string = self.json.is_some_and(|json| json.starts_with('"'));
        is_string && (!self.escaped || self.unescaped().is_some())
    }

    /// Returns whether this is a string with exactly this value.
    #[must_use]
    pub fn is(&self, value: &str) -> bool {
        self.satisfies(|text| text == value)
    }

    /// Returns whether this is a string with this value, in any ASCII letter case.
    #[must_use]
    pub fn is_ignoring_case(&self, value: &str) -> bool {
        self.satisfies(|text| text.eq_ignore_ascii_case(value))
    }

    #[inline]
    fn satisfies(&self, predicate: impl FnOnce(&str) -> bool) -> bool {
        if self.escaped {
            self.unescaped().is_some_and(|text| predicate(&text))
        } else {
            self.json.and_then(quoted).is_some_and(predicate)
        }
    }

    /// Hands each string of an array to `each`; a string counts as an array of itself.
    ///
    /// Returns whether all elements were strings.
    pub fn for_each_text(&self, mut each: impl FnMut(&str)) -> bool {
        if let Some(text) = self.text() {
            each(&text);
            return true;
        }
        self.json_type() == Some(JsonType::Array) && {
            let mut all = true;
            let _ =
                super::json::elements(self.json.unwrap_or_default(), &mut |raw| match Claim::present(raw)
                    .text()
                {
                    Some(text) => each(&text),
                    None => all = false,
                });
            all
        }
    }

    /// Returns whether a string, or one string of an array, satisfies the predicate.
    pub fn any_text(&self, mut predicate: impl FnMut(&str) -> bool) -> bool {
        let mut found = false;
        self.for_each_text(|text| found |= predicate(text)) && found
    }

    /// Reads the value as a point in time.
    #[must_use]
    pub fn time(&self) -> TimeClaim {
        let Some(json) = self.json else { return TimeClaim::Absent };
        let read = match self.json_type() {
            Some(JsonType::Number) => number(json).map(|at| (at, TimeSpelling::Number)),
            // A string with escapes is no string of digits; its JSON text says so as well as its value.
            Some(JsonType::String) => {
                digits(quoted(json).unwrap_or_default()).map(|at| (at, TimeSpelling::Text))
            }
            Some(other) => Err(TimeAnomaly::WrongType(other)),
            None => Err(TimeAnomaly::WrongType(JsonType::Null)),
        };
        match read {
            Ok((at, spelling)) => TimeClaim::At(at, spelling),
            Err(anomaly) => TimeClaim::Anomalous(anomaly),
        }
    }

    /// Reads the value as an object nested in the claims.
    pub(crate) fn object(&self, budget: &Budget, members: &mut impl Members<'a>) -> Option<()> {
        let json = self.json.filter(|_| self.json_type() == Some(JsonType::Object))?;
        Reader::new(budget).object(Text::nested(json), members).ok()
    }
}

/// Shows only the type: the value may be a token or a secret.
impl fmt::Debug for Claim<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.json_type().map_or("absent", JsonType::with_article))
    }
}

/// A claim that is to be a point in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimeClaim {
    /// The claim is not there.
    Absent,
    /// A time, and how it is spelled.
    At(UnixTime, TimeSpelling),
    /// Something that libraries read differently.
    Anomalous(TimeAnomaly),
}

impl TimeClaim {
    /// Returns the time, if there is a sound one.
    #[must_use]
    pub const fn value(self) -> Option<UnixTime> {
        match self {
            Self::At(at, _) => Some(at),
            Self::Absent | Self::Anomalous(_) => None,
        }
    }
}

/// How a time is spelled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimeSpelling {
    /// As a JSON number, which RFC 7519 demands.
    Number,
    /// As a JSON string of digits, which Exchange and SharePoint write.
    Text,
}

/// What is wrong with a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TimeAnomaly {
    /// Neither a number nor a string.
    WrongType(JsonType),
    /// An empty string.
    Empty,
    /// A plus or minus sign.
    Sign,
    /// A decimal point.
    Fraction,
    /// An exponent.
    Exponent,
    /// A zero before other digits.
    LeadingZero,
    /// A number of milliseconds: 13 digits.
    Milliseconds,
    /// After the year 9999, and not milliseconds.
    TooLarge,
    /// Beyond 2^53, where readers that use floating point lose digits.
    Unsafe,
    /// A string with something else than digits in it.
    NotDigits,
}

impl TimeAnomaly {
    /// Says what was found.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::WrongType(json_type) => json_type.with_article(),
            Self::Empty => "an empty string",
            Self::Sign => "a sign",
            Self::Fraction => "a fraction",
            Self::Exponent => "an exponent",
            Self::LeadingZero => "a leading zero",
            Self::Milliseconds => "13 digits: milliseconds",
            Self::TooLarge => "a time after the year 9999",
            Self::Unsafe => "a number beyond 2^53",
            Self::NotDigits => "a string with other characters than digits",
        }
    }
}

/// What stands between the quotes of a JSON string.
fn quoted(json: &str) -> Option<&str> {
    json.strip_prefix('"')?.strip_suffix('"')
}

/// Reads a JSON number, whose syntax is already known to be right.
fn number(json: &str) -> Result<UnixTime, TimeAnomaly> {
    digits(json).map_err(|anomaly| {
        if json.contains(['e', 'E']) {
            TimeAnomaly::Exponent
        } else if json.contains('.') {
            TimeAnomaly::Fraction
        } else {
            anomaly
        }
    })
}

fn digits(text: &str) -> Result<UnixTime, TimeAnomaly> {
    /// Digits of the last second of the year 9999.
    const MOST: usize = 12;
    if text.len() > MOST || !matches!(text.as_bytes(), [_] | [b'1'..=b'9', ..]) {
        return Err(anomaly(text));
    }
    let mut secs = 0_u64;
    for byte in text.bytes() {
        if !byte.is_ascii_digit() {
            return Err(anomaly(text));
        }
        // So few digits do not wrap.
        secs = secs.wrapping_mul(10).wrapping_add(u64::from(byte & 0x0f));
    }
    if secs > UnixTime::MAX.as_secs() {
        return Err(anomaly(text));
    }
    Ok(UnixTime::from_secs(secs))
}

/// Says why a text is not that of a time.
#[cold]
fn anomaly(text: &str) -> TimeAnomaly {
    const LAST_SAFE_INTEGER: u64 = 1 << 53;
    const FIRST_WITH_13_DIGITS: u64 = 1_000_000_000_000;
    const FIRST_WITH_14_DIGITS: u64 = 10_000_000_000_000;
    if text.is_empty() {
        return TimeAnomaly::Empty;
    }
    if let Some(unsigned) = text.strip_prefix(['+', '-']) {
        let number = !unsigned.is_empty() && unsigned.bytes().all(|b| b.is_ascii_digit());
        return if number { TimeAnomaly::Sign } else { TimeAnomaly::NotDigits };
    }
    if !text.bytes().all(|b| b.is_ascii_digit()) {
        return match text.parse::<f64>() {
            Ok(_) if text.contains(['e', 'E']) => TimeAnomaly::Exponent,
            Ok(_) if text.contains('.') => TimeAnomaly::Fraction,
            _ => TimeAnomaly::NotDigits,
        };
    }
    if text.starts_with('0') {
        return TimeAnomaly::LeadingZero;
    }
    match text.parse::<u64>() {
        Ok(FIRST_WITH_13_DIGITS..FIRST_WITH_14_DIGITS) => TimeAnomaly::Milliseconds,
        Ok(secs) if secs <= LAST_SAFE_INTEGER => TimeAnomaly::TooLarge,
        _ => TimeAnomaly::Unsafe,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn time(json: &'static str) -> TimeClaim {
        Claim::present(json).time()
    }

    #[test]
    fn time_both_spellings_read() {
        let at = UnixTime::from_secs(1_323_380_070);
        assert_eq!(time("1323380070"), TimeClaim::At(at, TimeSpelling::Number));
        assert_eq!(time("\"1323380070\""), TimeClaim::At(at, TimeSpelling::Text));
        assert_eq!(time("0"), TimeClaim::At(UnixTime::from_secs(0), TimeSpelling::Number));
        assert_eq!(time("253402300799"), TimeClaim::At(UnixTime::MAX, TimeSpelling::Number));
        assert_eq!(Claim::ABSENT.time(), TimeClaim::Absent);
    }

    #[test]
    fn time_each_anomaly_named() {
        use TimeAnomaly::*;
        let cases = [
            ("-1", Sign),
            ("-0", Sign),
            ("\"+1323380070\"", Sign),
            ("\"-1\"", Sign),
            ("1.0", Fraction),
            ("\"1323380070.5\"", Fraction),
            ("1e9", Exponent),
            ("1E+9", Exponent),
            ("1e300", Exponent),
            ("\"1e9\"", Exponent),
            ("\"01323380070\"", LeadingZero),
            ("1323380070000", Milliseconds),
            ("\"1323380070000\"", Milliseconds),
            ("253402300800", TooLarge),
            ("9007199254740992", TooLarge),
            ("9007199254740993", Unsafe),
            ("99999999999999999999999", Unsafe),
            ("\"\"", Empty),
            ("\" 1323380070\"", NotDigits),
            ("\"\\u0031323380070\"", NotDigits),
            ("\"0x10\"", NotDigits),
            ("\"nan\"", NotDigits),
            ("null", WrongType(JsonType::Null)),
            ("[1]", WrongType(JsonType::Array)),
            ("true", WrongType(JsonType::Bool)),
        ];
        for (json, anomaly) in cases {
            assert_eq!(time(json), TimeClaim::Anomalous(anomaly), "{json}");
        }
    }

    #[test]
    fn text_escapes_resolved_and_plain_text_borrowed() {
        assert!(matches!(Claim::present("\"abc\"").text(), Some(Cow::Borrowed("abc"))));
        assert_eq!(Claim::present(r#""a\u0062c""#).text().unwrap(), "abc");
        assert_eq!(Claim::present("17").text(), None);
        assert!(Claim::present("\"Bearer\"").is_ignoring_case("bearer"));
    }

    #[test]
    fn for_each_text_array_of_strings_only() {
        let mut seen = Vec::new();
        assert!(Claim::present(r#"["a","b"]"#).for_each_text(|text| seen.push(text.to_owned())));
        assert_eq!(seen, ["a", "b"]);
        assert!(!Claim::present(r#"["a",1]"#).for_each_text(|_| {}));
        assert!(!Claim::present("{}").for_each_text(|_| {}));
        assert!(Claim::present("\"a\"").any_text(|text| text == "a"));
    }

    #[test]
    fn debug_shows_only_the_type() {
        assert_eq!(format!("{:?}", Claim::present("\"secret\"")), "a string");
    }
}
