//! Reads the JSON of a key document into a small tree that holds each member once.
//!
//! Follows RFC 8259, and RFC 7517 section 4 where it lets a reader refuse duplicate members: they are refused
//! at every level, as are nesting and objects beyond the budget, and bytes after the value.

use std::cell::Cell;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};

use super::document::{DocumentError, DocumentErrorKind};
use crate::budget::Budget;

/// A JSON value. Numbers carry no meaning in key documents, so none is kept.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Node {
    Null,
    Bool,
    Number,
    String(String),
    Array(Vec<Node>),
    Object(Vec<(String, Node)>),
}

impl Node {
    /// Returns a member of an object.
    pub(super) fn member(&self, name: &str, names: Names) -> Option<&Self> {
        let Self::Object(members) = self else { return None };
        members.iter().find(|(other, _)| names.equal(name, other)).map(|(_, node)| node)
    }

    pub(super) fn as_str(&self) -> Option<&str> {
        match self {
            Self::String(text) => Some(text),
            _ => None,
        }
    }

    pub(super) fn as_array(&self) -> Option<&[Self]> {
        match self {
            Self::Array(nodes) => Some(nodes),
            _ => None,
        }
    }

    pub(super) fn is_object(&self) -> bool {
        matches!(self, Self::Object(_))
    }
}

/// When two member names are the same name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Names {
    /// Letter by letter, after JSON escapes were resolved.
    Exact,
    /// In any letter case, as the readers of metadata/json/1 take them.
    AnyCase,
}

impl Names {
    fn equal(self, left: &str, right: &str) -> bool {
        match self {
            Self::Exact => left == right,
            Self::AnyCase => left.eq_ignore_ascii_case(right),
        }
    }
}

/// Reads one JSON value that fills the text.
///
/// # Errors
/// `at` is the last byte that was read: of a member that is there twice, the closing quote of its second
/// name.
pub(super) fn parse(text: &str, names: Names, budget: &Budget) -> Result<Node, DocumentError> {
    let problem = Cell::new(None);
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let seed = Seed { names, budget, depth: 0, problem: &problem };
    let failed = |error: &serde_json::Error, kind| DocumentError { kind, at: Some(offset(text, error)) };
    let node = seed
        .deserialize(&mut deserializer)
        .map_err(|error| failed(&error, problem.get().unwrap_or(DocumentErrorKind::NotJson)))?;
    deserializer.end().map_err(|error| failed(&error, DocumentErrorKind::TrailingBytes))?;
    Ok(node)
}

/// Turns line and column, both from 1, into a byte offset; serde_json counts columns in bytes.
fn offset(text: &str, error: &serde_json::Error) -> usize {
    let lines = text.split_inclusive('\n').take(error.line().saturating_sub(1));
    let before = lines.fold(0, |sum: usize, line| sum.saturating_add(line.len()));
    before.saturating_add(error.column().saturating_sub(1)).min(text.len())
}

/// Builds a node, one level deeper than its parent.
#[derive(Clone, Copy)]
struct Seed<'p> {
    names: Names,
    budget: &'p Budget,
    depth: u8,
    problem: &'p Cell<Option<DocumentErrorKind>>,
}

impl Seed<'_> {
    fn deeper<E: Error>(self) -> Result<Self, E> {
        let depth = self.depth.saturating_add(1);
        if depth > self.budget.max_depth {
            return Err(self.fail(DocumentErrorKind::TooDeep { max: self.budget.max_depth }));
        }
        Ok(Self { depth, ..self })
    }

    /// Leaves the problem where `parse` finds it: an error of serde carries text only.
    fn fail<E: Error>(self, kind: DocumentErrorKind) -> E {
        self.problem.set(Some(kind));
        E::custom(kind)
    }
}

