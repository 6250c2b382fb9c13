//! The grammar of RFC 9110 sections 5.6 and 11: what is read, what is refused, and where.

use std::borrow::Cow;

use proptest::prelude::*;

use super::super::*;
use super::{read, show, shown};
use crate::budget::Budget;

const NTLM: &str = "TlRMTVNTUAACAAAADAAMADgAAAAFgomi";

#[test]
fn token68_with_and_without_padding_read() {
    for (value, expected) in [
        (format!("NTLM {NTLM}"), vec![format!("NTLM <{NTLM}>")]),
        (format!("NTLM   {NTLM}== "), vec![format!("NTLM <{NTLM}==>")]),
        (
            format!("Negotiate {NTLM}=, Basic realm=x"),
            vec![format!("Negotiate <{NTLM}=>"), "Basic realm=x".into()],
        ),
        ("A a=".to_owned(), vec!["A <a=>".into()]),
        ("A a= \t, B".to_owned(), vec!["A <a=>".into(), "B".into()]),
        ("A a/+-._~==,B b".to_owned(), vec!["A <a/+-._~==>".into(), "B <b>".into()]),
    ] {
        assert_eq!(shown(&value), expected, "{value}");
    }
}

#[test]
fn token68_near_misses_are_parameters_or_refused() {
    assert_eq!(shown("A a=b"), ["A a=b"]);
    assert_eq!(shown("A a = b"), ["A a=b"]);
    for (value, at) in [("A a==b", 4), ("A a/b=c", 3), ("A abc def", 6), ("A =", 0), ("A b=c, d==", 9)] {
        assert_eq!(read(value).unwrap_err().at, at, "{value}");
    }
}

#[test]
fn schemes_and_parameters_told_apart() {
    for (value, expected) in [
        ("", vec![]),
        (" ,\t, ", vec![]),
        ("A", vec!["A"]),
        ("A,B", vec!["A", "B"]),
        ("A , B", vec!["A", "B"]),
        ("A x=1, B y=2", vec!["A x=1", "B y=2"]),
        ("A x=1,y=2,B,C z=3", vec!["A x=1|y=2", "B", "C z=3"]),
        ("A x=1, B , y=2", vec!["A x=1", "B y=2"]),
        ("A  x=1", vec!["A x=1"]),
        ("A ,, x=1 ,\t, y=2,,", vec!["A x=1|y=2"]),
        ("A x \t=\t \"1\"\t,y= 2", vec!["A x=1|y=2"]),
        ("A x=\"a, B y=1\", C", vec!["A x=a, B y=1", "C"]),
        ("A x=\"\",B", vec!["A x=", "B"]),
        ("A x='1'", vec!["A x='1'"]),
    ] {
        assert_eq!(shown(value), expected, "{value}");
    }
}

