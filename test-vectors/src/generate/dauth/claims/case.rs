//! A soundly signed assertion with what is expected of it, in clear and inside an encrypted token.

use crate::dauth::encryption::{Cipher, Encryption};
use crate::dauth::message::*;
use crate::dauth::signature::*;
use crate::dauth::vector::*;
use crate::dauth::xml::*;

/// A soundly signed assertion, and what is to be said about it.
pub(super) struct Case {
    id: String,
    comment: String,
    assertion: Element,
    /// What is expected of it in clear.
    expected: Box<dyn Fn(Vector) -> Vector>,
    /// Whether it is broken in what is read before the signature is verified.
    is_secret: bool,
    pub(super) flag: Option<&'static str>,
}

impl Case {
    pub(super) fn flag(mut self, flag: &'static str) -> Self {
        self.flag = Some(flag);
        self
    }

    pub(super) fn secret(mut self) -> Self {
        self.is_secret = true;
        self
    }

    pub(super) fn clear(&self) -> Vector {
        let message = message([sha256().apply(self.assertion.clone())]).sent();
        let vector = Vector::new(&self.id, &self.comment, message);
        (self.expected)(self.flag.into_iter().fold(vector, Vector::flag))
    }

    pub(super) fn encrypted(&self) -> Vector {
        let id = format!("{}-encrypted", self.id);
        let signed = sha256().apply(self.assertion.clone()).sent();
        let token = Encryption::with(Cipher::Aes256Gcm).apply(&id, signed.as_bytes());
        let vector = Vector::new(&id, format!("encrypted: {}", self.comment), message([token]).sent());
        let vector = self.flag.into_iter().fold(vector, Vector::flag).flag("encrypted");
        if self.is_secret { vector.hit_first("DA-16") } else { (self.expected)(vector) }
    }
}

pub(super) fn expecting(
    id: &str,
    comment: &str,
    assertion: Element,
    expected: impl Fn(Vector) -> Vector + 'static,
) -> Case {
    let (id, comment) = (id.to_owned(), comment.to_owned());
    Case { id, comment, assertion, expected: Box::new(expected), is_secret: false, flag: None }
}

/// Breaks these rules, of which the first decides.
pub(super) fn hits(rules: &'static [&'static str], id: &str, comment: &str, assertion: Element) -> Case {
    let id = format!("{}-{id}", rules[0].to_lowercase());
    expecting(&id, comment, assertion, |vector| vector.hit(rules))
}

/// Breaks this rule first.
pub(super) fn hits_first(rule: &'static str, id: &str, comment: &str, assertion: Element) -> Case {
    expecting(&format!("{}-{id}", rule.to_lowercase()), comment, assertion, |vector| vector.hit_first(rule))
}

/// Keeps the rule by little.
pub(super) fn near(rule: &'static str, id: &str, comment: &str, assertion: Element) -> Case {
    expecting(&format!("{}-{id}", rule.to_lowercase()), comment, assertion, |vector| vector.on(rule))
}

/// An assertion without a message around it, presented at a time.
pub(super) fn bare(id: &str, comment: &str, assertion: Element, now: u64) -> Vector {
    Vector::new(id, comment, sha256().apply(assertion).sent()).at(now)
}
