//! A JSON object as text: members in their order, also twice, spelled as one likes.

use serde_json::Value;

/// The members of an object, each as it is spelled.
#[derive(Clone, Debug, Default)]
pub(crate) struct Object(Vec<(String, String)>);

impl Object {
    /// Takes the members of an object in the order in which they are given.
    pub(crate) fn of<const N: usize>(members: [(&str, Value); N]) -> Self {
        Self(members.into_iter().map(|(name, value)| (quoted(name), value.to_string())).collect())
    }

    /// Gives a member a value; a new one is the last.
    pub(crate) fn set(&mut self, name: &str, value: impl Into<Value>) {
        self.set_raw(name, &value.into().to_string());
    }

    /// Gives a member a value as it is spelled.
    pub(crate) fn set_raw(&mut self, name: &str, value: &str) {
        let name = quoted(name);
        match self.0.iter_mut().find(|(other, _)| *other == name) {
            Some((_, old)) => value.clone_into(old),
            None => self.0.push((name, value.to_owned())),
        }
    }

    /// Adds a member whatever is there, with name and value as they are spelled.
    pub(crate) fn push_raw(&mut self, name: &str, value: &str) {
        self.0.push((format!("\"{name}\""), value.to_owned()));
    }

    pub(crate) fn remove(&mut self, name: &str) {
        let name = quoted(name);
        self.0.retain(|(other, _)| *other != name);
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    pub(crate) fn text(&self) -> String {
        let members: Vec<_> = self.0.iter().map(|(name, value)| format!("{name}:{value}")).collect();
        format!("{{{}}}", members.join(","))
    }
}

fn quoted(name: &str) -> String {
    Value::from(name).to_string()
}
