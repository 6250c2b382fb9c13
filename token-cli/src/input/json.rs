//! JSON that carries tokens in well-known members: the answer of a token endpoint, a saved request.

use serde_json::value::RawValue;

use super::line::{TOKEN_MEMBERS, looks_like_token};
use super::{Content, Item};

/// Takes the tokens out of a JSON object.
///
/// Returns nothing for something else than one object, and for an object without a token.
pub(super) fn tokens(text: &str, offset: usize, line: usize) -> Option<(Vec<Item>, usize)> {
    let mut objects =
        serde_json::Deserializer::from_str(text).into_iter::<serde_json::Map<String, serde_json::Value>>();
    let object = objects.next()?.ok()?;
    let len = objects.byte_offset();
    let mut items: Vec<Item> = TOKEN_MEMBERS
        .iter()
        .filter_map(|name| {
            let token = object.get(*name)?.as_str().filter(|token| looks_like_token(token.as_bytes()))?;
            // A token that is spelled with escapes is not in the text as it is; it then begins with the object.
            let at = text.find(token).unwrap_or_default();
            let line = line + text[..at].matches('\n').count();
            let content = Content::Token(token.as_bytes().to_vec());
            Some(Item { line: Some(line), offset: offset + at, content, notes: Vec::new() })
        })
        .collect();
    items.sort_by_key(|item| item.offset);
    (!items.is_empty()).then_some((items, len))
}

/// Whether a text is one JSON value and nothing else.
pub(super) fn is_json(text: &str) -> bool {
    serde_json::from_str::<&RawValue>(text).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_found_with_their_place() {
        let text = "{\n \"token_type\":\"Bearer\",\n \"access_token\":\"eyJhbGciOiJub25lIn0.eyJ9.\"}\nrest";
        let (items, len) = tokens(text, 100, 7).unwrap();
        assert_eq!(items.len(), 1);
        assert_eq!(items[0].line, Some(9));
        assert_eq!(items[0].offset, 100 + text.find("eyJ").unwrap());
        assert_eq!(&text[len..], "\nrest");
    }

    #[test]
    fn tokens_none_in_other_objects() {
        assert!(tokens("{\"access_token\":1}", 0, 1).is_none());
        assert!(tokens("{\"keys\":[]}", 0, 1).is_none());
        assert!(is_json("[]") && !is_json("{}.{}"));
    }
}
