//! What is written reads back as it was, and what would not is not written.

use proptest::prelude::*;

use super::super::*;
use super::read;
use crate::budget::Budget;

fn back(value: &str) -> BearerChallenge {
    let all = read(value).unwrap();
    assert_eq!(all.len(), 1, "{value}");
    BearerChallenge::new(&all[0], &Budget::DEFAULT).unwrap()
}

fn with_realm(realm: &str) -> BearerChallenge {
    BearerChallenge { realm: Some(Text::from(realm.to_owned())), ..BearerChallenge::default() }
}

#[test]
fn writer_quotes_and_backslashes_escaped() {
    let challenge = with_realm(r#"a"b\c, d"#);
    let value = challenge.to_header_value(Shape::Exchange).unwrap();
    assert_eq!(value, r#"Bearer realm="a\"b\\c, d""#);
    assert_eq!(back(&value), challenge);
}

#[test]
fn writer_control_characters_and_non_ascii_refused() {
    for bad in ['\r', '\n', '\0', '\t', '\u{7f}', 'é', '\u{2028}'] {
        let error =
            with_realm(&format!("a{bad}Set-Cookie: x")).to_header_value(Shape::SharePoint).unwrap_err();
        assert_eq!((error.param.as_str(), error.kind), ("realm", WriteErrorKind::Character(bad)));
        assert!(!error.to_string().contains(['\r', '\n', '\0', '\u{2028}']));
    }
}

#[test]
fn writer_error_fields_keep_to_rfc_6750() {
    let mut challenge = BearerChallenge {
        error: Some("invalid_token".into()),
        error_description: Some("the token has expired".into()),
        error_uri: Some("https://contoso.com/e".into()),
        scope: Some("a b".into()),
        ..BearerChallenge::default()
    };
    let value = challenge.to_header_value(Shape::Exchange).unwrap();
    assert_eq!(
        value,
        r#"Bearer scope="a b", error="invalid_token", error_description="the token has expired", error_uri="https://contoso.com/e""#
    );
    challenge.error_description = Some("said \"no\"".into());
    let kind = |challenge: &BearerChallenge| challenge.to_header_value(Shape::Exchange).unwrap_err().kind;
    assert_eq!(kind(&challenge), WriteErrorKind::Character('"'));
    challenge.error_description = None;
    challenge.error_uri = Some("https://contoso.com/e f".into());
    assert_eq!(kind(&challenge), WriteErrorKind::Character(' '));
}

#[test]
fn writer_names_that_collide_or_are_none_refused() {
    let named = |name: &str| NamedValue { name: Text::from(name.to_owned()), value: "v".into() };
    for (names, kind) in [
        (vec!["a b"], WriteErrorKind::NotAName),
        (vec![""], WriteErrorKind::NotAName),
        (vec!["x", "X"], WriteErrorKind::Duplicate),
        (vec!["Realm"], WriteErrorKind::Duplicate),
        (vec!["TrustedIssuers"], WriteErrorKind::Duplicate),
    ] {
        let unknown = names.iter().copied().map(named).collect();
        let challenge = BearerChallenge { unknown, ..BearerChallenge::default() };
        assert_eq!(challenge.to_header_value(Shape::Exchange).unwrap_err().kind, kind, "{names:?}");
    }
    let twice = BearerChallenge { duplicates: vec![named("realm")], ..with_realm("a") };
    assert_eq!(twice.to_header_value(Shape::Exchange).unwrap_err().kind, WriteErrorKind::Duplicate);
}

#[test]
fn writer_without_parameters_refused() {
    let error = BearerChallenge::default().to_header_value(Shape::Exchange).unwrap_err();
    assert_eq!(error.to_string(), "challenge: expected at least one parameter, found none");
}

#[test]
fn writer_ambiguous_entries_refused() {
    let principal = |name: &str, realm: Option<&str>| TrustedIssuerEntry::Principal {
        name: Text::from(name.to_owned()),
        realm: realm.map(|realm| Text::from(realm.to_owned())),
    };
    for entry in [
        principal("a,b@c", None),
        principal("a", Some("b,c")),
        principal("a@b", None),
        principal("", Some("b")),
        principal("https://a", None),
        TrustedIssuerEntry::Url("a@b".into()),
        TrustedIssuerEntry::Other("".into()),
        TrustedIssuerEntry::Other(" a@b@c".into()),
    ] {
        let trusted_issuers =
            Some(TrustedIssuers { entries: vec![entry.clone()], ..TrustedIssuers::default() });
        let challenge = BearerChallenge { trusted_issuers, ..BearerChallenge::default() };
        let error = challenge.to_header_value(Shape::Exchange).unwrap_err();
        assert_eq!(error.kind, WriteErrorKind::Ambiguous, "{entry:?}");
    }
    let types = BearerChallenge { token_types: Some(vec!["a b".into()]), ..BearerChallenge::default() };
    assert_eq!(types.to_header_value(Shape::Exchange).unwrap_err().kind, WriteErrorKind::Ambiguous);
}

#[test]
fn bearer_debug_redacts_reflected_tokens() {
    let token = format!("eyJhbGciOiJub25lIn0.{}.", "QUJD".repeat(30));
    let challenge = BearerChallenge { error_description: Some(Text::from(token)), ..with_realm("r") };
    let debug = format!("{challenge:?}");
    assert!(!debug.contains("eyJ") && !debug.contains("QUJD"), "{debug}");
}

fn quotable() -> impl Strategy<Value = Text<'static>> {
    "[ -~]{0,16}".prop_map(Text::from)
}

fn issuers() -> impl Strategy<Value = TrustedIssuers> {
    let entry = prop_oneof![
        "[a-zA-Z0-9.-]{1,12}(@([a-z0-9.-]{1,12}|\\*))?",
        "https://[a-z.]{1,12}/\\*/",
        "[a-z@/ \"\\\\]{1,8}",
    ]
    .prop_map(|text| TrustedIssuerEntry::parse(&text));
    let spelling = prop_oneof![Just(IssuersSpelling::Underscored), Just(IssuersSpelling::Joined)];
    (prop::collection::vec(entry, 0..4), spelling)
        .prop_map(|(entries, spelling)| TrustedIssuers { entries, spelling })
        // One empty entry and no entry are spelled alike; the writer refuses the former.
        .prop_filter("one empty entry", |list| list.entries != [TrustedIssuerEntry::Other("".into())])
}

prop_compose! {
    fn bearer()(
        texts in prop::array::uniform5(prop::option::of(quotable())),
        errors in prop::array::uniform3(prop::option::of("[ !#-\\[\\]-~]{0,16}")),
        error_uri in prop::option::of("[!#-\\[\\]-~]{0,16}"),
        trusted_issuers in prop::option::of(issuers()),
        token_types in prop::option::of(prop::collection::vec("[!-~]{1,8}", 0..3)),
        unknown in prop::collection::btree_map("x[a-z0-9!#$%&'*+.^_`|~-]{0,8}", quotable(), 0..3),
    ) -> BearerChallenge {
        let [client_id, realm, authorization_uri, issuer_kind, claims] = texts;
        let [scope, error, error_description] = errors.map(|text| text.map(Text::from));
        BearerChallenge {
            client_id, realm, authorization_uri, issuer_kind, scope, error, error_description, trusted_issuers,
            error_uri: error_uri.map(Text::from),
            claims: claims.map(|raw| Claims::parse(raw.as_str(), &Budget::DEFAULT)),
            token_types: token_types.map(|types| types.into_iter().map(Text::from).collect()),
            unknown: unknown.into_iter().map(|(name, value)| NamedValue { name: name.into(), value }).collect(),
            duplicates: Vec::new(),
        }
    }
}

proptest! {
    #[test]
    fn written_challenge_reads_back_equal(challenge in bearer()) {
        prop_assume!(challenge != BearerChallenge::default());
        for shape in [Shape::Exchange, Shape::SharePoint] {
            let value = challenge.to_header_value(shape).unwrap();
            prop_assert!(value.bytes().all(|byte| matches!(byte, b' '..=b'~')));
            prop_assert_eq!(&back(&value), &challenge);
        }
    }

    #[test]
    fn anything_written_reads_back_equal(realm in "\\PC{0,12}|.{0,12}", entry in "[a-c@*,/: ]{0,10}", kind in ".{0,6}") {
        let challenge = BearerChallenge {
            trusted_issuers: Some(TrustedIssuers {
                entries: vec![TrustedIssuerEntry::Url(Text::from(entry))],
                ..TrustedIssuers::default()
            }),
            token_types: Some(vec![Text::from(kind)]),
            ..with_realm(&realm)
        };
        if let Ok(value) = challenge.to_header_value(Shape::Exchange) {
            prop_assert_eq!(back(&value), challenge);
        }
    }

    #[test]
    fn challenge_that_was_read_is_written_or_refused_without_loss(value in "Bearer ([a-c]=([a-z]{1,3}|\"[ -\\[\\]-~]{0,6}\")[, ]{1,3}){1,4}") {
        if let Ok(all) = read(&value) {
            for challenge in all {
                let Ok(bearer) = BearerChallenge::new(&challenge, &Budget::DEFAULT) else { continue };
                if let Ok(written) = bearer.to_header_value(Shape::SharePoint) {
                    prop_assert_eq!(back(&written), bearer);
                }
            }
        }
    }
}
