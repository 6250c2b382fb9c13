//! `s2s challenge` on saved responses.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::{Value, json};

use crate::{BEARER, Folder, POLICY, s2s};

const TENANT: &str = "b84c5afe-7ced-4ce8-aa0b-df0e2869d3c8";
const NOW: &str = "2026-11-22T12:00:00Z";

fn token(claims: Value) -> String {
    let defaults = json!({
        "aud": format!("00000002-0000-0ff1-ce00-000000000000/mail.example.test@{TENANT}"),
        "iss": format!("00000001-0000-0000-c000-000000000000@{TENANT}"),
        "nameid": format!("00000002-0000-0ff1-ce00-000000000000@{TENANT}"),
        "nbf": "1795348000",
        "exp": "1795390000",
    });
    let mut all = defaults.as_object().unwrap().clone();
    all.extend(claims.as_object().unwrap().clone());
    let encode = |json: String| URL_SAFE_NO_PAD.encode(json);
    let header = encode(json!({"typ": "JWT", "alg": "RS256", "x5t": "YWFh"}).to_string());
    format!("{header}.{}.{}", encode(Value::from(all).to_string()), "c2ln".repeat(80))
}

fn response(more: &str) -> String {
    format!(
        "HTTP/1.1 401 Unauthorized\r\nServer: Microsoft-IIS/10.0\r\nWWW-Authenticate: {BEARER}\r\n{more}\r\n<html>no</html>\r\n"
    )
}

#[test]
fn inspect_challenge_explained_and_typographic_quotes_repaired_with_a_note() {
    let pasted = "Bearer client_id=\u{201c}00000002-0000-0ff1-ce00-000000000000\u{201d}\n";
    let ran = s2s(&["inspect"], pasted);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(ran.stdout.starts_with("CHALLENGE  -:1\n\n  [0] Bearer\n"), "{}", ran.stdout);
    assert!(ran.stdout.contains("(Exchange)"), "{}", ran.stdout);
    assert!(ran.stdout.contains("note  repaired, which no server does: byte 17: U+201C"), "{}", ran.stdout);

    let ran = s2s(&["inspect", "-f", "jsonl"], &response("x-ms-diagnostics: 2000003;reason=\"r\"\r\n"));
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let line: Value = serde_json::from_str(ran.stdout.trim_end()).unwrap();
    assert_eq!((&line["type"], &line["status"]), (&json!("challenge"), &json!(401)));
    assert_eq!(line["diagnostics"][0]["code"], 2_000_003);
}

#[test]
fn inspect_malformed_challenge_is_broken_in_every_format() {
    let text = "WWW-Authenticate: Basic realm=\"x\n";
    for format in ["text", "json", "jsonl", "sarif"] {
        let ran = s2s(&["inspect", "-f", format], text);
        assert_eq!(ran.code, 20, "{format}: {}", ran.stdout);
        assert!(ran.stdout.contains("CHL-01"), "{format}: {}", ran.stdout);
    }
}

#[test]
fn validate_challenge_is_no_token() {
    let folder = Folder::new("no-token");
    let policy = folder.write("policy.toml", POLICY);
    let ran = s2s(&["validate", "-p", &policy], "WWW-Authenticate: NTLM\n");
    assert_eq!(ran.code, 3, "{}", ran.stdout);
    assert!(ran.stderr.contains("expected a token or a message, found a challenge"), "{}", ran.stderr);
}

#[test]
fn challenge_without_policy_read_and_not_judged() {
    let ran = s2s(&["challenge"], &response("WWW-Authenticate: NTLM TlRMTVNTUAACAAAA\r\n"));
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(ran.stdout.starts_with("CHALLENGE  -:1  status 401\n\n  [0] Bearer\n"), "{}", ran.stdout);
    for wanted in ["client_id", "(Exchange)", "(Azure ACS)", "[1] NTLM\n      [16 characters redacted]"] {
        assert!(ran.stdout.contains(wanted), "{wanted}: {}", ran.stdout);
    }
    assert!(!ran.stdout.contains("TlRM"));
}

