//! Every wrapping in which a token may come, and what is not taken for one.

use crate::run::{inspect, read, run_with, validate};

fn outer() -> String {
    read("outer.txt").trim().to_owned()
}

#[test]
fn token_in_each_wrapping_valid() {
    let token = outer();
    let wrappings = [
        token.clone(),
        format!("Bearer {token}\r\n"),
        format!("authorization:  bearer   {token}"),
        format!("# captured\n\n{token}\n"),
        format!("POST /ews HTTP/1.1\r\nHost: mail.contoso.com\r\nAuthorization: Bearer {token}\r\n\r\nbody"),
        format!("> GET / HTTP/1.1\n> Authorization: Bearer {token}\n>\n"),
        format!("{{\"token_type\":\"Bearer\",\n\"access_token\":\"{token}\"}}"),
        format!("grant_type=x&assertion={token}&resource=y"),
    ];
    for input in wrappings {
        let ran = validate("-f jsonl", &input).expect(0);
        assert_eq!(ran.lines().len(), 1, "{input}");
        assert_eq!(ran.lines()[0]["verdict"], "valid");
    }
}

#[test]
fn good_and_broken_lines_judged_in_order_with_their_numbers() {
    let token = outer();
    let input = format!(
        "# head\n{token}\nnot a token\n\neyJhbGciOiJub25lIn0.!.\n{token}\n{}\n",
        read("readable.txt").trim()
    );
    let ran = validate("-f jsonl -", &input).expect(20);
    let seen: Vec<_> = ran
        .lines()
        .iter()
        .map(|line| {
            (
                line["line"].as_u64().unwrap(),
                line["verdict"].as_str().unwrap().to_owned(),
                line["rule"].clone(),
            )
        })
        .collect();
    let row = |line, verdict: &str, rule: Option<&str>| (line, verdict.to_owned(), serde_json::json!(rule));
    assert_eq!(
        seen,
        [
            row(2, "valid", None),
            row(3, "invalid", Some("INP-02")),
            row(5, "invalid", Some("INP-03")),
            row(6, "valid", None),
            row(7, "unsigned", None),
        ]
    );
    assert!(ran.lines()[2]["message"].as_str().unwrap().contains("byte 20"), "{}", ran.stdout);
}

#[test]
fn token_on_the_command_line_taken_with_a_warning_and_never_repeated() {
    let token = outer();
    for argument in [token.clone(), format!("Bearer {token}")] {
        let ran =
            run_with(&["validate", "-p", "policy.toml", "--at", crate::run::AT, &argument], "").expect(0);
        assert!(ran.stdout.starts_with("VALID  argument\n"), "{}", ran.stdout);
        assert!(
            ran.stderr.contains("warning: a token on the command line can be seen by other users"),
            "{}",
            ran.stderr
        );
        assert!(!ran.everything().contains(&token[..24]));
    }
    // Where the command is missing, the parser of the arguments would repeat the token.
    let ran = run_with(&[&token], "").expect(2);
    assert!(
        ran.stderr.contains("unrecognized subcommand") && ran.stderr.contains("redacted"),
        "{}",
        ran.stderr
    );
    assert!(!ran.everything().contains(&token[..24]));
    let ran = run_with(&["inspect", "--at", &token], "").expect(2);
    assert!(!ran.everything().contains(&token[..24]));
}

#[test]
fn two_authorization_lines_refused() {
    let token = outer();
    let head = format!("GET / HTTP/1.1\nAuthorization: Bearer {token}\nauthorization: Bearer {token}\n\n");
    let ran = validate("-f jsonl", &head).expect(20);
    assert_eq!(ran.lines()[0]["verdict"], "invalid");
    let message = ran.lines()[0]["message"].as_str().unwrap().to_owned();
    assert!(
        message.contains("expected one line \"Authorization: Bearer …\"") && message.contains("2 of them"),
        "{message}"
    );
    assert!(inspect("", &head).expect(20).stdout.starts_with("REFUSED  -:2\n"));
}

