//! Challenges of Exchange, SharePoint and Skype as they were published or recorded, each with its full parse.

use super::super::*;
use super::{read, show, shown};
use crate::budget::Budget;

const EXCHANGE: &str = "00000002-0000-0ff1-ce00-000000000000";
const ACS: &str = "00000001-0000-0000-c000-000000000000";

fn bearer(value: &str) -> BearerChallenge {
    let all = read(value).unwrap();
    let mut bearers = all.iter().filter(|challenge| challenge.scheme() == Scheme::Bearer);
    let bearer = BearerChallenge::new(bearers.next().unwrap(), &Budget::DEFAULT).unwrap();
    assert!(bearers.next().is_none());
    bearer
}

fn text(text: &str) -> Option<Text<'static>> {
    Some(Text::from(text.to_owned()))
}

fn issuers(entries: &[TrustedIssuerEntry]) -> Option<TrustedIssuers> {
    Some(TrustedIssuers { entries: entries.to_vec(), spelling: IssuersSpelling::Underscored })
}

fn principal(name: &str, realm: &str) -> TrustedIssuerEntry {
    TrustedIssuerEntry::Principal { name: text(name).unwrap(), realm: text(realm) }
}

fn token_types() -> Option<Vec<Text<'static>>> {
    Some(vec!["app_asserted_user_v1".into(), "service_asserted_app_v1".into()])
}

#[test]
fn exchange_2012_two_lines() {
    let lines = [
        r#"Bearer client_id="00000002-0000-0ff1-ce00-000000000000", trusted_issuers="00000001-0000-0000-c000-000000000000@*""#,
        r#"Basic Realm="""#,
    ];
    let all = challenges_of_lines(lines, &Budget::DEFAULT).collect::<Result<Vec<_>, _>>().unwrap();
    assert_eq!(
        show(&all),
        [format!("Bearer client_id={EXCHANGE}|trusted_issuers={ACS}@*"), "Basic Realm=".to_owned()]
    );
    assert_eq!((all[0].line(), all[1].line()), (0, 1));
    assert_eq!(all[1].param("realm").as_deref(), Some(""));
    let expected = BearerChallenge {
        client_id: text(EXCHANGE),
        trusted_issuers: issuers(&[principal(ACS, "*")]),
        ..BearerChallenge::default()
    };
    assert_eq!(bearer(lines[0]), expected);
    assert_eq!(expected.to_header_value(Shape::Exchange).unwrap(), lines[0]);
}

