//! Reads the vector files and checks what their schemas demand beyond the types.

use std::collections::BTreeSet;
use std::fmt;
use std::path::{Path, PathBuf};

use crate::dauth::{DauthFile, DauthGroup, DauthMessages, DauthTest};
use crate::model::{Coverage, Covers, File, KeyFile, KeySource, Note, Test, Verdict};

/// The schema of the vectors for challenges, which are no tokens: their runner gives them their types.
const CHALLENGES: &str = "challenge-vectors-v1.schema.json";

/// Reads all files of token vectors, by name.
///
/// # Errors
/// The first file that cannot be read, does not follow its schema, or contradicts itself.
pub fn load_all() -> Result<Vec<File>, LoadError> {
    let mut files = Vec::new();
    let mut ids = BTreeSet::new();
    for (path, text) in texts()? {
        let others = [KeyFile::SCHEMA, DauthFile::SCHEMA, CHALLENGES];
        if !others.iter().any(|schema| text.contains(schema)) {
            let file: File = parse(&path, &text)?;
            check(&file, &mut ids).map_err(|problem| LoadError { path, problem })?;
            files.push(file);
        }
    }
    Ok(files)
}

/// Reads all files of key document vectors, by name.
///
/// # Errors
/// As for [`load_all`].
pub fn load_key_documents() -> Result<Vec<KeyFile>, LoadError> {
    let mut files = Vec::new();
    let mut ids = BTreeSet::new();
    for (path, text) in texts()? {
        if text.contains(KeyFile::SCHEMA) {
            let file: KeyFile = parse(&path, &text)?;
            check_documents(&file, &mut ids).map_err(|problem| LoadError { path, problem })?;
            files.push(file);
        }
    }
    Ok(files)
}

/// Reads all files of vectors of federated delegation, by name.
///
/// # Errors
/// As for [`load_all`].
pub fn load_dauth() -> Result<Vec<DauthFile>, LoadError> {
    let mut files = Vec::new();
    let mut ids = BTreeSet::new();
    for (path, text) in texts()? {
        if text.contains(DauthFile::SCHEMA) {
            let file: DauthFile = parse(&path, &text)?;
            check_dauth(&file, &mut ids).map_err(|problem| LoadError { path, problem })?;
            files.push(file);
        }
    }
    Ok(files)
}

/// Why the vectors cannot be used.
#[derive(Debug)]
pub struct LoadError {
    path: PathBuf,
    problem: String,
}

impl fmt::Display for LoadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.path.display(), self.problem)
    }
}

impl std::error::Error for LoadError {}

fn texts() -> Result<Vec<(PathBuf, String)>, LoadError> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("vectors");
    let failed =
        |path: &Path, error: std::io::Error| LoadError { path: path.into(), problem: error.to_string() };
    let mut paths = Vec::new();
    for entry in std::fs::read_dir(&folder).map_err(|error| failed(&folder, error))? {
        paths.push(entry.map_err(|error| failed(&folder, error))?.path());
    }
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "json"));
    paths.sort();
    let read = |path: PathBuf| match std::fs::read_to_string(&path) {
        Ok(text) => Ok((path, text)),
        Err(error) => Err(failed(&path, error)),
    };
    paths.into_iter().map(read).collect()
}

fn parse<T: serde::de::DeserializeOwned>(path: &Path, text: &str) -> Result<T, LoadError> {
    serde_json::from_str(text).map_err(|error| LoadError { path: path.into(), problem: error.to_string() })
}

fn check(file: &File, ids: &mut BTreeSet<String>) -> Result<(), String> {
    expect(&file.schema, "schema", file.schema == File::SCHEMA)?;
    let mut used = BTreeSet::new();
    for group in &file.test_groups {
        expect(&group.name, "a policy that is an object", group.policy.is_object())?;
        expect(&group.name, "tests", !group.tests.is_empty())?;
        for source in &group.keys {
            check_source(&group.name, source)?;
        }
        for test in &group.tests {
            check_test(test, ids)?;
            used.extend(test.flags.iter());
        }
    }
    check_notes(&file.notes, &used)
}

