//! What the documentation shows is what happens.

use std::fs;

use crate::run::{AT, Ran, folder, read, run, run_in_samples};

fn documentation(name: &str) -> String {
    fs::read_to_string(format!("{}/../docs/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

/// The fenced blocks of a language, in their order.
fn blocks<'d>(text: &'d str, language: &str) -> Vec<&'d str> {
    text.split(&format!("```{language}\n")).skip(1).map(|rest| rest.split_once("\n```").unwrap().0).collect()
}

/// Judges a token under a policy text; keys are not at hand, but the policy must be read.
#[track_caller]
fn accepts_policy(name: &str, policy: &str) {
    let folder = folder(name);
    let path = folder.join(name);
    fs::write(&path, policy).unwrap();
    for keys in ["acs-metadata.json", "entra-jwks.json", "metadata.json"] {
        fs::write(folder.join(keys), read("metadata.json")).unwrap();
    }
    for file in ["gateway-metadata.xml", "gateway.cer"] {
        fs::write(folder.join(file), read("../../../test-vectors/keys/gateway-current.cert.pem")).unwrap();
    }
    let ran = run(&format!("validate -p {} --at {AT} -f jsonl outer.txt", path.display()), "");
    assert_eq!(ran.lines().len(), 1, "{}", ran.stderr);
    assert!(!ran.stderr.contains("error"), "{}", ran.stderr);
}

#[test]
fn policies_of_the_documentation_are_read() {
    let text = documentation("policy.md");
    let toml = blocks(&text, "toml");
    assert_eq!(toml.len(), 4);
    accepts_policy("annotated.toml", toml[0]);
    accepts_policy("members.toml", &format!("{}\n{}", toml[1], read("policy.toml")));
    accepts_policy("fetch.toml", &format!("{}\n{}", read("policy.toml"), toml[2]));
    accepts_policy("dauth.toml", &format!("{}\n{}", read("policy.toml"), toml[3]));
    let json = blocks(&text, "json");
    assert_eq!(json.len(), 1);
    accepts_policy("policy.json", json[0]);
}

#[test]
fn policy_members_and_kinds_all_documented() {
    let text = documentation("policy.md") + &documentation("keys.md");
    // The message for an unknown member lists those that there are.
    let places = [
        ("", "[audience]"),
        ("audience", "[audience]\nunknown = 1"),
        ("issuer", "[[issuer]]\nunknown = 1"),
        ("challenge", "[challenge]\nunknown = 1"),
        ("danger", "[danger]\nunknown = 1"),
        ("skew", "[skew]\nunknown = 1"),
        ("fetch", "[fetch]\nunknown = 1"),
    ];
    for (table, line) in places {
        let policy = if table.is_empty() {
            format!("unknown = 1\n{}", read("policy.toml"))
        } else if matches!(table, "challenge" | "danger" | "fetch" | "skew") {
            format!("{}\n{line}", read("policy.toml"))
        } else {
            let header = line.split('\n').next().unwrap();
            read("policy.toml").replacen(header, line, 1)
        };
        let path = folder("members").join("policy.toml");
        fs::write(&path, policy).unwrap();
        let ran = run(&format!("validate -p {} outer.txt", path.display()), "").expect(2);
        let members: Vec<_> = ran.stderr.split('`').skip(3).step_by(2).collect();
        assert!(members.len() >= 2, "{}", ran.stderr);
        for member in members {
            let documented = [
                format!("`{member}`"),
                format!("`{table}.{member}`"),
                format!("`{member}."),
                format!("## `{member}`"),
            ];
            assert!(documented.iter().any(|form| text.contains(form)), "{table} {member}");
        }
    }
    let kinds = run("explain -f json T1 T2 T3 T5a T5b T7 T8 T9 T10 T11", "").expect(0).json();
    for kind in kinds.as_array().unwrap() {
        let row =
            format!("| `{}` | {} | ", kind["in_policies"].as_str().unwrap(), kind["name"].as_str().unwrap());
        assert!(text.contains(&row), "{row}");
    }
}

/// Runs the examples of a page, and returns how many there are.
#[track_caller]
fn assert_examples_print_what_stands_there(text: &str, run: impl Fn(&str) -> Ran) -> usize {
    let mut seen = 0;
    for example in text.split("\n    $ s2s ").skip(1) {
        let (command, rest) = example.split_once('\n').unwrap();
        let output: Vec<_> = rest
            .lines()
            .take_while(|line| line.is_empty() || line.starts_with("    "))
            .map(|line| line.strip_prefix("    ").unwrap_or(line))
            .collect();
        assert_eq!(output.join("\n").trim_end(), run(command).stdout.trim_end(), "{command}");
        seen += 1;
    }
    seen
}

#[test]
fn commands_of_the_documentation_print_what_stands_there() {
    let text = documentation("dauth.md");
    assert_eq!(assert_examples_print_what_stands_there(&text, |command| run_in_samples(command, "")), 2);
    let text = documentation("cli.md");
    assert_eq!(assert_examples_print_what_stands_there(&text, |command| run(command, "")), 3);
    let nothing = run("inspect", "hello\n").expect(3);
    assert!(
        text.contains(&format!("    $ echo hello | s2s inspect\n    {}", nothing.stderr)),
        "{}",
        nothing.stderr
    );
}
