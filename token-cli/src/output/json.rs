//! JSON: one document with everything, every check included. It is written as it is found, item by item.

use serde::Serialize;
use serde_json::json;
use token_core::UnixTime;

use crate::commands::explain::Explanation;
use crate::commands::validate::Counts;
use crate::exit::Exit;

/// A document that is written item by item: what was judged need not be kept until the end.
pub(crate) struct Document {
    list: &'static str,
    items: usize,
}

impl Document {
    /// Begins a document whose items stand in the member `list`.
    pub(crate) fn begin(command: &'static str, list: &'static str, now: UnixTime) -> (Self, String) {
        let (name, version, at) = ("s2s", env!("CARGO_PKG_VERSION"), now.to_string());
        let head = json!({ "name": name, "version": version });
        let text = format!(
            "{{\n  \"tool\": {},\n  \"command\": {},\n  \"at\": {},\n",
            indented(&head),
            indented(&command),
            indented(&at)
        );
        (Self { list, items: 0 }, text)
    }

    /// Writes a member that stands before the list.
    pub(crate) fn member(&self, name: &str, value: &impl Serialize) -> String {
        format!("  \"{name}\": {},\n", indented(value))
    }

    /// Writes the next item.
    pub(crate) fn item(&mut self, item: &impl Serialize) -> String {
        let before = match self.items {
            0 => format!("  \"{}\": [\n", self.list),
            _ => ",\n".to_owned(),
        };
        self.items += 1;
        format!("{before}    {}", indented(item).replace('\n', "\n  "))
    }

    /// Writes all items where they are known already, and ends the document.
    pub(crate) fn finish<T: Serialize>(mut self, items: &[T], exit: Exit) -> String {
        let items: String = items.iter().map(|item| self.item(item)).collect();
        items + &self.end(None, exit)
    }

    /// Ends the document with what is known only then.
    pub(crate) fn end(self, counts: Option<&Counts>, exit: Exit) -> String {
        let mut text = if self.items == 0 { format!("  \"{}\": []", self.list) } else { "\n  ]".to_owned() };
        if let Some(counts) = counts {
            text.push_str(&format!(",\n  \"counts\": {}", indented(counts)));
        }
        text.push_str(&format!(",\n  \"exit_code\": {}\n}}\n", exit.code()));
        text
    }
}

/// A document whose items are known already, and that has no other members.
pub(crate) fn whole<T: Serialize>(
    command: &'static str,
    list: &'static str,
    items: &[T],
    now: UnixTime,
    exit: Exit,
) -> String {
    let (document, head) = Document::begin(command, list, now);
    head + &document.finish(items, exit)
}

/// JSON on several lines, all but the first one level in. Line breaks inside texts are escaped, so each one is the layout's.
fn indented(value: &impl Serialize) -> String {
    // Maps with names that are no text, and failing writers, do not occur here.
    serde_json::to_string_pretty(value).unwrap_or_default().replace('\n', "\n  ")
}

pub(crate) fn explanations(explanations: &[Explanation]) -> String {
    #[derive(Serialize)]
    struct Entry<'e> {
        name: &'e str,
        what: &'e str,
        summary: &'e str,
        #[serde(flatten)]
        details: serde_json::Map<String, serde_json::Value>,
        source: &'e str,
    }
    let entry = |e: &'_ Explanation| -> serde_json::Value {
        let details =
            e.details.iter().map(|(name, text)| (name.replace(' ', "_"), text.clone().into())).collect();
        let entry = Entry { name: &e.name, what: &e.what, summary: &e.summary, details, source: &e.source };
        serde_json::to_value(entry).unwrap_or_default()
    };
    let entries: Vec<_> = explanations.iter().map(entry).collect();
    let mut text = serde_json::to_string_pretty(&entries).unwrap_or_default();
    text.push('\n');
    text
}