fn check_test(test: &Test, ids: &mut BTreeSet<String>) -> Result<(), String> {
    check_id(&test.id, ids)?;
    check_rules(&test.id, &test.broken, &test.covers)?;
    let is_valid = test.verdict == Verdict::Valid;
    expect(&test.id, "a rule exactly where the token is not valid", is_valid == test.rule.is_none())?;
    let listed = test.rule.as_ref().is_none_or(|rule| test.broken.contains(rule));
    expect(&test.id, "the deciding rule among the broken ones", listed)?;
    expect(&test.id, "a kind", !test.kind.is_empty())?;
    expect(&test.id, "presented more than once, or absent", test.presented.is_none_or(|times| times > 1))
}

fn check_documents(file: &KeyFile, ids: &mut BTreeSet<String>) -> Result<(), String> {
    expect(&file.schema, "schema", file.schema == KeyFile::SCHEMA)?;
    let mut used = BTreeSet::new();
    for test in file.test_groups.iter().flat_map(|group| &group.tests) {
        check_id(&test.id, ids)?;
        check_rules(&test.id, &test.broken, &test.covers)?;
        expect(&test.id, "documents", !test.documents.is_empty())?;
        for source in &test.documents {
            check_source(&test.id, source)?;
        }
        used.extend(test.flags.iter());
    }
    check_notes(&file.notes, &used)
}

fn check_dauth(file: &DauthFile, ids: &mut BTreeSet<String>) -> Result<(), String> {
    expect(&file.schema, "schema", file.schema == DauthFile::SCHEMA)?;
    let mut used = BTreeSet::new();
    for group in &file.test_groups {
        expect(&group.name, "a policy with dauth", group.policy["dauth"].is_object())?;
        expect(&group.name, "tests", !group.tests.is_empty())?;
        for source in &group.keys {
            check_source(&group.name, source)?;
        }
        for test in &group.tests {
            check_dauth_test(group, test, ids)?;
            used.extend(test.flags.iter());
        }
    }
    check_notes(&file.notes, &used)
}

fn check_dauth_test(group: &DauthGroup, test: &DauthTest, ids: &mut BTreeSet<String>) -> Result<(), String> {
    check_id(&test.id, ids)?;
    expect(&test.id, "one of message and messageBase64", test.bytes().is_some())?;
    let is_valid = test.verdict == Verdict::Valid;
    expect(&test.id, "a rule exactly where the message is not valid", is_valid == test.rule.is_none())?;
    let has_facts = is_valid && group.messages == DauthMessages::Token;
    expect(&test.id, "facts exactly where a token is valid", has_facts == test.facts.is_some())?;
    expect(&test.id, "presented more than once, or absent", test.presented.is_none_or(|times| times > 1))?;
    // Where the broken rules are not all foretold, the first of them is the only one that a test can hit.
    let broken = test.broken.clone().unwrap_or_else(|| test.rule.iter().cloned().collect());
    let listed = test.rule.as_ref().is_none_or(|rule| broken.contains(rule));
    expect(&test.id, "the deciding rule among the broken ones", listed)?;
    check_rules(&test.id, &broken, &test.covers)
}

fn check_id(id: &str, ids: &mut BTreeSet<String>) -> Result<(), String> {
    let plain = id.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    expect(id, "an id of lower-case letters, digits and hyphens", plain && !id.is_empty())?;
    expect(id, "an id that no other test has", ids.insert(id.to_owned()))
}

fn check_rules(id: &str, broken: &[String], covers: &[Covers]) -> Result<(), String> {
    expect(id, "broken rules sorted and unique", broken.is_sorted_by(|left, right| left < right))?;
    for Covers { rule, coverage } in covers {
        let is_broken = broken.contains(rule);
        expect(
            id,
            "a hit on a broken rule, a near miss of a kept one",
            is_broken == (*coverage == Coverage::Hit),
        )?;
    }
    Ok(())
}

fn check_source(id: &str, source: &KeySource) -> Result<(), String> {
    expect(id, "key documents with one of document and documentBase64", source.bytes().is_some())
}

fn check_notes(
    notes: &std::collections::BTreeMap<String, Note>,
    used: &BTreeSet<&String>,
) -> Result<(), String> {
    for flag in used {
        expect(flag, "a note for the flag", notes.contains_key(*flag))?;
    }
    for flag in notes.keys() {
        expect(flag, "a test with the flag", used.contains(flag))?;
    }
    Ok(())
}