impl<'de> DeserializeSeed<'de> for Seed<'_> {
    type Value = Node;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Node, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Seed<'_> {
    type Value = Node;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E: Error>(self) -> Result<Node, E> {
        Ok(Node::Null)
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<Node, E> {
        Ok(Node::Bool)
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<Node, E> {
        Ok(Node::Number)
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<Node, E> {
        Ok(Node::Number)
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<Node, E> {
        Ok(Node::Number)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Node, E> {
        Ok(Node::String(text.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Node, A::Error> {
        let seed = self.deeper()?;
        let mut nodes = Vec::new();
        while let Some(node) = items.next_element_seed(seed)? {
            nodes.push(node);
        }
        Ok(Node::Array(nodes))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Node, A::Error> {
        let seed = self.deeper()?;
        let mut members: Vec<(String, Node)> = Vec::new();
        while let Some(name) = map.next_key::<String>()? {
            // Objects are small, by the budget, so that looking through them is cheaper than a table.
            if members.iter().any(|(other, _)| self.names.equal(other, &name)) {
                return Err(self.fail(DocumentErrorKind::DuplicateMember));
            }
            if members.len() >= self.budget.max_members {
                return Err(self.fail(DocumentErrorKind::TooManyMembers { max: self.budget.max_members }));
            }
            members.push((name, map.next_value_seed(seed)?));
        }
        Ok(Node::Object(members))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Node, DocumentError> {
        parse(text, Names::Exact, &Budget::DEFAULT)
    }

    fn error(text: &str, names: Names) -> (DocumentErrorKind, Option<usize>) {
        let error = parse(text, names, &Budget::DEFAULT).unwrap_err();
        (error.kind, error.at)
    }

    #[test]
    fn value_of_every_type_read() {
        let node = read(r#" {"a":[null,true,1,-1,1.5],"\u0062":"x\n"} "#).unwrap();
        let list = vec![Node::Null, Node::Bool, Node::Number, Node::Number, Node::Number];
        let expected = vec![("a".into(), Node::Array(list)), ("b".into(), Node::String("x\n".into()))];
        assert_eq!(node, Node::Object(expected));
    }

    #[test]
    fn duplicate_member_refused_where_it_stands() {
        let duplicate = DocumentErrorKind::DuplicateMember;
        assert_eq!(error(r#"{"a":1,"a":2}"#, Names::Exact), (duplicate, Some(9)));
        assert_eq!(error(r#"{"a":1,"\u0061":2}"#, Names::Exact), (duplicate, Some(14)));
        assert_eq!(error("{\n \"k\": [{\"a\":1,\n\"a\":2}]}", Names::Exact), (duplicate, Some(19)));
    }

    #[test]
    fn duplicate_member_in_another_case_refused_only_where_case_is_ignored() {
        let text = r#"{"k":[{"value":1,"Value":2}]}"#;
        assert_eq!(error(text, Names::AnyCase), (DocumentErrorKind::DuplicateMember, Some(23)));
        assert!(read(text).is_ok());
        assert!(parse(r#"{"a":{"a":1},"b":{"a":2}}"#, Names::AnyCase, &Budget::DEFAULT).is_ok());
    }

    #[test]
    fn depth_bound_exact() {
        let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        assert!(read(&nested(8)).is_ok());
        assert_eq!(error(&nested(9), Names::Exact).0, DocumentErrorKind::TooDeep { max: 8 });
        assert_eq!(error(&"[".repeat(100_000), Names::Exact).0, DocumentErrorKind::TooDeep { max: 8 });
    }

    #[test]
    fn member_bound_exact() {
        let object = |members: usize| {
            let members: Vec<String> = (0..members).map(|index| format!("\"{index}\":0")).collect();
            format!("{{{}}}", members.join(","))
        };
        assert!(read(&object(64)).is_ok());
        assert_eq!(error(&object(65), Names::Exact).0, DocumentErrorKind::TooManyMembers { max: 64 });
    }

    #[test]
    fn broken_json_refused_where_it_breaks() {
        assert_eq!(error(r#"{"a":}"#, Names::Exact), (DocumentErrorKind::NotJson, Some(5)));
        assert_eq!(error(r#"{"a":1} x"#, Names::Exact), (DocumentErrorKind::TrailingBytes, Some(8)));
        assert_eq!(error(r#"{"a":1"#, Names::Exact).0, DocumentErrorKind::NotJson);
        assert_eq!(error(r#"{"a":"\ud800"}"#, Names::Exact).0, DocumentErrorKind::NotJson);
        assert_eq!(error("", Names::Exact), (DocumentErrorKind::NotJson, Some(0)));
    }

    #[test]
    fn member_found_by_the_rule_of_names() {
        let node = read(r#"{"keyValue":"x"}"#).unwrap();
        assert_eq!(node.member("keyvalue", Names::AnyCase).and_then(Node::as_str), Some("x"));
        assert_eq!(node.member("keyvalue", Names::Exact), None);
    }
}
