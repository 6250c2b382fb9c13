//! Colour, closed pipes, and the two streams.

use std::io::Read;
use std::process::Stdio;

use crate::run::{AT, command, read, run, run_with, validate};

#[test]
fn colour_only_where_asked_for_and_never_in_the_way() {
    let plain = validate("outer.txt", "").stdout;
    assert!(!plain.contains('\u{1b}'));
    let coloured = validate("outer.txt --color always", "").stdout;
    assert!(coloured.starts_with("\u{1b}["), "{coloured}");
    // Colour moves nothing.
    let mut stripped = String::new();
    let mut pieces = coloured.split('\u{1b}');
    stripped.push_str(pieces.next().unwrap());
    for piece in pieces {
        stripped.push_str(piece.split_once('m').unwrap().1);
    }
    assert_eq!(stripped, plain);
    for format in ["json", "jsonl", "sarif"] {
        assert!(
            !validate(&format!("outer.txt --color always -f {format}"), "").stdout.contains('\u{1b}'),
            "{format}"
        );
    }
}

#[test]
fn no_color_counts_for_auto_and_always_wins() {
    let colour = |arguments: &[&str], name: &str, value: &str| {
        let output = command(arguments).env(name, value).output().unwrap();
        output.stdout.contains(&0x1b)
    };
    let explain = ["explain", "S2S-05"];
    // Something that says it is a terminal makes auto choose colour; NO_COLOR takes that back.
    assert!(colour(&explain, "CLICOLOR_FORCE", "1"));
    let both = command(&explain).env("CLICOLOR_FORCE", "1").env("NO_COLOR", "1").output().unwrap();
    assert!(!both.stdout.contains(&0x1b));
    assert!(!colour(&explain, "NO_COLOR", "1"));
    assert!(colour(&["explain", "S2S-05", "--color", "always"], "NO_COLOR", "1"));
    assert!(!colour(&["explain", "S2S-05", "--color", "never"], "CLICOLOR_FORCE", "1"));
}

#[test]
fn closed_pipe_ends_quietly() {
    let folder = crate::run::folder("closed-pipe");
    let many = folder.join("many.txt");
    let line = read("outer.txt").trim().to_owned() + "\n";
    std::fs::write(&many, line.repeat(2000)).unwrap();
    let mut child =
        command(&["validate", "-p", "policy.toml", "--at", AT, "-f", "jsonl", &many.display().to_string()])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
    let mut first = [0; 10];
    child.stdout.as_mut().unwrap().read_exact(&mut first).unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(141));
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
}

#[test]
fn messages_go_to_stderr_and_data_to_stdout() {
    let ran = run("explain S2S-05 namid", "").expect(3);
    assert!(ran.stdout.starts_with("S2S-05  rule\n"), "{}", ran.stdout);
    assert!(ran.stderr.contains("found namid; near: nameid"), "{}", ran.stderr);
}

#[test]
fn explain_every_family_in_both_formats() {
    let names = [
        "S2S-07",
        "J3",
        "T4",
        "nameid",
        "AADSTS500011",
        "2000003",
        "00000002-0000-0ff1-ce00-000000000000",
        "login.microsoftonline.us",
    ];
    let text = run(&format!("explain {}", names.join(" ")), "").expect(0).stdout;
    crate::run::snapshot("explain.txt", &text);
    let arguments: Vec<_> = ["explain", "-f", "json"].into_iter().chain(names).collect();
    let json = run_with(&arguments, "").expect(0).json();
    let seen: Vec<_> = json.as_array().unwrap().iter().map(|e| e["what"].as_str().unwrap()).collect();
    assert_eq!(
        seen,
        [
            "rule",
            "attack",
            "kind of token",
            "claim",
            "AADSTS error of the token service",
            "x-ms-diagnostics of Exchange",
            "application id",
            "host, US Government"
        ]
    );
}