#[test]
fn challenge_judged_under_policy_in_every_format() {
    let folder = Folder::new("challenge-judged");
    let policy = folder.write("policy.toml", &format!("{POLICY}\n[challenge]\noauth_only = true\n"));
    let clean = s2s(&["challenge", "--policy", &policy], &response(""));
    assert_eq!(clean.code, 0, "{}{}", clean.stdout, clean.stderr);
    assert!(clean.stdout.starts_with("CLEAN  -:1"), "{}", clean.stdout);

    let basic = response("WWW-Authenticate: Basic realm=\"\"\r\n");
    let file = folder.write("response.txt", &basic);
    let run = |format: &str| {
        s2s(
            &[
                "challenge",
                "--policy",
                &policy,
                "--url",
                "http://mail.example.test/ews/exchange.asmx",
                "--format",
                format,
                &file,
            ],
            "",
        )
    };
    let text = run("text");
    assert_eq!(text.code, 20);
    assert!(
        text.stdout.contains("error CHL-10  challenge [1]") && text.stdout.contains("error CHL-11"),
        "{}",
        text.stdout
    );
    let json = run("json").json();
    assert_eq!((&json["command"], &json["exit_code"]), (&Value::from("challenge"), &Value::from(20)));
    assert_eq!(json["responses"][0]["verdict"], "findings");
    assert_eq!(json["responses"][0]["challenges"][1]["scheme"], "Basic");
    let line: Value = serde_json::from_str(run("jsonl").stdout.trim_end()).unwrap();
    assert_eq!(line["schemes"], json!(["Bearer", "Basic"]));
    assert_eq!(line["findings"][0]["rule"], "CHL-10");
    let sarif = run("sarif").json();
    let results = sarif["runs"][0]["results"].as_array().unwrap();
    assert_eq!(
        results.iter().map(|result| result["ruleId"].as_str().unwrap()).collect::<Vec<_>>(),
        ["CHL-10", "CHL-11"]
    );
}

#[test]
fn challenge_several_inputs_and_raw_lines() {
    let folder = Folder::new("challenge-inputs");
    let first =
        folder.write("curl.txt", "* x\n> GET / HTTP/1.1\n< HTTP/2 401\n< www-authenticate: Negotiate\n< \n");
    let second = folder.write("line.txt", BEARER);
    let ran = s2s(&["challenge", "--format", "jsonl", &first, &second], "");
    let schemes: Vec<_> = ran
        .stdout
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap()["schemes"].clone())
        .collect();
    assert_eq!(schemes, [json!(["Negotiate"]), json!(["Bearer"])]);
    let none = s2s(&["challenge", &first, "-"], "HTTP/1.1 200 OK\r\n\r\n");
    assert_eq!(none.code, 3, "{}", none.stderr);
    assert!(none.stdout.contains("Negotiate"), "the other input is still read: {}", none.stdout);
}

#[test]
fn challenge_pasted_from_a_document_repaired_with_a_note() {
    let pasted = "Bearer client_id=“00000002-0000-0ff1-ce00-000000000000”";
    let ran = s2s(&["challenge", "--format", "json"], pasted);
    let report = ran.json();
    let response = &report["responses"][0];
    assert_eq!(response["challenges"][0]["parameters"][0]["value"], "00000002-0000-0ff1-ce00-000000000000");
    assert!(response["notes"][0].as_str().unwrap().contains("U+201C replaced by \""), "{response}");
}

#[test]
fn challenge_unreadable_refused_without_policy() {
    let ran = s2s(&["challenge"], "WWW-Authenticate: Bearer client_id=\"a");
    assert_eq!(ran.code, 20);
    assert!(ran.stdout.contains("error CHL-01") && ran.stdout.contains("closing quote"), "{}", ran.stdout);
}