fn expect(subject: &str, what: &str, holds: bool) -> Result<(), String> {
    if holds { Ok(()) } else { Err(format!("{subject}: expected {what}")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn load_all_committed_files_follow_their_schemas() {
        let files = load_all().unwrap();
        let tests =
            files.iter().flat_map(|file| &file.test_groups).map(|group| group.tests.len()).sum::<usize>();
        assert!(tests > 300, "{tests}");
        let files = load_key_documents().unwrap();
        assert!(files.iter().flat_map(|file| &file.test_groups).any(|group| group.tests.len() > 5));
    }

    #[test]
    fn load_dauth_every_attack_and_both_sides_of_every_rule_covered() {
        let files = load_dauth().unwrap();
        let groups = || files.iter().flat_map(|file| &file.test_groups);
        let tests = || groups().flat_map(|group| &group.tests);
        assert!(tests().count() > 700, "{}", tests().count());
        for attack in (1..=18).map(|number| format!("D{number}")) {
            assert!(tests().any(|test| test.flags.contains(&attack)), "{attack}");
        }
        for rule in (1..=25).chain(30..=33).map(|number| format!("DA-{number:02}")) {
            for coverage in [Coverage::Hit, Coverage::NearMiss] {
                let covered = Covers { rule: rule.clone(), coverage };
                assert!(tests().any(|test| test.covers.contains(&covered)), "{covered:?}");
            }
        }
    }

    #[test]
    fn schemas_carry_the_names_that_the_files_use() {
        let schemas = Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas");
        for name in [File::SCHEMA, KeyFile::SCHEMA, DauthFile::SCHEMA] {
            let text = std::fs::read_to_string(schemas.join(name)).unwrap();
            let schema: serde_json::Value = serde_json::from_str(&text).unwrap();
            assert_eq!(schema["$id"], name);
            assert_eq!(schema["properties"]["schema"]["const"], name);
        }
    }

    #[test]
    fn schema_describes_every_member_of_a_test() {
        let schemas = Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas");
        let text = std::fs::read_to_string(schemas.join(File::SCHEMA)).unwrap();
        let schema: serde_json::Value = serde_json::from_str(&text).unwrap();
        let described = schema["$defs"]["test"]["properties"].as_object().unwrap();
        for file in load_all().unwrap() {
            for test in file.test_groups.iter().flat_map(|group| &group.tests) {
                let written = serde_json::to_value(test).unwrap();
                assert!(written.as_object().unwrap().keys().all(|member| described.contains_key(member)));
                let kinds = described["kind"]["enum"].as_array().unwrap();
                assert!(kinds.iter().any(|kind| *kind == test.kind), "{}", test.kind);
            }
        }
    }

    #[test]
    fn parse_unknown_member_refused() {
        let text = format!(r#"{{"schema":"{}","notes":{{}},"testGroups":[],"extra":1}}"#, File::SCHEMA);
        let error = parse::<File>(Path::new("x.json"), &text).unwrap_err();
        assert!(error.to_string().contains("unknown field `extra`"), "{error}");
    }

    #[test]
    fn check_contradictions_refused() {
        let text = |broken: &str, rule: &str, covers: &str| {
            format!(
                r#"{{"schema":"{}","notes":{{}},"testGroups":[{{"name":"g","policy":{{}},"keys":[],"tests":[{{
                "id":"a","comment":"c","flags":[],"covers":[{covers}],"token":"t","now":1,"kind":"outer",
                "verdict":"invalid","rule":{rule},"broken":[{broken}]}}]}}]}}"#,
                File::SCHEMA
            )
        };
        let check = |text: &str| check(&serde_json::from_str(text).unwrap(), &mut BTreeSet::new());
        assert_eq!(check(&text(r#""A","B""#, r#""B""#, r#"{"rule":"A","as":"hit"}"#)), Ok(()));
        assert!(check(&text(r#""B","A""#, r#""B""#, "")).is_err());
        assert!(check(&text(r#""A""#, r#""B""#, "")).is_err());
        assert!(check(&text(r#""A""#, "null", "")).is_err());
        assert!(check(&text(r#""A""#, r#""A""#, r#"{"rule":"A","as":"near-miss"}"#)).is_err());
        assert!(check(&text(r#""A""#, r#""A""#, r#"{"rule":"C","as":"hit"}"#)).is_err());
    }
}
