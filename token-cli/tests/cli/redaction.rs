//! No output of any command holds a signature, or without --reveal anything of a token.

use std::collections::HashSet;

use crate::run::{Ran, inspect, read, run, run_with, validate};

/// Longer than chance, shorter than any part of a token.
const RUN: usize = 24;

/// Every piece of a text with this length.
fn pieces(text: &str) -> HashSet<&str> {
    (0..text.len().saturating_sub(RUN - 1)).filter_map(|at| text.get(at..at + RUN)).collect()
}

#[track_caller]
fn assert_holds_none(ran: &Ran, secret: &str, what: &str) {
    let all = ran.everything();
    let secrets = pieces(secret);
    for piece in (0..all.len()).filter_map(|at| all.get(at..at + RUN)) {
        assert!(!secrets.contains(piece), "{what}: {piece}");
    }
}

fn signature(token: &str) -> String {
    token.trim().rsplit('.').next().unwrap().to_owned()
}

/// Every way in which a token can go through the tool.
fn runs(file: &str, flags: &str) -> Vec<(String, Ran)> {
    let mut runs = Vec::new();
    for format in ["text", "json", "jsonl", "sarif"] {
        for at in ["2026-01-01T12:00:00Z", "2030-01-01T00:00:00Z"] {
            let line = format!("inspect {file} -f {format} --at {at} {flags}");
            runs.push((line.clone(), run(&line, "")));
            let line = format!("validate -p policy.toml {file} -f {format} --at {at} {flags}");
            runs.push((line.clone(), run(&line, "")));
            let line = format!("validate -p policy.toml {file} -f {format} --at {at} --all {flags}");
            runs.push((line.clone(), run(&line, "")));
        }
    }
    let token = read(file);
    let token = token.trim();
    runs.push(("explain".to_owned(), run_with(&["explain", token], "")));
    runs.push(("keys show of a token".to_owned(), run_with(&["keys", "show", file], "")));
    runs.push(("keys show token".to_owned(), run_with(&["keys", "show", token], "")));
    runs.push(("policy".to_owned(), run_with(&["validate", "-p", token, file], "")));
    runs.push(("policy of a token".to_owned(), run_with(&["validate", "-p", file, file], "")));
    runs.push(("keys".to_owned(), run_with(&["validate", "-p", "policy.toml", "-k", token, file], "")));
    runs.push((
        "keys of issuer".to_owned(),
        run_with(&["validate", "-p", "policy.toml", "-k", &format!("{token}=x"), file], ""),
    ));
    runs.push(("man".to_owned(), run_with(&["man", token], "")));
    runs.push(("completions".to_owned(), run_with(&["completions", token], "")));
    runs.push(("flag".to_owned(), run_with(&[&format!("--{token}")], "")));
    runs
}

#[test]
fn nothing_of_a_token_in_any_output() {
    for file in ["outer.txt", "actor.txt", "other-host.txt", "context.txt"] {
        let token = read(file);
        for (what, ran) in runs(file, "") {
            assert_holds_none(&ran, &token, &what);
            assert_holds_none(&ran, &read("actor.txt"), &what);
            assert_holds_none(&ran, "SECRET-refresh-token-of-this-test", &what);
        }
    }
}

#[test]
fn no_signature_in_any_output_even_revealed() {
    for file in ["outer.txt", "actor.txt", "other-host.txt", "context.txt"] {
        for (what, ran) in runs(file, "--reveal") {
            assert_holds_none(&ran, &signature(&read(file)), &what);
            assert_holds_none(&ran, &signature(&read("actor.txt")), &what);
        }
    }
}

#[test]
fn broken_tokens_redacted_too() {
    let actor = read("actor.txt");
    let actor = actor.trim();
    let broken = [
        // Cut inside, with a fourth part, with foreign bytes, with claims that stop being JSON inside the actor token.
        actor[..actor.len() / 2].to_owned(),
        format!("{actor}.{actor}"),
        actor.replace('.', " . "),
        format!("\"{actor}\""),
        crate::run::compact("{\"alg\":\"none\"}", &format!("{{\"aud\":\"a\",\"actortoken\":\"{actor}"), ""),
        crate::run::compact(
            "{\"alg\":\"none\"}",
            &format!("{{\"ACTORTOKEN\":[\"{actor}\"],\"x\":{{\"{actor}\":1}}}}"),
            "",
        ),
        crate::run::compact(
            &format!("{{\"alg\":\"none\",\"kid\":\"{actor}\"}}"),
            &format!("{{\"iss\":\"{actor}\"}}"),
            "",
        ),
    ];
    for token in broken {
        for format in ["text", "json", "jsonl", "sarif"] {
            for flags in ["", "--reveal"] {
                let what = format!("{format} {flags} of {token}");
                let secret = if flags.is_empty() { actor.to_owned() } else { signature(actor) };
                assert_holds_none(&inspect(&format!("-f {format} {flags}"), &token), &secret, &what);
                assert_holds_none(&validate(&format!("--all -f {format} {flags}"), &token), &secret, &what);
            }
        }
    }
}

#[test]
fn reveal_shows_header_and_payload_and_secrets() {
    let actor = read("actor.txt");
    let input = actor.trim().rsplit_once('.').unwrap().0;
    assert!(inspect("--reveal actor.txt", "").expect(0).stdout.contains(input));
    assert!(!inspect("actor.txt", "").expect(0).stdout.contains(input));
    let hidden = inspect("context.txt", "").expect(0).stdout;
    assert!(hidden.contains("[33 characters redacted]") && !hidden.contains("SECRET"), "{hidden}");
    assert!(
        inspect("--reveal context.txt", "").expect(0).stdout.contains("SECRET-refresh-token-of-this-test")
    );
    // The actor token is shown as what it says, in either case.
    let outer = inspect("--reveal outer.txt", "").expect(0).stdout;
    assert!(
        outer.contains("ACTOR TOKEN") && outer.contains("trustedfordelegation") && outer.contains(input),
        "{outer}"
    );
}