#[test]
fn quoted_strings_unescaped_and_borrowed_where_possible() {
    let all = read(r#"A x="a\"b\\c\d", y="plain, text", z=token"#).unwrap();
    let values: Vec<_> = all[0].params().map(|param| param.value()).collect();
    assert_eq!(values, [r#"a"b\cd"#, "plain, text", "token"]);
    assert!(matches!(values[0], Cow::Owned(_)));
    assert!(matches!(values[1], Cow::Borrowed(_)) && matches!(values[2], Cow::Borrowed(_)));
    let forms: Vec<_> = all[0].params().map(|param| param.form()).collect();
    assert_eq!(forms, [Form::Quoted, Form::Quoted, Form::Token]);
    assert_eq!(shown("A x=\"Zürich\t\u{1f512}\""), ["A x=Zürich\t\u{1f512}"]);
}

#[test]
fn names_found_in_any_letter_case() {
    let all = read("bEaReR ReAlM=x").unwrap();
    assert_eq!((all[0].scheme(), all[0].scheme_name()), (Scheme::Bearer, "bEaReR"));
    assert_eq!(all[0].param("rEaLm").as_deref(), Some("x"));
    assert_eq!(all[0].param("realms"), None);
}

#[test]
fn faults_named_with_their_byte() {
    let quote = "the typographic quote “ (the text was pasted from a document; only \" is a quote)";
    for (value, expected) in [
        ("=x", "byte 0: expected the name of a scheme, found \"=\"".to_owned()),
        (
            "realm=\"x\"",
            "byte 0: expected the name of a scheme before the first parameter, found \"r\"".into(),
        ),
        (
            "A\tx=1",
            "byte 1: expected a space, a comma or the end after the name of the scheme, found U+0009".into(),
        ),
        (
            "A;x=1",
            "byte 1: expected a space, a comma or the end after the name of the scheme, found \";\"".into(),
        ),
        (
            "A x=1, B, y=2",
            "byte 10: expected the name of a scheme before the first parameter, found \"y\"".into(),
        ),
        ("A x y", "byte 4: expected \"=\" after the name of the parameter, found \"y\"".into()),
        ("A x=1,;", "byte 6: expected the name of a parameter or of a scheme, found \";\"".into()),
        ("A x=1,y=", "byte 8: expected a token or a quoted string after \"=\", found the end".into()),
        ("A x=1,y=,z=2", "byte 8: expected a token or a quoted string after \"=\", found \",\"".into()),
        ("A x=1;y=2", "byte 5: expected a comma or the end after the value, found \";\"".into()),
        ("A x=\"1\" y=2", "byte 8: expected a comma or the end after the value, found \"y\"".into()),
        ("A x=\"1", "byte 4: expected a closing quote for the one at this byte, found the end".into()),
        ("A x=\"1\\", "byte 7: expected a visible character after the backslash, found the end".into()),
        ("A x=\"1\r\nB: c\"", "byte 6: expected text or a closing quote, found U+000D".into()),
        ("A x=\"\0\"", "byte 5: expected text or a closing quote, found U+0000".into()),
        ("A x=\"\u{7f}\"", "byte 5: expected text or a closing quote, found U+007F".into()),
        ("A x=“1”", format!("byte 4: expected a token or a quoted string after \"=\", found {quote}")),
        ("Ä", "byte 0: expected the name of a scheme, found U+00C4".into()),
        ("A x=é", "byte 4: expected a token or a quoted string after \"=\", found U+00E9".into()),
    ] {
        let error = read(value).unwrap_err();
        assert_eq!(error.to_string(), format!("challenge line 1, {expected}"), "{value}");
    }
}

#[test]
fn bare_values_end_before_commas_spaces_and_quotes() {
    let tolerant =
        |value| challenges(value, &Budget::DEFAULT).accepting_bare_values().collect::<Result<Vec<_>, _>>();
    assert_eq!(show(&tolerant("A x=a:b,y=(c;d=) , B").unwrap()), ["A x=a:b|y=(c;d=)", "B"]);
    for (value, at) in [("A x==b", 4), ("A x=:\"b\"", 5), ("A x=a:b c", 8), ("A x=a\\b", 5), ("A x=:é", 5)] {
        assert_eq!(tolerant(value).unwrap_err().at, at, "{value}");
    }
}

#[test]
fn bare_values_accepted_in_every_line() {
    let lines = ["A x=a:b", "B y=c:d"];
    let tolerant = challenges_of_lines(lines, &Budget::DEFAULT).accepting_bare_values();
    assert_eq!(show(&tolerant.collect::<Result<Vec<_>, _>>().unwrap()), ["A x=a:b", "B y=c:d"]);
    assert_eq!(challenges_of_lines(lines, &Budget::DEFAULT).filter(Result::is_err).count(), 2);
}

#[test]
fn fault_ends_its_value_after_what_stood_before() {
    let mut iter = challenges("A x=1, B ;, C", &Budget::DEFAULT);
    assert!(iter.next().unwrap().is_ok_and(|first| first.scheme_name() == "A"));
    assert_eq!(iter.next().unwrap().unwrap_err().at, 9);
    assert!(iter.next().is_none() && iter.next().is_none());
}

#[test]
fn fault_in_one_line_leaves_the_others() {
    let lines: [&[u8]; 4] = [b"NTLM", b"Basic realm=\"Z\xfcrich\"", b"A ;, B", b"Bearer a=b, C"];
    let all: Vec<_> = challenges_of_lines(lines, &Budget::DEFAULT).collect();
    let said: Vec<_> = all
        .iter()
        .map(|one| match one {
            Ok(challenge) => format!("{} in {}", challenge.scheme_name(), challenge.line()),
            Err(error) => format!("error in {} at {}", error.line, error.at),
        })
        .collect();
    assert_eq!(said, ["NTLM in 0", "error in 1 at 14", "error in 2 at 2", "Bearer in 3", "C in 3"]);
    assert_eq!(all[1].unwrap_err().kind, ChallengeErrorKind::NotUtf8);
}

#[test]
fn budget_at_its_bounds_read_and_beyond_refused() {
    let mut budget = Budget::DEFAULT;
    (budget.max_header, budget.max_challenges, budget.max_params) = (20, 3, 2);
    let kind = |lines: &[&str]| {
        challenges_of_lines(lines.iter().copied(), &budget)
            .find_map(Result::err)
            .map(|error| (error.kind, error.line))
    };
    assert_eq!(kind(&["A", "B, C"]), None);
    assert_eq!(kind(&["A,B", "C, D"]), Some((ChallengeErrorKind::TooManyChallenges { limit: 3 }, 1)));
    assert_eq!(kind(&["A a=1,b=2", "B c=3"]), None);
    assert_eq!(kind(&["A a=1,b=2,c=3"]), Some((ChallengeErrorKind::TooManyParams { limit: 2 }, 0)));
    assert_eq!(kind(&["A a=1,b=2", ",,,,,,,,,,,"]), None);
    assert_eq!(kind(&["A a=1,b=2", ",,,,,,,,,,,,"]), Some((ChallengeErrorKind::TooLong { limit: 20 }, 1)));
    assert_eq!(kind(&["A,B,C,D", "E ;"]), Some((ChallengeErrorKind::TooManyChallenges { limit: 3 }, 0)));
    let after: Vec<_> = challenges_of_lines(["A,B,C,D", "E"], &budget).skip(4).collect();
    assert!(after.is_empty(), "an exhausted budget ends everything");
}

#[test]
fn budget_error_says_the_limit() {
    let error = read(&",".repeat(Budget::DEFAULT.max_header + 1)).unwrap_err();
    assert_eq!(
        error.to_string(),
        "challenge line 1, byte 65536: expected at most 65536 bytes in all values, found more"
    );
}

/// Each byte is looked at a bounded number of times: a megabyte of the worst is read at once, not after minutes.
#[test]
fn megabyte_of_every_repetition_read() {
    const SIZE: usize = 1024 * 1024;
    let mut budget = Budget::DEFAULT;
    (budget.max_header, budget.max_challenges, budget.max_params) = (2 * SIZE, SIZE, SIZE);
    let repeated = |head: &str, unit: &str, tail: &str| {
        let value = format!("{head}{}{tail}", unit.repeat(SIZE / unit.len()));
        let all: Vec<_> = challenges(&value, &budget).collect();
        let params: usize = all.iter().flatten().map(|challenge| challenge.params().count()).sum();
        (all.len(), params, all.iter().filter(|one| one.is_err()).count())
    };
    assert_eq!(repeated("", ",", ""), (0, 0, 0));
    assert_eq!(repeated("", "\"", ""), (1, 0, 1));
    assert_eq!(repeated("A x=\"", "\\\"", "\""), (1, 1, 0));
    assert_eq!(repeated("A x=\"", ",", "\""), (1, 1, 0));
    assert_eq!(repeated("A x=\"", ",", ""), (1, 0, 1));
    assert_eq!(repeated("A", " ", ""), (1, 0, 0));
    assert_eq!(repeated("A ", "a", "=b"), (1, 1, 0));
    assert_eq!(repeated("A a", "=", ""), (1, 0, 0));
    assert_eq!(repeated("A x=1", "\t", ",y=2"), (1, 2, 0));
    assert_eq!(repeated("", "A,", ""), (SIZE / 2, 0, 0));
    assert_eq!(repeated("A ", "a=b,", ""), (1, SIZE / 4, 0));
    assert_eq!(repeated("A ", "\"\",", ""), (1, 0, 1));
}

#[test]
fn nothing_printable_holds_a_token68() {
    let value = format!("NTLM {NTLM}, Negotiate {NTLM}==, Bearer x=\"{}\"", "QUJD".repeat(40));
    let all = read(&value).unwrap();
    let mut printed = format!("{all:?} {all:#?}");
    for challenge in &all {
        printed += &format!("{challenge} {challenge:?} {:?} {:?}", challenge.body(), challenge.params());
    }
    assert!(printed.contains("NTLM [32 characters redacted]"), "{printed}");
    assert!(!printed.contains("TlRM") && !printed.contains("QUJD"), "{printed}");
    let Body::Token68(token68) = all[1].body() else { panic!("{:?}", all[1]) };
    assert_eq!(token68.expose(), format!("{NTLM}=="));
}

/// Text made of the characters that the grammar gives a meaning.
fn grammatical() -> impl Strategy<Value = String> {
    let pieces = prop::sample::select(vec![
        "A", "Bearer", "x", "=", "==", ",", " ", "\t", "\"", "\\", "\\\"", "/", ":", "é", "“", "\r", "1",
    ]);
    prop::collection::vec(pieces, 0..24).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn any_bytes_do_not_panic(lines in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..40), 0..4)) {
        for one in challenges_of_lines(&lines, &Budget::DEFAULT).accepting_bare_values() {
            let _ = format!("{one:?}");
        }
    }

    #[test]
    fn any_text_of_the_grammar_read_or_refused_at_a_character(text in grammatical()) {
        for one in challenges(&text, &Budget::DEFAULT) {
            match one {
                Ok(challenge) => prop_assert!(text.get(challenge.at()..).unwrap().starts_with(challenge.scheme_name())),
                Err(error) => prop_assert!(text.is_char_boundary(error.at)),
            }
        }
        let repaired = repair(&text, &Budget::DEFAULT);
        prop_assert_eq!(repaired.changes.is_empty(), repaired.value == text);
    }

    #[test]
    fn bare_values_change_nothing_that_is_strictly_readable(text in grammatical()) {
        if let Ok(strict) = read(&text) {
            let tolerant = challenges(&text, &Budget::DEFAULT).accepting_bare_values();
            let tolerant = tolerant.collect::<Result<Vec<_>, _>>().unwrap();
            prop_assert_eq!(show(&strict), show(&tolerant));
            prop_assert!(tolerant.iter().all(|challenge| challenge.deviations().next().is_none()));
        }
    }

    #[test]
    fn joined_lines_mean_the_same_as_separate_ones(lines in prop::collection::vec(grammatical(), 1..4)) {
        let separate = challenges_of_lines(&lines, &Budget::DEFAULT).collect::<Result<Vec<_>, _>>();
        // A line that begins with a parameter is an error alone and continues its neighbour when joined.
        if let Ok(separate) = separate {
            let joined = lines.join(", ");
            prop_assert_eq!(show(&separate), shown(&joined));
        }
    }
}