#[test]
fn request_head_without_a_bearer_token_is_nothing() {
    let ran = validate("", "GET / HTTP/1.1\nHost: a\n\n").expect(3);
    assert!(ran.stderr.contains("found no Authorization line at byte 0"), "{}", ran.stderr);
    let ran = validate("", "GET / HTTP/1.1\nAuthorization: Bearer\n\n").expect(3);
    assert!(ran.stderr.contains("an empty Bearer") && ran.stderr.contains("at byte 15"), "{}", ran.stderr);
}

#[test]
fn typographic_readable_form_repaired_inspected_and_never_valid() {
    let text = read("readable.txt").trim().trim_end_matches('.').replace('"', "\u{201d}");
    let ran = inspect("-f json", &text).expect(0);
    let item = &ran.json()["items"][0];
    let claims = item["token"]["layers"][0]["claims"].as_array().unwrap();
    assert!(claims.iter().any(|claim| claim["name"] == "smtp" && claim["value"] == "alice@contoso.com"));
    let notes: Vec<_> = item["notes"].as_array().unwrap().iter().map(|note| note.as_str().unwrap()).collect();
    assert!(notes[0].contains("never verified"), "{notes:?}");
    assert!(notes.iter().any(|note| note.contains("final dot was missing")), "{notes:?}");
    assert!(notes.iter().any(|note| note.contains("typographic quotes")), "{notes:?}");
    let ran = validate("-f jsonl", &text).expect(20);
    assert_eq!(ran.lines()[0]["verdict"], "unsigned");
}

#[test]
fn broken_token_shows_what_could_be_decoded_and_the_byte() {
    let token = read("actor.txt").trim().to_owned();
    // The signature is cut to a length that base64 cannot have.
    let cut = token.len() - token.rsplit('.').next().unwrap().len() + 5;
    let ran = inspect("", &token[..cut]).expect(20);
    assert!(ran.stdout.contains(&format!("at byte {cut} of the token")), "{}", ran.stdout);
    assert!(ran.stdout.contains("[INP-03]") && ran.stdout.contains("identityprovider"), "{}", ran.stdout);
    // The claims are cut: what stands before the cut is shown.
    let claims = "{\"aud\":\"first\",\"iss\":\"sec";
    let ran = inspect("", crate::run::compact("{\"alg\":\"none\"}", claims, "")).expect(20);
    assert!(ran.stdout.contains("first") && ran.stdout.contains("[INP-05]"), "{}", ran.stdout);
}

#[test]
fn terminal_escapes_of_a_token_neutralised() {
    let claims = "{\"smtp\":\"a\\u001b[31mred\\u202e\",\"\\u001b[2J\":1}";
    let token = crate::run::compact("{\"alg\":\"none\"}", claims, "");
    for format in ["text", "json", "jsonl", "sarif"] {
        let ran = inspect(&format!("-f {format}"), &token);
        assert!(!ran.everything().contains(['\u{1b}', '\u{202e}']), "{format}");
    }
    assert!(inspect("--reveal", &token).stdout.contains("a\\u{1b}[31mred\\u{202e}"));
}

#[test]
fn input_beyond_the_bound_refused() {
    let ran = validate("", vec![b'a'; 16 * 1024 * 1024 + 1]).expect(1);
    assert!(ran.stderr.contains("expected at most 16777216 bytes, found more"), "{}", ran.stderr);
}

#[test]
fn at_replaces_the_clock() {
    for at in ["2026-01-01T12:00:00Z", "2026-01-01T13:00:00+01:00", "1767268800"] {
        run_with(&["validate", "-p", "policy.toml", "outer.txt", "--at", at], "").expect(0);
    }
    for (at, rule) in [("2026-01-01T18:05:01Z", "S2S-25"), ("2026-01-01T09:54:59Z", "S2S-26")] {
        let ran = run_with(&["validate", "-p", "policy.toml", "outer.txt", "-f", "jsonl", "--at", at], "")
            .expect(20);
        assert_eq!(ran.lines()[0]["rule"], rule);
    }
    // The ends are inclusive, skew included.
    for at in ["2026-01-01T18:05:00Z", "2026-01-01T09:55:00Z"] {
        run_with(&["validate", "-p", "policy.toml", "outer.txt", "--at", at], "").expect(0);
    }
}