#[test]
fn challenge_token_answers_or_says_why_not() {
    let folder = Folder::new("challenge-token");
    let fits = folder.write("fits.txt", &token(json!({})));
    let ran = s2s(&["challenge", "--token", &fits], &response(""));
    assert_eq!(ran.code, 0, "{}", ran.stdout);
    assert!(ran.stdout.contains("token  answers the challenge"), "{}", ran.stdout);

    let other = folder.write(
        "other.txt",
        &token(json!({"iss": format!("00000004-0000-0ff1-ce00-000000000000@{TENANT}"), "aud": "x/h@t"})),
    );
    let ran = s2s(&["challenge", "--token", &other, "--format", "json"], &response(""));
    assert_eq!(ran.code, 20);
    let report = ran.json();
    let answer = &report["responses"][0]["token"];
    assert_eq!(answer["satisfies"], false);
    let broken: Vec<_> = answer["checks"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|c| !c["severity"].is_null())
        .map(|c| c["rule"].clone())
        .collect();
    assert_eq!(broken, ["CHL-20", "CHL-21"]);
    let ran = s2s(&["challenge", "--token", &fits], "WWW-Authenticate: NTLM");
    assert_eq!(ran.code, 20, "without Bearer no token is an answer");
    assert!(ran.stdout.contains("does not answer the challenge"));
    assert!(!ran.stdout.contains("eyJ") && !report.to_string().contains("eyJ"));
}

#[test]
fn challenge_that_demands_claims_answered_only_by_a_token_that_has_them() {
    let folder = Folder::new("challenge-claims");
    let ask = |demand: &str, claims: Value| {
        let file = folder.write("token.txt", &token(claims));
        let line = format!("WWW-Authenticate: {BEARER}, error=\"insufficient_claims\", claims=\"{demand}\"");
        s2s(&["challenge", "--token", &file], &line)
    };
    let newer = STANDARD.encode(r#"{"access_token":{"nbf":{"essential":true,"value":"1795350000"}}}"#);
    let ran = ask(&newer, json!({ "nbf": "1795350000" }));
    assert_eq!(ran.code, 0, "{}", ran.stdout);
    assert!(ran.stdout.contains("token  answers the challenge"), "{}", ran.stdout);
    let ran = ask(&newer, json!({ "nbf": "1795349999" }));
    assert_eq!(ran.code, 20, "{}", ran.stdout);
    assert!(ran.stdout.contains("error CHL-24"), "{}", ran.stdout);

    // Nobody can say what such a demand means: that it is written so needs no policy to be seen.
    let twice = STANDARD.encode(r#"{"access_token":{"acrs":{"essential":true},"acrs":null}}"#);
    let ran = ask(&twice, json!({}));
    assert_eq!(ran.code, 20, "{}", ran.stdout);
    assert!(ran.stdout.contains("warning CHL-15") && ran.stdout.contains("acrs twice"), "{}", ran.stdout);
}

#[test]
fn challenge_diagnosis_names_who_must_change() {
    let folder = Folder::new("challenge-diagnosis");
    let diagnose = |headers: &str, claims: Value| {
        let file = folder.write("token.txt", &token(claims));
        let ran = s2s(
            &["challenge", "--diagnose", "--token", &file, "--format", "json", "--at", NOW],
            &response(headers),
        );
        ran.json()["responses"][0]["diagnosis"].clone()
    };
    let expired = "x-ms-diagnostics: 2000002;reason=\"expired\";error_category=\"token_expired\"\r\n";
    assert_eq!(diagnose(expired, json!({"exp": "1795348001"}))["must_change"], "token");
    assert_eq!(diagnose(expired, json!({}))["must_change"], "server", "by our clock it is current");
    let resource = "x-ms-diagnostics: 2000003;reason=\"Expected 'https://a'. Actual 'http://a'.\";error_category=\"invalid_resource\"\r\n";
    let off_load = diagnose(resource, json!({}));
    assert_eq!(off_load["must_change"], "server");
    assert!(off_load["server"][0].as_str().unwrap().contains("2000003 (invalid_resource)"), "{off_load}");
    assert!(off_load["token"][1].as_str().unwrap().contains("mail.example.test"), "{off_load}");
    assert_eq!(diagnose(resource, json!({"aud": "x/h@t"}))["must_change"], "token");

    let body = "HTTP/1.1 401 X\n\n{\"error\":\"invalid_client\",\"error_description\":\"AADSTS700027: x\",\"error_codes\":[700027]}";
    let ran = s2s(&["challenge", "--diagnose"], body);
    assert!(
        ran.stdout.contains("error body 700027") && ran.stdout.contains("the client's registration"),
        "{}",
        ran.stdout
    );
    let backend = s2s(&["challenge"], "x-ms-diagnostics-from-backend: AccessDenied|no\n");
    assert!(backend.stdout.contains("x-ms-diagnostics-from-backend AccessDenied"), "{}", backend.stdout);
}