#[test]
fn exchange_hybrid_two_issuers() {
    let value = r#"Bearer client_id="00000002-0000-0ff1-ce00-000000000000", trusted_issuers="00000001-0000-0000-c000-000000000000@5de110f8-2e0f-4d45-891d-bcf2218e253d,00000004-0000-0ff1-ce00-000000000000@contoso.com", token_types="app_asserted_user_v1 service_asserted_app_v1", authorization_uri="https://login.windows.net/common/oauth2/authorize""#;
    let expected = BearerChallenge {
        client_id: text(EXCHANGE),
        trusted_issuers: issuers(&[
            principal(ACS, "5de110f8-2e0f-4d45-891d-bcf2218e253d"),
            principal("00000004-0000-0ff1-ce00-000000000000", "contoso.com"),
        ]),
        token_types: token_types(),
        authorization_uri: text("https://login.windows.net/common/oauth2/authorize"),
        ..BearerChallenge::default()
    };
    assert_eq!(bearer(value), expected);
    assert_eq!(expected.to_header_value(Shape::Exchange).unwrap(), value);
    assert_eq!(shown(r#"Basic realm="mail.contoso.com""#), ["Basic realm=mail.contoso.com"]);
}

#[test]
fn exchange_rejected_token() {
    let value = r#"Bearer client_id="00000002-0000-0ff1-ce00-000000000000", trusted_issuers="00000001-0000-0000-c000-000000000000@00c118a9-2de9-41d3-b39a-81648a7a5e4d", authorization_uri="https://login.windows.net/common/oauth2/authorize", error="invalid_token""#;
    let expected = BearerChallenge {
        client_id: text(EXCHANGE),
        trusted_issuers: issuers(&[principal(ACS, "00c118a9-2de9-41d3-b39a-81648a7a5e4d")]),
        authorization_uri: text("https://login.windows.net/common/oauth2/authorize"),
        error: text("invalid_token"),
        ..BearerChallenge::default()
    };
    assert_eq!(bearer(value), expected);
    assert_eq!(expected.to_header_value(Shape::Exchange).unwrap(), value);
}

#[test]
fn exchange_online_basic_in_the_same_line() {
    let value = r#"Bearer client_id="00000002-0000-0ff1-ce00-000000000000", trusted_issuers="00000001-0000-0000-c000-000000000000@*", token_types="app_asserted_user_v1 service_asserted_app_v1", authorization_uri="https://login.microsoftonline.com/common/oauth2/authorize", error="invalid_token",Basic Realm="""#;
    let uri = "https://login.microsoftonline.com/common/oauth2/authorize";
    assert_eq!(
        shown(value),
        [
            format!(
                "Bearer client_id={EXCHANGE}|trusted_issuers={ACS}@*|token_types=app_asserted_user_v1 \
                 service_asserted_app_v1|authorization_uri={uri}|error=invalid_token"
            ),
            "Basic Realm=".to_owned(),
        ]
    );
    let expected = BearerChallenge {
        client_id: text(EXCHANGE),
        trusted_issuers: issuers(&[principal(ACS, "*")]),
        token_types: token_types(),
        authorization_uri: text(uri),
        error: text("invalid_token"),
        ..BearerChallenge::default()
    };
    assert_eq!(bearer(value), expected);
}

#[test]
fn exchange_se_with_adfs_names_no_issuers() {
    let value = r#"Bearer client_id="00000002-0000-0ff1-ce00-000000000000", token_types="app_asserted_user_v1 service_asserted_app_v1", authorization_uri="https://adfs.contoso.com/adfs/oauth2/authorize", issuer_kind="ADFS""#;
    let expected = BearerChallenge {
        client_id: text(EXCHANGE),
        token_types: token_types(),
        authorization_uri: text("https://adfs.contoso.com/adfs/oauth2/authorize"),
        issuer_kind: text("ADFS"),
        ..BearerChallenge::default()
    };
    assert_eq!(bearer(value), expected);
    assert_eq!(expected.to_header_value(Shape::Exchange).unwrap(), value);

    let lines = [value, "Negotiate", "NTLM", r#"Basic realm="mail.contoso.com""#];
    let all = challenges_of_lines(lines, &Budget::DEFAULT).collect::<Result<Vec<_>, _>>().unwrap();
    let schemes: Vec<_> = all.iter().map(|challenge| (challenge.line(), challenge.scheme())).collect();
    assert_eq!(schemes, [(0, Scheme::Bearer), (1, Scheme::Negotiate), (2, Scheme::Ntlm), (3, Scheme::Basic)]);
}

#[test]
fn sharepoint_online_urls_and_upper_case() {
    let value = r#"Bearer realm="52aa6841-b76b-4ed4-a3d7-a259fce1dfa2",client_id="00000003-0000-0ff1-ce00-000000000000",trusted_issuers="00000001-0000-0000-c000-000000000000@*,D3776938-3DBA-481F-A652-4BEDFCAB7CD8@*,https://sts.windows.net/*/,00000003-0000-0ff1-ce00-000000000000@90140122-8516-11e1-8eff-49304924019b",authorization_uri="https://login.windows.net/common/oauth2/authorize""#;
    let mut expected = BearerChallenge {
        realm: text("52aa6841-b76b-4ed4-a3d7-a259fce1dfa2"),
        client_id: text("00000003-0000-0ff1-ce00-000000000000"),
        trusted_issuers: issuers(&[
            principal(ACS, "*"),
            principal("D3776938-3DBA-481F-A652-4BEDFCAB7CD8", "*"),
            TrustedIssuerEntry::Url("https://sts.windows.net/*/".into()),
            principal("00000003-0000-0ff1-ce00-000000000000", "90140122-8516-11e1-8eff-49304924019b"),
        ]),
        authorization_uri: text("https://login.windows.net/common/oauth2/authorize"),
        ..BearerChallenge::default()
    };
    assert_eq!(bearer(value), expected);
    assert_eq!(expected.to_header_value(Shape::SharePoint).unwrap(), value);

    let request = r#"{"access_token":{"nbf":{"essential":true,"value":"1597959090"}}}"#;
    let claims = Claims::encode(request, &Budget::DEFAULT).unwrap();
    let refused = format!(r#"{value},error="insufficient_claims",claims="{}""#, claims.raw().as_str());
    expected.error = text("insufficient_claims");
    expected.claims = Some(claims);
    let read = bearer(&refused);
    assert_eq!(read, expected);
    assert_eq!(read.claims.unwrap().json().unwrap().as_str(), request);
    assert_eq!(expected.to_header_value(Shape::SharePoint).unwrap(), refused);
}

#[test]
fn sharepoint_on_premises_ntlm_in_front() {
    let realm = "5637f856-8a32-4f1c-9a5c-3a2b9a3f0d11";
    let value = format!(
        r#"NTLM, Bearer realm="{realm}",client_id="00000003-0000-0ff1-ce00-000000000000",trusted_issuers="00000003-0000-0ff1-ce00-000000000000@{realm}""#
    );
    let all = read(&value).unwrap();
    assert_eq!((all.len(), all[0].scheme(), all[0].at(), all[1].at()), (2, Scheme::Ntlm, 0, 6));
    assert!(matches!(all[0].body(), Body::Empty));
    let farm = "00000003-0000-0ff1-ce00-000000000000";
    let expected = BearerChallenge {
        realm: text(realm),
        client_id: text(farm),
        trusted_issuers: issuers(&[principal(farm, realm)]),
        ..BearerChallenge::default()
    };
    assert_eq!(bearer(&value), expected);
}

#[test]
fn lync_second_scheme_in_the_same_value() {
    let value = r#"Bearer trusted_issuers="", client_id="00000004-0000-0ff1-ce00-000000000000", MsRtcOAuth href="https://lync.contoso.com/WebTicket/oauthtoken",grant_type="urn:microsoft.rtc:windows,urn:microsoft.rtc:anonmeeting,password""#;
    assert_eq!(
        shown(value),
        [
            "Bearer trusted_issuers=|client_id=00000004-0000-0ff1-ce00-000000000000",
            "MsRtcOAuth href=https://lync.contoso.com/WebTicket/oauthtoken|grant_type=urn:microsoft.rtc:windows,\
             urn:microsoft.rtc:anonmeeting,password",
        ]
    );
    assert_eq!(read(value).unwrap()[1].scheme(), Scheme::MsRtcOAuth);
    let expected = BearerChallenge {
        client_id: text("00000004-0000-0ff1-ce00-000000000000"),
        trusted_issuers: issuers(&[]),
        ..BearerChallenge::default()
    };
    assert_eq!(bearer(value), expected);
}

#[test]
fn lync_href_without_quotes_refused_or_reported() {
    let value = r#"MsRtcOAuth href=https://lync.contoso.com/WebTicket/oauthtoken?a=b,grant_type="password""#;
    let error = read(value).unwrap_err();
    assert_eq!(error.at, value.find("://").unwrap());
    assert_eq!(
        error.to_string(),
        "challenge line 1, byte 21: expected a comma or the end after the value, found \":\""
    );

    let tolerant = challenges(value, &Budget::DEFAULT).accepting_bare_values();
    let all = tolerant.collect::<Result<Vec<_>, _>>().unwrap();
    let href = all[0].param("href");
    assert_eq!(href.as_deref(), Some("https://lync.contoso.com/WebTicket/oauthtoken?a=b"));
    assert_eq!(all[0].param("grant_type").as_deref(), Some("password"));
    let deviations: Vec<_> = all[0].deviations().map(|param| (param.name(), param.at())).collect();
    assert_eq!(deviations, [("href", 11)]);
}

#[test]
fn specification_spelling_of_issuers_kept() {
    let value = r#"Bearer realm="r",client_id="c",trustedissuers="a@r""#;
    let read = bearer(value);
    assert_eq!(read.trusted_issuers.as_ref().unwrap().spelling, IssuersSpelling::Joined);
    assert_eq!(read.to_header_value(Shape::SharePoint).unwrap(), value);
}

#[test]
fn bearer_duplicates_listed_and_first_one_counts() {
    let read =
        bearer(r#"bearer CLIENT_ID=a, client_id=b, trusted_issuers="x@*", TrustedIssuers="y@*", z=1, Z=2"#);
    assert_eq!(read.client_id, text("a"));
    assert_eq!(read.trusted_issuers.as_ref().unwrap().entries, [principal("x", "*")]);
    let listed = |list: &[NamedValue]| {
        list.iter().map(|one| format!("{}={}", one.name, one.value)).collect::<Vec<_>>()
    };
    assert_eq!(listed(&read.duplicates), ["client_id=b", "TrustedIssuers=y@*", "Z=2"]);
    assert_eq!(listed(&read.unknown), ["z=1"]);
}

#[test]
fn bearer_of_other_challenges_refused() {
    for (value, why) in [("Basic realm=x", NotBearer::Scheme), ("Bearer abc==", NotBearer::Token68)] {
        let all = read(value).unwrap();
        assert_eq!(BearerChallenge::new(&all[0], &Budget::DEFAULT), Err(why), "{value}");
    }
    let empty = BearerChallenge::new(&read("Bearer").unwrap()[0], &Budget::DEFAULT);
    assert_eq!(empty, Ok(BearerChallenge::default()));
}

#[test]
fn repaired_documentation_paste_reads_like_the_original() {
    let original =
        r#"Bearer client_id="00000002-0000-0ff1-ce00-000000000000", trusted_issuers="00000001-0000@*""#;
    let paste = original.replace('"', "”").replace('-', "–");
    let refused = read(&paste).unwrap_err();
    assert!(refused.to_string().contains("typographic quote"), "{refused}");
    let repaired = repair(&paste, &Budget::DEFAULT);
    assert_eq!(repaired.value, original);
    assert_eq!(repaired.changes.len(), 9);
}
